"""What changed, said to open pages after the commit: topics such as `ticket:12`, `conversation:7`, `queue:payroll`."""

from deskbot.store.prepared import Transaction

_KEY = "deskbot.topics"


def announce(session: Transaction, *topics: str) -> None:
    """Remember topics to be published once this transaction has been committed."""
    session.info.setdefault(_KEY, {}).update(dict.fromkeys(topics))


def announced(session: Transaction) -> list[str]:
    """Return the topics of this transaction in order, and forget them."""
    return list(session.info.pop(_KEY, {}))
