"""The files of `knowledge/_golden`: golden questions read strictly, and what came to them when last recorded."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deskbot.adapters.content.files import Folder, gather
from deskbot.adapters.content.yaml_strict import Malformed, load
from deskbot.answers.audience import Audience
from deskbot.answers.golden import Came, Golden, Result
from deskbot.answers.knowledge import Knowledge
from deskbot.desk.errors import Fault, Invalid
from deskbot.desk.plain_data import Plain

FOLDER = "_golden"
RECORD = "_results.yaml"
QUESTION_KEYS = frozenset({"question", "section", "also", "decision", "language", "as"})
ASKER_KEYS = frozenset({"country", "contract", "is_manager", "roles"})
DECISIONS = ("personal", "sensitive", "unknown")
_HEAD = """\
# What came to each golden question when it was last recorded: the decision, the first section, and the place of the
# right one among three. `deskbot kb eval --record` writes this file; `deskbot kb eval` fails when an answer is worse.
"""


@dataclass(frozen=True, slots=True)
class GoldenSet:
    """Every golden question of a knowledge folder, what was recorded of them by label, and what is wrong."""

    questions: tuple[Golden, ...] = ()
    recorded: Mapping[str, Came] | None = None
    faults: tuple[Fault, ...] = ()


def read_golden(folder: Path, knowledge: Knowledge) -> GoldenSet:
    """Read `_golden/*.yaml` under a knowledge folder; a folder without golden questions gives an empty set."""
    if not (folder / FOLDER).is_dir():
        return GoldenSet()
    files = gather(folder / FOLDER, (".yaml",))
    countries = sorted({code for article in knowledge.articles for code in article.audience.country}) or [""]
    questions: list[Golden] = []
    faults = list(files.faults)
    for name, text in files.texts.items():
        if not name.startswith("_"):
            read, wrong = _file(files.shown(name), text, knowledge, countries)
            questions += read
            faults += wrong
    recorded, wrong = _recorded(files)
    return GoldenSet(tuple(questions), recorded, (*faults, *wrong))


def _file(file: str, text: str, knowledge: Knowledge, countries: list[str]) -> tuple[list[Golden], list[Fault]]:
    try:
        document = load(text, file)
    except Malformed as error:
        return [], [error.fault]
    if not isinstance(document.data, list):
        return [], [Fault(file, 1, "error", "golden", "is not a list of questions; begin each with '- question:'")]
    questions: list[Golden] = []
    faults: list[Fault] = []
    for place, entry in enumerate(document.data):
        try:
            golden = _golden(Plain(entry, str(place), "golden question"), knowledge, countries)
            questions.append(replace(golden, file=file, line=document.line(str(place))))
        except Invalid as error:
            faults.append(Fault(file, document.line(error.field), "error", "golden", error.message))
    return questions, faults


def _golden(entry: Plain, knowledge: Knowledge, countries: list[str]) -> Golden:
    """Return one golden question without its place, or raise Invalid."""
    entry.allow(QUESTION_KEYS)
    section, decision = entry.text("section", ""), entry.one_of("decision", DECISIONS, "")
    if not section and not decision:
        raise entry.invalid("names no 'section' that answers it and no 'decision' due instead; add one")
    asker = entry.inner("as", "who asks")
    asker.allow(ASKER_KEYS)
    question, language = entry.text("question"), entry.text("language", "en")
    return Golden(
        question=question,
        label=_label(question, asker),
        language=language,
        section=section,
        also=frozenset(entry.texts("also")),
        decision=decision,
        askers=_askers(asker, language, section, knowledge, countries),
    )


def _label(question: str, asker: Plain) -> str:
    """Return the question with who asks, where that is said: `sick days (country PT)`."""
    said = [f"{key} {asker.flag(key) if key == 'is_manager' else ' '.join(asker.texts(key))}" for key in asker.data]
    return f"{question} ({', '.join(said)})" if said else question


def _askers(
    asker: Plain, language: str, section: str, knowledge: Knowledge, countries: list[str]
) -> tuple[Audience, ...]:
    """Return who asks: the person named, or where no country is named one of each country that the section is for."""
    article = next((one for one in knowledge.articles if one.path == section.partition("#")[0]), None)
    meant = sorted(article.audience.country) if article and article.audience.country else countries
    return tuple(
        Audience(
            country=country.upper(),
            contract=asker.text("contract", ""),
            is_manager=asker.flag("is_manager"),
            roles=frozenset(asker.texts("roles")),
            language=language,
        )
        for country in ([asker.text("country")] if "country" in asker else meant)
    )


def _recorded(files: Folder) -> tuple[dict[str, Came] | None, list[Fault]]:
    if RECORD not in files.texts:
        return None, []
    try:
        document = load(files.texts[RECORD], files.shown(RECORD))
    except Malformed as error:
        return None, [error.fault]
    data = document.data if isinstance(document.data, dict) else {}
    return {
        label: Came(str(came.get("decision", "")), str(came.get("section", "")), int(came.get("place", 0)))
        for label, came in data.items()
        if isinstance(came, dict)
    }, []


def record(folder: Path, results: Iterable[Result]) -> Path:
    """Write down what came to each question, sorted so that a change shows as few lines; return the file."""
    lines = sorted(f"{_quoted(result.golden.label)}: {_flow(result.came)}" for result in results)
    path = folder / FOLDER / RECORD
    path.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def _flow(came: Came) -> str:
    return f"{{decision: {came.decision}, section: {_quoted(came.section)}, place: {came.place}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
