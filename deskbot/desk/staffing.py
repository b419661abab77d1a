"""Who in a role takes a piece of work: by load, by turn, by skill or seeded, never somebody away or party to it."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from deskbot.desk.people import Absence, Membership


@dataclass(frozen=True, slots=True)
class Pick:
    """Who takes it. An empty pool (`person_id` None) raises an alarm; nobody is ever assigned silently."""

    person_id: int | None
    why: str
    empty_pool: bool


def choose(
    role: str,
    memberships: Iterable[Membership],
    absences: Iterable[Absence],
    load: Mapping[int, int],
    on: date,
    seed: str,
    strategy: str = "load",
    *,
    parties: Collection[int] = (),
    last: int | None = None,
    skills: Mapping[int, Collection[str]] | None = None,
    wanted: Collection[str] = (),
) -> Pick:
    """Return the person in `role` who takes the work on the day `on`.

    `load` counts the open tickets by person. `seed` (the ticket's reference) settles ties the same way in a replay.
    `parties` are people the work is about or from: never chosen. `last` is who had the latest turn. `skills` and
    `wanted` are tags such as languages. Members and leads come first; then the personal deputies of those
    away; then the role's deputies.
    """
    held = [membership for membership in memberships if membership.role == role]
    away = {absence.person_id: absence for absence in absences if absence.first <= on <= absence.last}
    barred = set(parties)
    for pool, why in _pools(held, away):
        free = [person for person in pool if person not in away and person not in barred]
        if free:
            person, how = _pick(free, strategy, load, seed, last, skills or {}, wanted)
            return Pick(person, f"{how}{why}", False)
    return Pick(None, _why_empty(role, held, away, barred), True)


def _pools(held: Sequence[Membership], away: Mapping[int, Absence]) -> Iterable[tuple[list[int], str]]:
    regular = sorted({membership.person_id for membership in held if membership.kind != "deputy"})
    yield regular, ""
    stand_ins = {away[person].deputy_id for person in regular if person in away}
    yield sorted(person for person in stand_ins if person is not None), ", standing in for somebody away"
    yield (
        sorted({membership.person_id for membership in held if membership.kind == "deputy"}),
        ", as deputy of the role",
    )


def _pick(
    free: Sequence[int],
    strategy: str,
    load: Mapping[int, int],
    seed: str,
    last: int | None,
    skills: Mapping[int, Collection[str]],
    wanted: Collection[str],
) -> tuple[int, str]:
    if len(free) == 1:
        return free[0], "the only one free"
    if strategy == "turn":
        later = [person for person in free if last is not None and person > last]
        return (later or free)[0], "next in turn"
    if strategy == "seeded":
        return min(free, key=lambda person: _draw(seed, person)), "drawn by the reference"
    fitting = free
    if strategy == "skill" and wanted:
        best = max(len(set(wanted) & set(skills.get(person, ()))) for person in free)
        fitting = [person for person in free if len(set(wanted) & set(skills.get(person, ()))) == best]
    person = min(fitting, key=lambda person: (load.get(person, 0), _draw(seed, person)))
    how = "has the skills asked for" if len(fitting) < len(free) else "has the fewest open"
    return person, how


def _draw(seed: str, person: int) -> bytes:
    return hashlib.sha256(f"{seed}/{person}".encode()).digest()


def _why_empty(role: str, held: Sequence[Membership], away: Mapping[int, Absence], barred: Collection[int]) -> str:
    if not held:
        return f"nobody is in the role {role}"
    absent = sum(membership.person_id in away for membership in held)
    party = sum(membership.person_id in barred for membership in held)
    return f"all {len(held)} in the role {role} are away ({absent}) or party to it ({party}), and no deputy is free"
