"""Everything that `deskbot check` says about the files of HR people: knowledge, rules, catalogue, calendars."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from deskbot.adapters.content.files import gather
from deskbot.adapters.content.lint import lint
from deskbot.adapters.content.lint_golden import lint_golden
from deskbot.adapters.content.lint_synonyms import lint_synonyms
from deskbot.adapters.content.read import PAGE_SUFFIXES, RULE_SUFFIXES, Reading, assemble
from deskbot.adapters.content.rules_folder import RulesFolder
from deskbot.desk.errors import Fault
from deskbot.desk.plain_data import nearest
from deskbot.desk.requests import RequestType
from deskbot.desk.rule_checks import (
    Finding,
    doubled_terms,
    failing_examples,
    findings,
    roles_without_rules,
    unused_lists,
)

# A policy's calendar may be chosen by rule instead of by name.
_BY_RULE = ("owner", "requester", "office")


def check(
    knowledge_dir: Path, rules_dir: Path, settings_faults: Iterable[Fault] = (), today: date | None = None
) -> list[Fault]:
    """Return every finding about both folders, sorted by place; `today` decides which reviews are overdue."""
    reading = assemble(gather(knowledge_dir, PAGE_SUFFIXES), gather(rules_dir, RULE_SUFFIXES))
    today = today or datetime.now(UTC).date()
    found = {*settings_faults, *reading.book.faults}
    found.update(lint(reading.book.knowledge, reading.pages, reading.heads, reading.book.roles, today))
    found.update(lint_golden(reading.book.knowledge, knowledge_dir))
    found.update(lint_synonyms(reading.pages))
    found.update(check_rules(reading))
    return sorted(found)


def check_rules(reading: Reading) -> list[Fault]:
    """Return what the static checks and the examples say about the rules, roles, word lists and request types."""
    rules = reading.rules
    out = [_placed(finding, rules) for finding in findings(reading.book.router)]
    return [*out, *_roles(reading), *_policies(reading), *_word_lists(rules), *_requests(reading)]


def failing(reading: Reading) -> list[Fault]:
    """Return the examples of rules that end elsewhere."""
    router = reading.book.router
    return [_placed(found, reading.rules) for rule in router.rules for found in failing_examples(router, rule)]


def _placed(finding: Finding, rules: RulesFolder) -> Fault:
    line = rules.line(finding.rule.file, finding.path)
    return Fault(finding.rule.file, line, finding.severity, finding.check, finding.message)


def _roles(reading: Reading) -> Iterator[Fault]:
    rules, book = reading.rules, reading.book
    for key in roles_without_rules(book.router, list(book.roles)) if book.router.rules else ():
        file = rules.role_files[key]
        message = f"no rule and no request type sends work to '{key}'; add a rule or take the role out"
        yield Fault(file, rules.line(file, f"roles.{key}"), "warning", "role-without-rules", message)
    for key, role in book.roles.items():
        file = rules.role_files[key]
        yield from _named(rules, file, f"roles.{key}.calendar", "calendar", role.calendar, book.calendars)
        yield from _named(rules, file, f"roles.{key}.sla_policy", "SLA policy", role.sla_policy, book.policies)


def _policies(reading: Reading) -> Iterator[Fault]:
    """Yield SLA policies whose calendar is neither chosen by rule nor there."""
    rules, calendars = reading.rules, reading.book.calendars
    for key, policy in reading.book.policies.items():
        if policy.calendar not in _BY_RULE:
            yield from _named(rules, rules.policy_files[key], "calendar", "calendar", policy.calendar, calendars)


def _named(
    rules: RulesFolder, file: str, path: str, what: str, name: str, known: Mapping[str, object]
) -> Iterator[Fault]:
    """Yield a fault when `name` is not among those known; where none is known at all, the other faults say why."""
    if known and name not in known:
        message = f"there is no {what} '{name}'; {nearest(name, known)}"
        yield Fault(file, rules.line(file, path), "error", f"unknown-{what.split()[-1].lower()}", message)


def _word_lists(rules: RulesFolder) -> Iterator[Fault]:
    for name in unused_lists(rules.rules, rules.word_lists) if rules.rules else ():
        file = rules.list_files[name]
        message = f"no rule uses the word list '{name}'; take it out or write @{name} in a rule"
        yield Fault(file, rules.line(file, f"lists.{name}"), "warning", "unused-words", message)
    for name, terms in rules.word_lists.items():
        file = rules.list_files[name]
        for place, term in doubled_terms(terms):
            message = f"'{term}' stands in '{name}' twice; keep one"
            yield Fault(file, rules.line(file, f"lists.{name}.{place}"), "warning", "doubled-words", message)


def _requests(reading: Reading) -> Iterator[Fault]:
    for request in reading.book.requests.values():
        for path, severity, rule, message in _about_request(request, reading):
            line = reading.rules.line(request.file, path)
            yield Fault(request.file, line, "error" if severity == "error" else "warning", rule, message)


def _about_request(request: RequestType, reading: Reading) -> Iterator[tuple[str, str, str, str]]:
    book = reading.book
    if request.sla_policy and book.policies and request.sla_policy not in book.policies:
        message = f"there is no SLA policy '{request.sla_policy}'; {nearest(request.sla_policy, book.policies)}"
        yield "sla_policy", "error", "unknown-policy", message
    if "pt" not in request.title:
        yield (
            "title",
            "warning",
            "untranslated",
            "the title has no Portuguese text (pt); people will read it in English",
        )
    letter = request.letter or ""
    if letter and not letter.startswith("{") and book.letters.types and letter not in book.letters.types:
        message = f"there is no letter of type '{letter}'; {nearest(letter, book.letters.types)}"
        yield "letter", "error", "unknown-letter", message
    if letter.startswith("{") and letter.strip("{}") not in [question.key for question in request.questions]:
        yield (
            "letter",
            "error",
            "unknown-letter",
            f"there is no field '{letter.strip('{}')}' that could name the letter",
        )
