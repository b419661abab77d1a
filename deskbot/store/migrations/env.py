"""What Alembic runs: every pending step on the connection it was given, in one transaction."""

from alembic import context
from sqlmodel import SQLModel

from deskbot.store import tables  # noqa: F401 - declares every table
from deskbot.store.migrations.agreement import OPTIONS

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,
    **OPTIONS,
)
with context.begin_transaction():
    context.run_migrations()
