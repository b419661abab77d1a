"""Telling people something: built for each receiver, in the channel they have, never more than they may see."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from deskbot.actions.desk import Desk
from deskbot.desk.access import Grant, reads
from deskbot.desk.messages import Choice, Reply, reply_to_json
from deskbot.desk.sla import Moment
from deskbot.desk.texts import say
from deskbot.store import outbox, people, tickets
from deskbot.store.tables import ChannelIdentity, Ticket


def about_clock(session: Session, desk: Desk, ticket: Ticket, moment: Moment, now: datetime) -> None:
    """Warn the ladder's receivers that a clock of a ticket is near or past its due instant."""
    facts = tickets.facts(session, ticket)
    for person_id in sorted(set(_receivers(session, ticket, moment.receivers))):
        viewer = people.viewer(session, person_id)
        if viewer is None or viewer.person.status != "active" or reads(viewer, facts) == Grant.NONE:
            continue
        language = viewer.person.language
        text = say(
            f"notice.{moment.kind}", language, reference=ticket.ref, clock=say(f"notice.{moment.clock}", language)
        )
        link = Choice("open_ticket", say("notice.open", language), url=f"{desk.base_url}/tickets/{ticket.ref}")
        reply = Reply(text, choices=(link,), private=True, language=language)
        tell(session, desk, person_id, reply, f"{ticket.ref}:{moment.key}:{person_id}", now)


def tell(session: Session, desk: Desk, person_id: int, reply: Reply, key: str, now: datetime) -> bool:
    """Send something to a person in the channel they are linked in, else by mail; False when neither is there."""
    channel = _channel(session, desk, person_id)
    if channel is None:
        return False
    return outbox.enqueue(
        session,
        desk.sealer,
        key=f"n:{key}",
        channel=channel,
        lane=f"{channel}:{person_id}",
        kind="notice",
        person_id=person_id,
        subject=("person", person_id),
        payload=reply_to_json(reply),
        now=now,
    )


def _channel(session: Session, desk: Desk, person_id: int) -> str | None:
    linked = session.exec(
        select(ChannelIdentity.provider).where(
            ChannelIdentity.person_id == person_id,
            col(ChannelIdentity.revoked_at).is_(None),
            col(ChannelIdentity.provider).in_(sorted(desk.pushes)),
        )
    ).first()
    return linked or ("email" if "email" in desk.pushes else None)


def _receivers(session: Session, ticket: Ticket, receivers: Iterable[str]) -> Iterable[int]:
    for receiver in receivers:
        if receiver == "assignee" and ticket.assignee_id is not None:
            yield ticket.assignee_id
        elif receiver == "ops_manager":
            yield from (m.person_id for m in people.memberships(session, "hr_ops_manager"))
        elif receiver == "role_lead" or (receiver == "assignee" and ticket.assignee_id is None):
            yield from (m.person_id for m in people.memberships(session, ticket.role) if m.kind == "lead")
