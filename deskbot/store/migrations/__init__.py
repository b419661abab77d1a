"""The steps that bring a database to the present form."""

from typing import TYPE_CHECKING

from sqlmodel import SQLModel

from deskbot.store import tables

if TYPE_CHECKING:
    from deskbot.store.session import Store

__all__ = ["tables", "upgrade"]


def upgrade(store: "Store") -> None:
    """Create the tables that are missing."""
    with store.write() as session:
        SQLModel.metadata.create_all(session.connection())
