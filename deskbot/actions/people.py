"""The directory from a file: what would change is shown first, and nothing is half imported."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlmodel import Session, select

from deskbot.actions.desk import Desk
from deskbot.desk.errors import Fault
from deskbot.desk.text import clean
from deskbot.store.tables import MembershipRow, PersonRow

COLUMNS = (
    "email", "name", "given_name", "family_name", "title", "department", "manager_email", "employer", "office",
    "country", "contract", "hours", "start_date", "end_date", "status", "language", "roles", "salary", "currency",
)  # fmt: skip
STATUSES = ("active", "leave", "left")
ZONES = {
    "PT": "Europe/Lisbon",
    "US": "America/New_York",
    "GB": "Europe/London",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
}
_PLAIN = ("name", "given_name", "family_name", "title", "department", "employer", "office", "contract", "currency")


@dataclass(frozen=True, slots=True)
class Change:
    """One person of the file who is new or different; `fields` names what changes, pay without its amount."""

    kind: Literal["added", "changed"]
    email: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}: {self.email}" + (f" ({', '.join(self.fields)})" if self.fields else "")


@dataclass(slots=True)
class Import:
    """A file as read: what would change, and what is wrong with it. With faults nothing is imported."""

    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unchanged: int = 0


@dataclass(slots=True)
class _Line:
    number: int
    values: dict[str, str]
    facts: dict[str, str]
    parsed: dict[str, Any] = field(default_factory=dict)


def import_people(session: Session, desk: Desk, text: str, file: str, *, dry_run: bool) -> Import:
    """Read a directory of people (CSV, the columns of `COLUMNS`; unknown ones are kept as facts) and take it in.

    People are known by their work address. A missing column changes nothing; an empty cell empties the field.
    """
    found = Import()
    lines = _read(text, file, found)
    _check_managers(session, lines, file, found)
    if found.faults:
        return found
    rows = {row.email: row for row in session.exec(select(PersonRow))}
    for line in lines:
        _compare(session, desk, rows.get(line.values["email"]), line, found)
    if not dry_run:
        _write(session, desk, lines, rows)
    return found


def _read(text: str, file: str, found: Import) -> list[_Line]:
    reader = csv.DictReader(io.StringIO(clean(text).lstrip("\ufeff")))
    if reader.fieldnames is None or "email" not in reader.fieldnames:
        message = "the first line must name the columns, and one of them must be 'email'"
        found.faults.append(Fault(file, 1, "error", "people-columns", message))
        return []
    lines, seen = [], dict[str, int]()
    for row in reader:
        line = _line(reader.line_num, row, file, found)
        email = line.values["email"]
        if email in seen:
            _fault(found, file, line, f"{email} is on line {seen[email]} already; keep one of the two")
        seen.setdefault(email, line.number)
        lines.append(line)
    return lines


def _line(number: int, row: Mapping[str | None, Any], file: str, found: Import) -> _Line:
    values = {str(key): str(value or "").strip() for key, value in row.items() if key in COLUMNS}
    facts = {str(key): str(value).strip() for key, value in row.items() if key and key not in COLUMNS and value}
    values["email"] = values["email"].lower()
    line = _Line(number, values, facts)
    if None in row:
        _fault(found, file, line, "this line has more cells than there are columns; quote cells that hold a comma")
    if "@" not in values["email"]:
        _fault(found, file, line, f"'{values['email']}' is not a work address")
    if values.get("status", "active") not in ("", *STATUSES):
        _fault(found, file, line, f"the status '{values['status']}' is not one of {', '.join(STATUSES)}")
    for key in ("start_date", "end_date"):
        line.parsed[key] = _date(line, key, file, found)
    for key in ("hours", "salary"):
        line.parsed[key] = _number(line, key, file, found)
    return line


def _date(line: _Line, key: str, file: str, found: Import) -> date | None:
    text = line.values.get(key, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        _fault(found, file, line, f"{key} '{text}' is not a date; write it as 2026-03-02")
        return None


def _number(line: _Line, key: str, file: str, found: Import) -> float | None:
    text = line.values.get(key, "")
    try:
        return float(text) if text else None
    except ValueError:
        _fault(found, file, line, f"{key} '{text}' is not a number; write it as 38.5")
        return None


def _fault(found: Import, file: str, line: _Line, message: str) -> None:
    found.faults.append(Fault(file, line.number, "error", "people", message))


def _check_managers(session: Session, lines: Sequence[_Line], file: str, found: Import) -> None:
    """Every manager is somebody, nobody is their own, and the tree has no circle."""
    known = dict.fromkeys(session.exec(select(PersonRow.email)), "")
    above = known | {line.values["email"]: line.values.get("manager_email", "").lower() for line in lines}
    for line in lines:
        boss = line.values.get("manager_email", "").lower()
        if boss and boss not in above:
            _fault(found, file, line, f"the manager {boss} is neither in this file nor in the directory")
        elif _circle(line.values["email"], above):
            _fault(found, file, line, f"{line.values['email']} reports to themselves through their managers")


def _circle(start: str, above: Mapping[str, str]) -> bool:
    seen, at = set[str](), start
    while at := above.get(at, ""):
        if at == start or at in seen:
            return at == start
        seen.add(at)
    return False


def _compare(session: Session, desk: Desk, row: PersonRow | None, line: _Line, found: Import) -> None:
    if row is None:
        found.changes.append(Change("added", line.values["email"]))
        return
    changed = [key for key, value in _wanted(line).items() if getattr(row, key) != value]
    if "salary" in line.values and desk.sealer.open(session, row.salary) != _amount(line):
        changed.append("salary")
    if line.facts and any(row.facts.get(key) != value for key, value in line.facts.items()):
        changed.append("facts")
    if changed:
        found.changes.append(Change("changed", row.email, tuple(changed)))
    else:
        found.unchanged += 1


def _wanted(line: _Line) -> dict[str, Any]:
    """Return the columns of the directory that the line sets."""
    values = line.values
    wanted: dict[str, Any] = {key: values[key] for key in _PLAIN if key in values}
    if not wanted.get("name"):
        parts = f"{values.get('given_name', '')} {values.get('family_name', '')}".strip()
        wanted["name"] = parts or values["email"].split("@")[0]
    if "country" in values:
        wanted["country"] = values["country"].upper()
    if "status" in values:
        wanted["status"] = values["status"] or "active"
    if "language" in values:
        wanted["language"] = values["language"] or "en"
    return wanted | {key: line.parsed[key] for key in ("hours", "start_date", "end_date") if key in values}


def _amount(line: _Line) -> str | None:
    pay = line.parsed["salary"]
    return None if pay is None else f"{pay:g}"


def _write(session: Session, desk: Desk, lines: Sequence[_Line], rows: dict[str, PersonRow]) -> None:
    for line in lines:
        email = line.values["email"]
        row = rows.get(email)
        if row is None:
            row = rows[email] = PersonRow(email=email, name=email, created_at=desk.now())
        for key, value in _wanted(line).items():
            setattr(row, key, value)
        row.zone = line.facts.get("zone") or ZONES.get(row.country, row.zone)
        row.facts = {**row.facts, **line.facts}
        session.add(row)
    session.flush()
    for line in lines:
        _link(session, desk, line, rows)
    session.flush()


def _link(session: Session, desk: Desk, line: _Line, rows: Mapping[str, PersonRow]) -> None:
    """Set what needs other rows: the manager, the roles, and pay under the person's own key."""
    row = rows[line.values["email"]]
    assert row.id is not None
    if "manager_email" in line.values:
        boss = rows.get(line.values["manager_email"].lower())
        row.manager_id = boss.id if boss else None
    if "salary" in line.values:
        pay = _amount(line)
        row.salary = desk.sealer.seal(session, ("person", row.id), pay) if pay is not None else None
    if "roles" in line.values:
        _set_roles(session, row.id, line.values["roles"])


def _set_roles(session: Session, person: int, text: str) -> None:
    """Set the roles of a person: `payroll;leave:lead;benefits:deputy`, by default as a member."""
    for old in session.exec(select(MembershipRow).where(MembershipRow.person_id == person)):
        session.delete(old)
    session.flush()
    for part in text.replace(",", ";").replace("|", ";").split(";"):
        role, _, kind = part.strip().partition(":")
        if role:
            session.add(MembershipRow(role=role, person_id=person, kind=kind or "member"))
