"""`deskbot chat` and `deskbot ask`: the same conversation in the terminal."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from deskbot.config import Settings, load
from deskbot.desk.errors import Invalid

app = typer.Typer(add_completion=False)


@app.command()
def chat(
    person: Annotated[str, typer.Option("--as", help="Whose work address to talk as.")] = "",
) -> None:
    """Talk to the desk in the terminal, as an employee does in any other channel."""
    settings = load()
    with suppress(KeyboardInterrupt, EOFError):
        asyncio.run(_chat(settings, person))


async def _chat(settings: Settings, person: str) -> None:
    from deskbot.cli.terminal import Session

    session = await Session.open(settings, person)
    try:
        await session.talk()
    finally:
        await session.close()


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="The question.")],
    person: Annotated[str, typer.Option("--as", help="Whose work address to ask as.")] = "",
    kb: Annotated[Path | None, typer.Option(help="Ask any folder of Markdown instead of the desk.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Ask one question and print the answer."""
    if not text.strip():
        raise Invalid('There is no question; write one, such as: deskbot ask "When is payday?"')
    if kb is not None:
        from deskbot.cli.kb import ask_folder

        result = ask_folder(kb, text)
    else:
        result = asyncio.run(_ask(load(), person, text))
    print(json.dumps(result, ensure_ascii=False) if as_json else _in_words(result))


async def _ask(settings: Settings, person: str, text: str) -> dict[str, Any]:
    from deskbot.cli.terminal import Session

    session = await Session.open(settings, person)
    try:
        return await session.ask(text, uuid4().hex)
    finally:
        await session.close()


def _in_words(result: dict[str, Any]) -> str:
    lines = [result["text_md"]]
    for source in result["citations"]:
        since = f", in effect since {source['effective']}" if source["effective"] else ""
        lines.append(f"Source: {source['title']} ({source['section']}, version {source['version']}{since})")
    for suggestion in result["suggestions"]:
        lines.append(f"- {suggestion['title']} ({suggestion['section']})")
    if result.get("ticket"):
        lines.append(f"Ticket: {result['ticket']}")
    return "\n\n".join(lines)
