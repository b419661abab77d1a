"""What changed, said to open pages after the commit: topics such as `ticket:12`, `conversation:7`, `queue:payroll`."""

from sqlmodel import Session

_KEY = "deskbot.topics"


def announce(session: Session, *topics: str) -> None:
    """Remember topics to be published once this transaction has been committed."""
    session.info.setdefault(_KEY, {}).update(dict.fromkeys(topics))


def announced(session: Session) -> list[str]:
    """Return the topics of this transaction in order, and forget them."""
    return list(session.info.pop(_KEY, {}))
