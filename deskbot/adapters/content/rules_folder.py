"""The folder `routing_rules/` as a whole: every file read, each mistake a fault at its line, the rest kept."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, TypeVar

from deskbot.adapters.content.calendar_files import events_for
from deskbot.adapters.content.files import Folder, digest
from deskbot.adapters.content.yaml_strict import Document, Malformed, load
from deskbot.desk.calendars import CalendarSpec, parse_calendar
from deskbot.desk.conditions import Words, check_term, walk
from deskbot.desk.errors import Fault, Invalid
from deskbot.desk.letters import Employer, parse_employers
from deskbot.desk.plain_data import Plain, nearest
from deskbot.desk.requests import RequestType, parse_request_type
from deskbot.desk.roles import Role, parse_role
from deskbot.desk.routing import Rule, parse_rule
from deskbot.desk.sensitive import CrisisLines, parse_crisis
from deskbot.desk.sla import SlaPolicy, parse_policy

T = TypeVar("T")


@dataclass(slots=True)
class RulesFolder:
    """What the folder says: only files without an error are in here; `faults` tells of the others."""

    roles: dict[str, Role] = field(default_factory=dict)
    word_lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    known_words: tuple[str, ...] = ()
    rules: list[Rule] = field(default_factory=list)
    requests: dict[str, RequestType] = field(default_factory=dict)
    employers: dict[str, Employer] = field(default_factory=dict)
    calendars: dict[str, CalendarSpec] = field(default_factory=dict)
    policies: dict[str, SlaPolicy] = field(default_factory=dict)
    crisis: CrisisLines | None = None
    texts: dict[str, str] = field(default_factory=dict)
    role_files: dict[str, str] = field(default_factory=dict)
    policy_files: dict[str, str] = field(default_factory=dict)
    list_files: dict[str, str] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, file: str, path: str | None) -> int:
        """Return the line of a dotted path of a file, or of the nearest thing around it."""
        document = self.documents.get(file)
        return document.line(path) if document else 1

    def fault(self, file: str, path: str | None, rule: str, message: str) -> None:
        """Note an error at the line of a dotted path of a file."""
        self.faults.append(Fault(file, self.line(file, path), "error", rule, message))


def read_rules(folder: Folder) -> RulesFolder:
    """Read the folder's files."""
    found = RulesFolder(faults=list(folder.faults), texts=dict(folder.texts))
    for name, text in folder.texts.items():
        if name.endswith((".yaml", ".yml")):
            _load(found, folder.shown(name), text)
    for name, text in folder.texts.items():
        file = folder.shown(name)
        if file in found.documents:
            _read_file(found, PurePosixPath(name), file, text)
    return found


def _load(found: RulesFolder, file: str, text: str) -> None:
    try:
        found.documents[file] = load(text, file)
    except Malformed as malformed:
        found.faults.append(malformed.fault)


def _read_file(found: RulesFolder, name: PurePosixPath, file: str, text: str) -> None:
    place = name.parts[0] if len(name.parts) > 1 else name.stem
    reader = _READERS.get(place)
    if reader is not None:
        reader(found, name, file, text)
    elif place not in OTHER_PLACES:
        places = [*_READERS, *OTHER_PLACES]
        found.fault(file, None, "unknown-file", f"nothing reads '{name}'; {nearest(place, places)}")


def _read_roles(found: RulesFolder, name: PurePosixPath, file: str, text: str) -> None:
    def parse(data: Any) -> dict[str, Role]:
        plain = Plain(data, "", "the file")
        plain.allow(("roles",))
        roles = plain.inner("roles", "'roles'")
        return {key: parse_role(Plain(roles.data[key], roles.at(key), "a role"), key) for key in roles.data}

    roles = _tried(found, file, parse) or {}
    found.roles.update(roles)
    found.role_files.update(dict.fromkeys(roles, file))


def _read_words(found: RulesFolder, name: PurePosixPath, file: str, text: str) -> None:
    def parse(data: Any) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
        plain = Plain(data, "", "the file")
        plain.allow(("lists", "spelled"))
        lists = plain.inner("lists", "'lists'")
        read = {key: lists.texts(key) for key in lists.data}
        _check_lists(read)
        return read, plain.texts("spelled")

    lists, known = _tried(found, file, parse) or ({}, ())
    found.word_lists.update(lists)
    found.list_files.update(dict.fromkeys(lists, file))
    found.known_words += known


def _check_lists(lists: Mapping[str, tuple[str, ...]]) -> None:
    for key, terms in lists.items():
        for index, term in enumerate(terms):
            path = f"lists.{key}.{index}"
            if term.startswith("@") and term[1:] not in lists:
                raise Invalid(f"there is no word list '{term}'; {nearest(term[1:], lists)}", path)
            if term.startswith("@") and key in _reached(lists, term[1:]):
                raise Invalid(f"the word list '{key}' contains itself by way of '{term}'", path)
            check_term(term, path)


def _reached(lists: Mapping[str, tuple[str, ...]], key: str) -> set[str]:
    """Return the lists inside a list, itself included."""
    reached, todo = {key}, [key]
    while todo:
        for term in lists.get(todo.pop(), ()):
            if term.startswith("@") and term[1:] not in reached:
                reached.add(term[1:])
                todo.append(term[1:])
    return reached


def _read_rules_file(found: RulesFolder, name: PurePosixPath, file: str, text: str) -> None:
    file_hash = digest(text)

    def parse(data: Any) -> list[Plain]:
        plain = Plain(data, "", "the file")
        plain.allow(("rules",))
        return list(plain.inners("rules", "a rule"))

    read = [_tried_one(found, file, plain, file_hash) for plain in _tried(found, file, parse) or ()]
    if None not in read:
        found.rules += [rule for rule in read if rule is not None]


def _tried_one(found: RulesFolder, file: str, plain: Plain, file_hash: str) -> Rule | None:
    return _attempt(found, file, lambda: parse_rule(plain, file, file_hash))


def _read_request(found: RulesFolder, name: PurePosixPath, file: str, text: str) -> None:
    request = _tried(found, file, lambda data: parse_request_type(data, name.stem, file, digest(text)))
    if request is not None:
        found.requests[name.stem] = request


def _read_employers(found: RulesFolder, name: PurePosixPath, file: str, text: str) -> None:
    found.employers.update(_tried(found, file, parse_employers) or {})


def _read_calendar(found: RulesFolder, name: PurePosixPath, file: str, text: str) -> None:
    def parse(data: Any) -> CalendarSpec:
        return parse_calendar(data, name.stem, events_for(data, name.as_posix(), found.texts))

    calendar = _tried(found, file, parse)
    if calendar is not None:
        found.calendars[name.stem] = calendar


def _read_policy(found: RulesFolder, name: PurePosixPath, file: str, text: str) -> None:
    policy = _tried(found, file, lambda data: parse_policy(data, name.stem))
    if policy is not None:
        found.policies[name.stem] = policy
        found.policy_files[name.stem] = file


def _read_crisis(found: RulesFolder, name: PurePosixPath, file: str, text: str) -> None:
    def parse(data: Any) -> CrisisLines:
        return parse_crisis(Plain(data, "", "crisis.yaml").data)

    found.crisis = _tried(found, file, parse)


def _tried(found: RulesFolder, file: str, parse: Callable[[Any], T]) -> T | None:
    return _attempt(found, file, lambda: parse(found.documents[file].data))


def _attempt(found: RulesFolder, file: str, parse: Callable[[], T]) -> T | None:
    """Return what `parse` reads, or note the fault."""
    try:
        return parse()
    except Invalid as invalid:
        found.fault(file, invalid.field, "content", invalid.message)
    except Exception as error:  # noqa: BLE001 - whatever a file does to its reader, the other files still count.
        found.fault(file, None, "content", f"cannot be read ({type(error).__name__}: {error})")
    return None


_READERS: dict[str, Callable[[RulesFolder, PurePosixPath, str, str], None]] = {
    "roles": _read_roles,
    "words": _read_words,
    "rules": _read_rules_file,
    "requests": _read_request,
    "calendars": _read_calendar,
    "sla": _read_policy,
    "crisis": _read_crisis,
    "employers": _read_employers,
}
OTHER_PLACES = ("retention",)


# A name that is not there is no news when the file that should hold it could not be read.
_CAUSES = {"unknown-words": "words.yaml", "unknown-role": "roles.yaml", "unknown-request-type": "requests"}


def drop_broken(found: RulesFolder) -> None:
    """Find what points nowhere (roles, word lists, request types, ids said twice), and leave those files out."""
    dangling = list(_dangling(found))
    unread = {
        place
        for fault in found.faults
        for place, kind in _CAUSES.items()
        if kind in PurePosixPath(fault.file).parts[-2:]
    }
    for file, path, rule, message in dangling:
        if rule not in unread:
            found.fault(file, path, rule, message)
    broken = {file for file, *_ in dangling}
    found.rules = [rule for rule in found.rules if rule.file not in broken]
    found.requests = {key: request for key, request in found.requests.items() if request.file not in broken}


def _dangling(found: RulesFolder) -> Iterable[tuple[str, str, str, str]]:
    seen: dict[str, str] = {}
    for rule in found.rules:
        if rule.id in seen:
            yield (
                rule.file,
                f"{rule.path}.id",
                "duplicate-id",
                f"the id '{rule.id}' is taken by a rule in {seen[rule.id]}",
            )
        seen.setdefault(rule.id, rule.file)
        yield from _dangling_roles(found, rule)
        yield from _dangling_words(found, rule)
        if rule.request_type and rule.request_type not in found.requests:
            message = f"there is no request type '{rule.request_type}'; {nearest(rule.request_type, found.requests)}"
            yield rule.file, f"{rule.path}.then.request_type", "unknown-request-type", message
    for request in found.requests.values():
        yield from _dangling_in_request(found, request)


def _dangling_roles(found: RulesFolder, rule: Rule) -> Iterable[tuple[str, str, str, str]]:
    named = [(rule.owner, "owner"), (rule.role, "then.role")]
    named += [(role, f"then.watchers.{index}") for index, role in enumerate(rule.watchers)]
    for role, path in named:
        if role not in found.roles:
            yield rule.file, f"{rule.path}.{path}", "unknown-role", unknown_role(role, found.roles)


def _dangling_words(found: RulesFolder, rule: Rule) -> Iterable[tuple[str, str, str, str]]:
    for part in walk(rule.when):
        if isinstance(part, Words):
            for index, term in enumerate(part.terms):
                if term.startswith("@") and term[1:] not in found.word_lists:
                    message = f"there is no word list '{term}'; {nearest(term[1:], found.word_lists)}"
                    yield rule.file, f"{part.path}.{index}", "unknown-words", message


def _dangling_in_request(found: RulesFolder, request: RequestType) -> Iterable[tuple[str, str, str, str]]:
    named = [(request.owner, "owner")]
    named += [(task.owner, f"checklist.{index}.owner") for index, task in enumerate(request.checklist)]
    approvers = ("manager", "managers_manager")
    named += [(a.by, f"approvals.{i}.by") for i, a in enumerate(request.approvals) if a.by not in approvers]
    for role, path in named:
        if role not in found.roles:
            yield request.file, path, "unknown-role", unknown_role(role, found.roles)


def unknown_role(role: str, roles: Mapping[str, Role]) -> str:
    """Return the sentence about a role that is not there."""
    return f"there is no role '{role}'; {nearest(role, roles)}"
