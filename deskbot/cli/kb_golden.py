"""The golden questions of a knowledge folder, asked and compared with what was recorded."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from deskbot.adapters.content.files import gather
from deskbot.adapters.content.golden_files import FOLDER, read_golden, record
from deskbot.adapters.content.knowledge_folder import read_knowledge
from deskbot.adapters.content.read import PAGE_SUFFIXES
from deskbot.answers.golden import Came, Result, Row, ask, by_file, figures, worse
from deskbot.cli.engine import Engine, with_engine

Worse = Sequence[tuple[Result, Came | None]]


def evaluate_golden(kb: Path, as_json: bool, write: bool, engine: Engine = Engine.lexical) -> None:
    """Ask the golden questions beside the articles; exit 1 when one fares worse than recorded, 2 when none is there.

    What is recorded was found by words alone: with another engine nothing is compared, nor recorded.
    """
    if write and engine is not Engine.lexical:
        print("--record keeps what words alone find; leave --engine out.", file=sys.stderr)
        raise typer.Exit(2)
    knowledge, _, faults = read_knowledge(gather(kb, PAGE_SUFFIXES))
    golden = read_golden(kb, knowledge)
    for fault in (*faults, *golden.faults):
        print(fault, file=sys.stderr)
    if not golden.questions:
        print(
            f"{kb / FOLDER} holds no golden questions; write some there, or name a file with --questions.",
            file=sys.stderr,
        )
        raise typer.Exit(2)
    results = ask(with_engine(knowledge, engine), golden.questions)
    fallen = worse(results, golden.recorded or {}) if engine is Engine.lexical else []
    if as_json:
        print(json.dumps(_as_json(kb, results, fallen), ensure_ascii=False))
    else:
        for line in _lines(results, fallen):
            print(line)
    if write:
        print(f"Recorded in {record(kb, results)}.", file=sys.stderr)
    elif fallen or golden.faults:
        raise typer.Exit(1)


def _as_json(kb: Path, results: Sequence[Result], fallen: Worse) -> dict[str, object]:
    failed = [
        {**_place(result), "section": result.golden.section, "decision": result.came.decision, "ranked": result.ranked}
        for result in results
        if not result.kept
    ]
    changed = [
        {**_place(result), "before": before._asdict() if before else None, "after": result.came._asdict()}
        for result, before in fallen
    ]
    files = [{**row, "file": _name(row)} for row in by_file(results)]
    return {"kb": kb.resolve().name, **figures(results), "files": files, "failed": failed, "worse": changed}


def _place(result: Result) -> dict[str, object]:
    golden = result.golden
    return {"file": golden.file, "line": golden.line, "question": golden.label}


def _lines(results: Sequence[Result], fallen: Worse) -> Iterator[str]:
    rows = [{**row, "file": _name(row)} for row in by_file(results)] + [{"file": "all", **figures(results)}]
    wide = max(len(str(row["file"])) for row in rows)
    yield f"{'':{wide}}  questions   R@1   R@3  answered  right"
    for row in rows:
        shown = [f"{row['questions']:>9}", *(_share(row[key]) for key in ("recall_at_1", "recall_at_3"))]
        yield f"{row['file']:{wide}}  {' '.join(shown)}    {_share(row['answered'])}  {_share(row['right'])}"
    failed = [result for result in results if not result.kept]
    if failed:
        yield f"\nNot as they should be ({len(failed)}):"
        for result in failed:
            yield from _failed(result)
    if fallen:
        yield f"\nWorse than recorded ({len(fallen)}); mend the article, or record it with --record if it must be so:"
        for result, before in fallen:
            yield from _fallen(result, before)


def _share(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "    -"


def _name(row: Row) -> str:
    return Path(str(row["file"])).name


def _failed(result: Result) -> Iterator[str]:
    golden = result.golden
    yield f"{golden.file}:{golden.line}: {golden.label}"
    yield f"    wanted {' '.join(part for part in (golden.decision, golden.section) if part)}"
    yield f"    came   {result.came.decision}: {', '.join(result.ranked) or 'nothing'}"


def _fallen(result: Result, before: Came | None) -> Iterator[str]:
    golden = result.golden
    yield f"{golden.file}:{golden.line}: {golden.label}"
    yield f"    before {_came(before) if before else 'not recorded yet'}"
    yield f"    after  {_came(result.came)}"


def _came(came: Came) -> str:
    return f"{came.decision}: {came.section or 'nothing'}" + (
        f" (the right one is number {came.place})" if came.place > 1 else ""
    )
