"""`deskbot seed`: believable history at any size, for trials and benchmarks."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from deskbot.config import SettingsError, load
from deskbot.wiring import make_desk, open_store, read_content

app = typer.Typer(add_completion=False)


@app.command()
def seed(
    tickets: Annotated[int, typer.Option(help="How many tickets.", min=1)],
    open_share: Annotated[float, typer.Option(help="The share that nobody finished.", min=0, max=1)] = 0.05,
    days: Annotated[int | None, typer.Option(help="Over how many days; more history, more days.", min=1)] = None,
) -> None:
    """Make history in the database of the settings; the demo company is made first where nobody is in the directory."""
    from deskbot.adapters import demo

    settings = load()
    if not settings.may_pretend:
        raise SettingsError("`deskbot seed` makes things up, so it works only with DESKBOT_ENV=demo or test.")
    store = open_store(settings)
    desk = make_desk(settings, store, read_content(settings))
    demo.build(store, desk, lambda line: None, tickets=0)
    span = days or max(90, tickets // 250)
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("Telling history", total=tickets)
        demo.tell(store, desk, tickets, span, open_share, lambda done, total: bar.update(task, completed=done))
    store.close()
