"""`deskbot kb`: ask any folder of Markdown, and measure the answers against labelled questions."""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from deskbot import config
from deskbot.adapters.dictionary import DICTIONARY
from deskbot.answers.articles import Section
from deskbot.answers.evaluation import Figures, Outcome, measure
from deskbot.answers.knowledge import EVERYTHING, Knowledge, build
from deskbot.cli import gaps, recall
from deskbot.cli.beside import beside as others
from deskbot.cli.engine import Chosen, Engine, with_engine
from deskbot.cli.kb_aliases import aliases
from deskbot.cli.kb_golden import evaluate_golden
from deskbot.desk.sensitive import screen
from deskbot.desk.texts import say

app = typer.Typer(no_args_is_help=True, help="Ask a folder of Markdown, and measure the answers.")
app.command()(aliases)
app.command()(recall.changes)
app.command()(recall.correct)
app.command()(gaps.gaps)
app.command()(gaps.draft)


Folder = Annotated[Path, typer.Option("--kb", help="A folder of Markdown files, with or without front matter.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]
Questions = Annotated[
    Path | None,
    typer.Option("--questions", help="JSON lines with id, kb, question, gold and kind; else the golden questions."),
]
ChosenOrNot = Annotated[
    Engine | None,
    typer.Option("--engine", help="lexical: words alone, and so for golden questions; full: words and meaning."),
]
Record = Annotated[bool, typer.Option("--record", help="Write down what came to the golden questions.")]
FolderOrOurs = Annotated[
    Path | None, typer.Option("--kb", help="A folder of Markdown files; else the knowledge folder of the settings.")
]
Beside = Annotated[bool, typer.Option("--beside", help="Measure bm25s and SQLite's FTS5 on the same questions too.")]


@app.command()
def answer(kb: Folder, engine: Chosen = Engine.full) -> None:
    """Answer JSON lines `{"id","question"}` from standard input, each as it comes."""
    knowledge = _load(kb, engine)
    faulty = False
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        asked = _parsed(line, f"standard input:{number}", ("id", "question"))
        if asked is None:
            faulty = True
            continue
        print(json.dumps(_answered(knowledge, asked), ensure_ascii=False), flush=True)
    raise typer.Exit(2 if faulty else 0)


@app.command("eval")
def evaluate(
    kb: FolderOrOurs = None,
    questions: Questions = None,
    engine: ChosenOrNot = None,
    as_json: AsJson = False,
    beside: Beside = False,
    write: Record = False,
) -> None:
    """Measure the answers: to the golden questions beside the articles, or to labelled questions about this folder.

    Golden questions are asked of the words alone, as everywhere the same, and exit 1 says that one fares worse than
    recorded; with `--engine full` they are only measured.
    """
    kb = kb or config.load().knowledge_dir
    if questions is None:
        evaluate_golden(kb, as_json, write, engine or Engine.lexical)
        return
    asked, skipped = _questions(questions, kb.resolve().name)
    knowledge = _load(kb, engine or Engine.full)
    outcomes = [_outcome(question, _answered(knowledge, question)) for question in asked]
    figures = {"kb": kb.resolve().name, "skipped": skipped, **measure(outcomes)}
    peers = others(knowledge, asked) if beside else {}
    if as_json:
        print(json.dumps(figures | peers))
    else:
        _table(figures, peers)


def _answered(knowledge: Knowledge, asked: Mapping[str, Any]) -> dict[str, Any]:
    question = str(asked["question"])
    began = time.perf_counter()
    screening = screen(question)
    found = knowledge.find(question, EVERYTHING)
    decision = "sensitive" if screening is not None and screening.report else found.decision
    return {
        "id": asked["id"],
        "decision": decision,
        "confidence": round(found.confidence, 4),
        "ranked": [[section.id, round(score, 4)] for section, score in found.ranked],
        "ms": round((time.perf_counter() - began) * 1000, 3),
    }


def ask_folder(kb: Path, text: str) -> dict[str, Any]:
    """Answer one question from any folder of Markdown, in the shape of `deskbot ask`."""
    screening = screen(text)
    found = _load(kb, Engine.full, wait=False).find(text, EVERYTHING)
    decision = "sensitive" if screening is not None else found.decision
    cited = found.ranked[:1] if decision == "answer" else ()
    offered = found.ranked[:3] if decision == "suggest" else ()
    return {
        "decision": decision,
        "confidence": round(found.confidence, 4),
        "text_md": found.quote_md if cited else _said(decision, found.reason),
        "citations": [_cited(section, found.quote_md) for section, _ in cited],
        "suggestions": [{"section": section.id, "title": " › ".join(section.path)} for section, _ in offered],
    }


def _said(decision: str, reason: str | None) -> str:
    """Return what the desk says when no passage answers."""
    if decision == "sensitive":
        return say("chat.sensitive_question", "en")
    keys = {"suggest": "chat.did_you_mean", "personal": "chat.personal"}
    return say(keys.get(decision, "chat.not_found" if reason == "not_found" else "chat.no_article"), "en")


def _cited(section: Section, quote: str) -> dict[str, Any]:
    effective = section.article.effective
    return {
        "section": section.id,
        "title": " › ".join(section.path) or section.article.title,
        "version": section.version,
        "effective": effective.isoformat() if effective else None,
        "quote": quote,
    }


def _outcome(question: Mapping[str, Any], said: Mapping[str, Any]) -> Outcome:
    return Outcome(
        kind=str(question.get("kind", "")),
        gold=frozenset(question.get("gold") or ()),
        decision=said["decision"],
        confidence=said["confidence"],
        ranked=tuple(section for section, _ in said["ranked"]),
        ms=said["ms"],
    )


def _load(kb: Path, engine: Engine, *, wait: bool = True) -> Knowledge:
    if not kb.is_dir():
        _refuse(f"{kb} is not a folder; name a folder of Markdown files with --kb.")
    paths = sorted(kb.rglob("*.md"))
    if not paths:
        _refuse(f"{kb} holds no Markdown files (*.md); name another folder with --kb.")
    if sys.stderr.isatty():
        print(f"Reading {len(paths):,} pages ...", file=sys.stderr)
    texts = {path.relative_to(kb).as_posix(): _text(path) for path in paths if path.is_file()}
    return with_engine(build(texts, real=DICTIONARY), engine, wait=wait)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _questions(path: Path, name: str) -> tuple[list[dict[str, Any]], int]:
    """Return the questions about this folder and how many lines were about others."""
    if not path.is_file():
        _refuse(f"{path} is not a file; name a file of questions, one JSON object a line, with --questions.")
    mine: list[dict[str, Any]] = []
    skipped = 0
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip():
            continue
        asked = _parsed(line, f"{path}:{number}", ("question",))
        if asked is None:
            raise typer.Exit(2)
        if asked.get("kb", name) == name:
            mine.append({"id": number, **asked})
        else:
            skipped += 1
    if skipped:
        print(f"{skipped} questions about other folders were skipped.", file=sys.stderr)
    return mine, skipped


def _parsed(line: str, where: str, needed: Sequence[str]) -> dict[str, Any] | None:
    """Return the object on a line, or None after saying on standard error what is wrong with it."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        print(f"{where}: this is not JSON; write one object a line.", file=sys.stderr)
        return None
    missing = [key for key in needed if key not in asked] if isinstance(asked, dict) else list(needed)
    if missing:
        print(f"{where}: {' and '.join(missing)} missing; write an object with {', '.join(needed)}.", file=sys.stderr)
        return None
    return dict(asked)


def _refuse(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    raise typer.Exit(2)


def _table(figures: Mapping[str, Any], peers: Mapping[str, Figures]) -> None:
    if peers:
        print(f"{'':28} {'deskbot':>9}" + "".join(f" {name:>9}" for name in peers))
    for key, value in figures.items():
        others = (f" {_shown(peer[key]) if key in peer else '':>9}" for peer in peers.values())
        print(f"{key.replace('_', ' '):28} {_shown(value):>9}{''.join(others)}".rstrip())


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
