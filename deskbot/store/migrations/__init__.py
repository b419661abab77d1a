"""The steps that bring a database to the present form; `make` writes the next one."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from deskbot.desk.errors import DeskError
from deskbot.store.doorstep import HEAD

HERE = Path(__file__).parent
__all__ = ["HEAD", "HERE", "WrongVersion", "upgrade", "version"]


class WrongVersion(DeskError):
    """The database is in a form that this deskbot does not know."""


def version(connection: Connection) -> str | None:
    """Return the number of the last step this database has taken; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def upgrade(connection: Connection) -> None:
    """Take the pending steps on this connection; the caller commits them together."""
    found = version(connection)
    if found is not None and found > HEAD:
        raise WrongVersion("The database was made by a newer deskbot; install that version or restore a backup.")
    if found == HEAD:
        return
    from alembic import command  # a tenth of a second to import, and needed only here
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
