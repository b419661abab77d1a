"""Chooses for one command how sections are found: by words alone, or by words and meaning."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from deskbot.adapters.model import ModelMissing
from deskbot.answers.knowledge import Knowledge
from deskbot.config import load
from deskbot.wiring.semantics import open_semantics


class Engine(StrEnum):
    """How sections are found: by words alone, or by words and meaning."""

    lexical = "lexical"
    full = "full"


Chosen = Annotated[Engine, typer.Option("--engine", help="lexical: words alone; full: words and meaning.")]


def with_engine(knowledge: Knowledge, engine: Engine, *, wait: bool = True) -> Knowledge:
    """Return the snapshot with its meaning where that is wanted and can be had.

    Missing vectors are computed first, with progress; or, not to `wait`, words alone are searched where many miss.
    """
    if engine is Engine.lexical:
        return knowledge
    try:
        semantics = open_semantics(load())
    except ModelMissing as missing:
        print(f"{missing.message} Searching by words alone.", file=sys.stderr)
        return knowledge
    if not wait:
        return semantics.attach(knowledge)
    shown = sys.stderr.isatty()
    for done, wanted in semantics.complete(knowledge):
        if shown:
            print(f"\rComputing vectors of meaning: {done:,} of {wanted:,}", end="", file=sys.stderr, flush=True)
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return semantics.attach(knowledge)
