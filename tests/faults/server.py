"""The real desk in a process of its own, to be killed: `python -m tests.faults.server PORT SETTLE_SECONDS`."""

import asyncio
import sys
from datetime import timedelta

import uvicorn

from deskbot.config import load
from deskbot.wiring import Application
from deskbot.wiring.logs import configure


def main(port: int, settle: float) -> None:
    """Serve with the settings of the environment; `settle` is how long a post may take to show in its conversation."""
    configure()
    application = Application(load(), settle=timedelta(seconds=settle))
    asyncio.run(uvicorn.Server(uvicorn.Config(application, port=port, log_level="critical")).serve())


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
