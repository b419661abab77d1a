"""${message}."""

import sqlalchemy as sa
import sqlmodel  # noqa: F401 - column types may name it
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Bring the database from the form before to this one."""
    ${upgrades if upgrades else "pass"}
