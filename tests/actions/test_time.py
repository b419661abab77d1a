"""What time does to tickets: warnings once, a nudge, an end of waiting, closing."""

from collections.abc import Callable

from sqlmodel import select

from deskbot.actions import sweep
from deskbot.actions import tickets as handling
from deskbot.actions.desk import Desk
from deskbot.store.session import Store
from deskbot.store.tables import Event
from tests.actions.talking import Talker, posted, tickets, viewer
from tests.clocks import SteppedClock

Start = Callable[..., Talker]
ANA, GIL, EVA = (f"{name}@acme.example" for name in ("ana", "gil", "eva"))
UNKNOWN = "What is the meaning of the quarterly zorblax?"


def _sweep(store: Store, desk: Desk) -> int:
    with store.write() as session:
        return sweep.sweep(session, desk, desk.now())


def _kinds(store: Store) -> list[str]:
    with store.read() as session:
        return [event.kind for event in session.exec(select(Event).order_by(Event.id))]  # type: ignore[arg-type]


def _opened(start: Start, channel: str = "webchat") -> Talker:
    ana = start(ANA, channel)
    ana.press(ana.say(UNKNOWN), "ask_hr")
    return ana


def test_each_warning_is_told_once_however_often_the_sweep_runs(
    talker: Start, store: Store, desk: Desk, clock: SteppedClock
) -> None:
    """A warning before the due time, a breach at it, and no repetition."""
    _opened(talker)
    assert _sweep(store, desk) == 0
    for _ in range(12):
        clock.advance(hours=1)
        _sweep(store, desk)
        _sweep(store, desk)
    told = [kind for kind in _kinds(store) if kind in ("warned", "breached")]
    assert told.count("warned") == 1
    assert told.count("breached") == 1


def test_an_answer_in_time_leaves_nothing_to_warn_of(
    talker: Start, store: Store, desk: Desk, clock: SteppedClock
) -> None:
    """The first-response clock ends with a person's answer."""
    _opened(talker)
    (ticket,) = tickets(store)
    with store.write() as session:
        handling.reply(session, desk, viewer(store, GIL), ticket.ref, "Nothing.", resolve=True)
    for _ in range(30):
        clock.advance(hours=4)
        _sweep(store, desk)
    assert not {"warned", "breached"} & set(_kinds(store))


def test_waiting_for_the_employee_pauses_then_nudges_then_ends(
    talker: Start, store: Store, desk: Desk, clock: SteppedClock
) -> None:
    """The clock stands still, the employee is reminded once, and silence resolves; their words open it again."""
    ana = _opened(talker, "slack")
    (ticket,) = tickets(store)
    with store.write() as session:
        handling.reply(session, desk, viewer(store, GIL), ticket.ref, "Which zorblax do you mean?")
    with store.write() as session:
        handling.set_state(session, desk, viewer(store, GIL), ticket.ref, "waiting_employee")
    assert tickets(store)[0].resolution_due is None
    for _ in range(30):
        clock.advance(days=1)
        _sweep(store, desk)
    reminders = [payload for _, _, payload in posted(store) if "waits for your answer" in payload["text_md"]]
    assert len(reminders) == 1
    assert tickets(store)[0].state == "resolved"
    ana.say("The red one.")
    assert tickets(store)[0].state == "open"


def test_a_resolved_ticket_closes_after_a_week_and_a_sealed_one_never_by_itself(
    talker: Start, store: Store, desk: Desk, clock: SteppedClock
) -> None:
    """Closing is what time does; a sealed case ends only by a person."""
    _opened(talker)
    talker(ANA).say("My manager keeps touching me and I am afraid of him")
    ordinary, sealed = tickets(store)
    with store.write() as session:
        handling.reply(session, desk, viewer(store, GIL), ordinary.ref, "Nothing.", resolve=True)
        handling.reply(session, desk, viewer(store, EVA), sealed.ref, "We have spoken.", resolve=True)
    clock.advance(days=8)
    with store.write() as session:
        assert sweep.close_resolved(session, desk, desk.now()) == 1
    ordinary, sealed = tickets(store)
    assert (ordinary.state, ordinary.live) == ("closed", False)
    assert (sealed.state, sealed.live) == ("resolved", True)
