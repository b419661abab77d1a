"""Rules tried on past tickets: the same as the engine ticket by ticket, with the facts as they were."""

import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import col, select

from deskbot.actions import clocks
from deskbot.actions.desk import Desk
from deskbot.actions.replay import Held, Replay
from deskbot.actions.tokens import Tokens
from deskbot.adapters import demo
from deskbot.adapters.content.files import Folder, gather
from deskbot.adapters.content.read import RULE_SUFFIXES, assemble
from deskbot.desk.access import owner_for
from deskbot.desk.routing import Facts
from deskbot.ports import Policybook
from deskbot.store import events, people, tickets
from deskbot.store.session import Store
from deskbot.store.tables import Event, Message, PersonRow, Revision, Ticket
from tests.clocks import SteppedClock
from tests.databases import upgraded
from tests.questions import asked
from tests.web.company import ROOT, FixedContent, hire

SINCE = date(2026, 8, 20)
TICKETS = 250


def changed_rules(book: Policybook, *changes: tuple[str, str, str]) -> Policybook:
    """Return the shipped rules with pieces of their files replaced: (file, what, by what)."""
    texts = dict(gather(ROOT / "routing_rules", RULE_SUFFIXES).texts)
    for file, old, new in changes:
        assert old in texts[file]
        texts[file] = texts[file].replace(old, new, 1)
    found = assemble(Folder(Path("knowledge"), {}), Folder(Path("rules"), texts)).book
    assert not [fault for fault in found.faults if fault.severity == "error"]
    return replace(found, knowledge=book.knowledge)


def tried(desk: Desk, book: Policybook) -> Desk:
    return replace(desk, content=Held(book))


MOVE = ("rules/hris.yaml", "    examples:", "    then: {role: service_desk}\n    examples:")
STRICTER = ("sla/payroll.yaml", "high: 2h, normal: 4h", "high: 1h, normal: 2h")
LOOSER = ("sla/payroll.yaml", "high: 2h, normal: 4h", "high: 80h, normal: 80h")


@pytest.fixture
def lived(store: Store, clock: SteppedClock, shipped: Policybook) -> Desk:
    """The demo company with ninety days of history."""
    desk = Desk(
        clock=clock,
        content=FixedContent(shipped),
        sealer=store.sealer,
        tokens=Tokens(b"t" * 32),
        randomness=os.urandom,
        zone="Europe/Lisbon",
        demo=True,
    )
    demo.build(store, desk, lambda line: None, tickets=TICKETS)
    return desk


def engine_alone(store: Store, desk: Desk, ref: str, as_of: datetime) -> tuple[object, ...]:
    """Route one ticket of the demo and compute its clocks, without the replay."""
    with store.read() as session:
        ticket = tickets.by_ref(session, ref)
        assert ticket is not None
        assert ticket.id is not None
        first = session.exec(select(Message).where(Message.ticket_id == ticket.id).order_by(col(Message.id))).first()
        assert first is not None
        person = people.known(session, ticket.requester_id)
        assert person is not None
        decision = desk.book.route(
            Facts(
                text=store.sealer.open(session, first.text) or "",
                language=ticket.language,
                request_type=ticket.request_type,
                person=person,
                channel=ticket.channel,
                at=ticket.opened_at,
                tier=ticket.tier
                if ticket.tier >= 3
                else desk.book.requests[ticket.request_type].tier
                if ticket.request_type
                else 0,
            )
        )
        role = owner_for(decision.role, decision.tier)
        policy = decision.sla_policy or desk.book.roles[role].sla_policy
        as_if = SimpleNamespace(
            sla_policy=policy, priority=decision.priority, tier=decision.tier,
            calendar=clocks.calendar_name(desk, desk.book.policies[policy], role, person),
        )  # fmt: skip
        found = clocks.computed(desk, as_if, events.history(session, ticket.id), as_of)  # type: ignore[arg-type]
    dues = found.first_response.due, found.resolution.due
    late = found.first_response.breached, found.resolution.breached
    return role, decision.tier, decision.priority, policy, decision.rule, dues, late


def test_a_replay_is_the_engine_ticket_by_ticket(store: Store, lived: Desk, shipped: Policybook) -> None:
    """Each ticket of ninety days, under the rules of now and under changed ones, with its deadlines."""
    after = tried(lived, changed_rules(shipped, MOVE, STRICTER))
    run = Replay(store, lived, after)
    since = datetime(2026, 8, 20, tzinfo=UTC)
    extent = run.extent(since)
    assert extent is not None
    cases = [case for case, _ in run.cases(since, extent)]
    assert len(cases) == extent.count >= TICKETS
    for case in cases:
        for desk, outcome, verdicts in ((lived, case.before, case.was), (after, case.after, case.would)):
            first, last = verdicts["first_response"], verdicts["resolution"]
            told = (outcome.role, outcome.tier, outcome.priority, outcome.policy, outcome.rule)
            assert (*told, (first.due, last.due), (first.late, last.late)) == engine_alone(
                store, desk, case.ref, extent.as_of
            )


def test_a_moved_rule_and_a_stricter_policy_show_in_moves_load_and_deadlines(
    store: Store, lived: Desk, shipped: Policybook
) -> None:
    """What leaves one role comes to the other; a policy made stricter and looser misses and avoids."""
    *lines, sums = Replay(store, lived, tried(lived, changed_rules(shipped, MOVE, STRICTER))).told(SINCE)
    (move,) = sums["changes"]["role"]
    assert (move["from"], move["to"]) == ("hris", "service_desk")
    assert move["tickets"] == len([line for line in lines if "role" in line["changes"]]) > 0
    load = {one["role"]: one for one in sums["load"]}
    assert load["hris"]["before"] - load["hris"]["after"] == move["tickets"]
    assert load["service_desk"]["after"] - load["service_desk"]["before"] == move["tickets"]
    first = sums["deadlines"]["first_response"]
    missed = [line for line in lines if line["deadlines"].get("first_response", {}).get("late") == [False, True]]
    assert first["missed"] == len(missed) > 0
    *_, looser = Replay(store, lived, tried(lived, changed_rules(shipped, LOOSER))).told(SINCE)
    assert looser["deadlines"]["first_response"]["avoided"] > 0
    assert looser["deadlines"]["first_response"]["missed"] == 0


def test_the_same_replay_twice_gives_the_same_bytes(store: Store, lived: Desk, shipped: Policybook) -> None:
    """Whatever time has passed in between; and nothing of a message is in them."""
    after = tried(lived, changed_rules(shipped, MOVE, STRICTER))

    def said() -> str:
        return "\n".join(json.dumps(told) for told in Replay(store, lived, after).told(SINCE))

    first = said()
    assert "payslip" not in first
    assert "@" not in first
    assert isinstance(lived.clock, SteppedClock)
    lived.clock.advance(hours=30)
    assert said() == first


def test_rules_as_they_are_change_nothing(store: Store, lived: Desk) -> None:
    *lines, sums = Replay(store, lived, lived).told(SINCE)
    assert (lines, sums["changed"], sums["by_another_rule"]) == ([], 0, 0)


def test_protected_and_sealed_tickets_are_only_counted(store: Store, lived: Desk, shipped: Policybook) -> None:
    """No line speaks of one, and fewer than five are not even counted; ordinary tickets stay told."""
    texts = gather(ROOT / "routing_rules", RULE_SUFFIXES).texts["sla/leave.yaml"]
    line = next(line for line in texts.splitlines() if line.startswith("first_response"))
    stricter = ("sla/leave.yaml", line, "first_response: 5m")
    *lines, sums = Replay(store, lived, tried(lived, changed_rules(shipped, stricter))).told(SINCE)
    with store.read() as session:
        held = session.exec(select(Ticket).where(col(Ticket.tier) >= 3)).all()
    assert len(held) > 5
    assert not {ticket.ref for ticket in held} & {line["ticket"] for line in lines}
    assert len(lines) == sums["changed"]
    assert sums["restricted"]["tickets"] == len(held)
    assert sums["restricted"]["changed"] is None or sums["restricted"]["changed"] >= 5
    assert sums["restricted"]["moved"] is None
    assert all(one["role"] != "employee_relations" for one in sums["load"])


ASKED = (
    ("ana", "My salary is too low this month"),
    ("joe", "I cannot log in to Workday"),
    ("ines", "A minha morada ainda é a antiga no portal"),
    ("tomas", "I want to enroll in the dental insurance plan"),
    ("joe", "Who washes the team shirts?"),
)


def test_changed_rules_would_have_opened_the_tickets_as_the_replay_says(
    desk: Desk, store: Store, shipped: Policybook, tmp_path: Path
) -> None:
    """The same messages sent to a desk with the changed rules end where the replay put them."""
    after = tried(desk, changed_rules(shipped, MOVE))
    other = upgraded(f"sqlite:///{tmp_path / 'other.db'}")
    hire(other, desk.now())
    asked_of(store, desk)
    asked_of(other, replace(after, sealer=other.sealer))
    run, since = Replay(store, desk, after), desk.now() - timedelta(days=1)
    extent = run.extent(since)
    assert extent is not None
    cases = {case.ref: case for case, _ in run.cases(since, extent)}
    with other.read() as session:
        opened = session.exec(select(Ticket)).all()
    assert len(opened) == len(cases) == len(ASKED)
    for ticket in opened:
        found = cases[ticket.ref]
        assert found.source == "kept"
        assert found.after.kept() == ticket.decision["outcome"]
        assert found.would["resolution"].due == ticket.resolution_due
    assert {case.ref for case in cases.values() if case.moves}
    other.close()


def asked_of(store: Store, desk: Desk) -> None:
    """Let everybody ask and be handed over to a person."""
    for who, text in ASKED:
        asked(store, desk, who, text, role="")


def test_what_was_known_of_the_requester_then_decides(desk: Desk, store: Store, shipped: Policybook) -> None:
    """Somebody who moved to another country since is still routed as living where they lived."""
    rule = """  - id: from-portugal
    order: 1
    owner: hris
    reason: It is from Portugal.
    when: {person: {country: [PT]}}
    examples: [{text: x, person: {country: PT}}]
"""
    after = tried(desk, changed_rules(shipped, ("rules/hris.yaml", "rules:\n", f"rules:\n{rule}")))
    asked_of(store, desk)
    with store.write() as session:
        for row in session.exec(select(PersonRow)):
            row.country = "ES"
    *lines, sums = Replay(store, desk, after).told(desk.now().date())
    assert {line["changes"]["role"][1] for line in lines if "role" in line["changes"]} == {"hris"}
    assert sums["facts"] == {"kept_at_opening": len(ASKED), "from_directory_of_today": 0, "unreadable": 0}


def test_the_words_count_as_they_were_first_written(desk: Desk, store: Store) -> None:
    """An edit after the opening changes nothing of what the ticket was opened with."""
    asked_of(store, desk)
    with store.write() as session:
        opened = session.exec(select(Event).where(Event.kind == "opened").order_by(col(Event.id))).first()
        assert opened is not None
        message = session.get(Message, opened.message_id)
        assert message is not None
        session.add(Revision(message_id=message.id, text=message.text, replaced_at=desk.now()))
        message.text = desk.sealer.seal(session, ("person", message.author_id or 0), "I want a dental plan")
    *lines, _ = Replay(store, None, desk).told(desk.now().date())
    assert lines == []


def test_erased_words_are_passed_over_and_counted(desk: Desk, store: Store) -> None:
    asked_of(store, desk)
    with store.write() as session:
        row = people.by_email(session, "ana@acme.example")
        assert row is not None
        assert row.id is not None
        desk.sealer.erase(session, ("person", row.id), desk.now())
    *_, sums = Replay(store, None, desk).told(desk.now().date())
    assert sums["facts"]["unreadable"] == 1
    assert sums["tickets"] == len(ASKED) - 1


def test_facts_about_a_requester_are_sealed_in_the_record(desk: Desk, store: Store) -> None:
    """The decision record itself tells neither office nor manager."""
    asked_of(store, desk)
    with store.read() as session:
        for ticket in session.exec(select(Ticket)):
            assert "Lisbon" not in json.dumps({**ticket.decision, "outcome": {}})
            assert "acme.example" not in json.dumps(ticket.decision)
