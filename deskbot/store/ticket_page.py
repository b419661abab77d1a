"""What the pages of one ticket read: its messages, its form's answers, who may take it, and who asked."""

import json

from sqlmodel import Session, col, select

from deskbot.store.sealing import Sealer
from deskbot.store.tables import Message, RequestAnswer


def messages(session: Session, ticket_id: int, *, notes: bool) -> list[Message]:
    """Return a ticket's messages over all its conversations in order; internal notes only when asked for."""
    statement = select(Message).where(Message.ticket_id == ticket_id)
    if not notes:
        statement = statement.where(Message.visibility == "public")
    return list(session.exec(statement.order_by(col(Message.sent_at), col(Message.id)).limit(500)))


def answers(session: Session, sealer: Sealer, ticket_id: int) -> dict[str, str]:
    """Return what was filled in, by field; empty for a ticket that no form opened."""
    row = session.get(RequestAnswer, ticket_id)
    text = sealer.open(session, row.fields) if row else None
    return dict(json.loads(text)) if text else {}
