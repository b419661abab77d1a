"""The folders of HR people turned into one Policybook: whatever can be read counts, whatever cannot is a fault."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deskbot.adapters.content.files import Folder, digest, gather
from deskbot.adapters.content.knowledge_folder import SYNONYMS, KnowledgeReader, Learned, read_heads
from deskbot.adapters.content.letters_folder import read_letters
from deskbot.adapters.content.remembered import Remembered
from deskbot.adapters.content.rules_folder import RulesFolder, drop_broken, read_rules
from deskbot.adapters.content.yaml_strict import Document
from deskbot.answers.knowledge import build
from deskbot.desk.errors import Fault
from deskbot.desk.letters import Letters
from deskbot.desk.requests import Catalogue, request_rules
from deskbot.desk.routing import FALLBACK_ROLE, SEALED_ROLE, Router, compile_rules
from deskbot.desk.working_time import compile_calendar
from deskbot.ports import Policybook

RULE_SUFFIXES = (".yaml", ".yml", ".ics")
PAGE_SUFFIXES = (".md", SYNONYMS)
# Calendars are compiled for these years at first and grow by themselves.
_YEARS = (2025, 2027)
NEEDED_ROLES = (FALLBACK_ROLE, SEALED_ROLE)


@dataclass(frozen=True, slots=True)
class Reading:
    """Both folders as read: the book to decide with, and what `check` looks at besides."""

    book: Policybook
    pages: Folder
    rules: RulesFolder

    @property
    def heads(self) -> Mapping[str, Document]:
        """The head of each page that has a good one, by name; they are read when asked for."""
        return read_heads(self.pages)


def read(knowledge_dir: Path, rules_dir: Path) -> Policybook:
    """Read both folders. `faults` holds what is wrong; one broken file never empties the rest."""
    return assemble(gather(knowledge_dir, PAGE_SUFFIXES), gather(rules_dir, RULE_SUFFIXES)).book


def assemble(pages: Folder, rules: Folder) -> Reading:
    """Build a Policybook from texts that were read already."""
    return Assembler().assemble(pages, rules)


class Assembler:
    """Puts the folders together as often as they change; what has not changed since the last time is not read again.

    `cache` is the file in which what was read of the knowledge folder is kept between starts.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self.knowledge = KnowledgeReader(cache)
        self._digests = Remembered(lambda name, text: digest(text))
        self._rules: tuple[Folder, RulesFolder, Policybook] | None = None
        self._letters: tuple[dict[str, str], tuple[Letters, list[Fault]]] | None = None

    def assemble(self, pages: Folder, rules: Folder, learned: Learned | None = None) -> Reading:
        """Build a Policybook from texts that were read already, and from what the desk learned."""
        if self._rules is None or self._rules[0] != rules:
            self._rules = (rules, *_decided(rules))
        _, found, decided = self._rules
        knowledge, page_faults = self.knowledge.read(pages, learned)
        letters, letter_faults = self._read_letters(pages)
        book = replace(
            decided,
            knowledge=knowledge,
            letters=replace(letters, employers=found.employers),
            faults=tuple(sorted({*found.faults, *pages.faults, *letter_faults, *page_faults})),
            version=self._version(pages, rules),
        )
        return Reading(book, pages, found)

    def _read_letters(self, pages: Folder) -> tuple[Letters, list[Fault]]:
        texts = self.knowledge.letters
        if self._letters is None or self._letters[0] != texts:
            self._letters = (texts, read_letters(Folder(pages.root, texts)))
        return self._letters[1]

    def _version(self, pages: Folder, rules: Folder) -> str:
        texts = {
            f"{at}/{name}": text for at, folder in enumerate((pages, rules)) for name, text in folder.texts.items()
        }
        said = "\n".join(f"{name}\0{found}" for name, found in sorted(self._digests.of(texts).items()))
        return digest(said)


def _decided(rules: Folder) -> tuple[RulesFolder, Policybook]:
    """Return what the rules folder says, and the book of it that as yet knows nothing."""
    found = read_rules(rules)
    drop_broken(found)
    for role in NEEDED_ROLES:
        if role not in found.roles:
            message = f"the role '{role}' is missing; without it some work has no owner"
            found.faults.append(Fault(rules.shown("roles.yaml"), 1, "error", "missing-role", message))
    book = Policybook(
        knowledge=build({}),
        router=router_of(found),
        roles=found.roles,
        requests=Catalogue(found.requests, found.known_words),
        calendars={key: compile_calendar(spec, *_YEARS) for key, spec in found.calendars.items()},
        policies=found.policies,
        crisis=found.crisis,
        letters=Letters({}, found.employers),
        faults=(),
        version="",
    )
    return found, book


def router_of(found: RulesFolder) -> Router:
    """Compile the rules of a folder together with those of its catalogue."""
    rules = [replace(rule, tier=max(rule.tier, _request_tier(found, rule.request_type))) for rule in found.rules]
    floors = {key: role.tier for key, role in found.roles.items()} or {FALLBACK_ROLE: 1}
    return compile_rules([*rules, *request_rules(found.requests)], found.word_lists, floors, found.known_words)


def _request_tier(found: RulesFolder, request_type: str | None) -> int:
    return found.requests[request_type].tier if request_type in found.requests else 0
