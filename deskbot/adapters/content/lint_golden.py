"""What is questionable about golden questions: sections that are not there, questions twice, articles without any."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from deskbot.adapters.content.golden_files import FOLDER, GoldenSet, read_golden
from deskbot.answers.golden import Golden
from deskbot.answers.knowledge import Knowledge
from deskbot.desk.errors import Fault
from deskbot.desk.folding import fold
from deskbot.desk.plain_data import nearest

WORDINGS = 2  # of each article: one question alone shows only that its own words are found


def lint_golden(knowledge: Knowledge, folder: Path) -> list[Fault]:
    """Return every finding about `_golden` in a knowledge folder; a folder without golden questions has none."""
    golden = read_golden(folder, knowledge)
    if not golden.questions and not golden.faults:
        return []
    return [*golden.faults, *_sections(knowledge, golden), *_twice(golden), *_too_few(knowledge, golden, folder)]


def _sections(knowledge: Knowledge, golden: GoldenSet) -> Iterator[Fault]:
    known = {section.id for section in knowledge.sections}
    for question in golden.questions:
        for section in sorted(question.right - known):
            hint = nearest(section, [one for one in known if one.startswith(section.partition("#")[0])] or known)
            message = f"'{question.question}' is to be answered by '{section}', which is not there; {hint}"
            yield _fault(question, "error", "golden-section", message)


def _twice(golden: GoldenSet) -> Iterator[Fault]:
    seen: dict[str, Golden] = {}
    for question in golden.questions:
        first = seen.setdefault(fold(question.label), question)
        if first is not question:
            place = f"{Path(first.file).name}:{first.line}"
            message = f"'{question.label}' is asked in {place} too; keep one, with every right section under 'also'"
            yield _fault(question, "error", "golden-twice", message)


def _too_few(knowledge: Knowledge, golden: GoldenSet, folder: Path) -> Iterator[Fault]:
    """Yield articles with fewer than two questions that they answer."""
    asked = Counter(path for one in golden.questions for path in {section.partition("#")[0] for section in one.right})
    for article in knowledge.articles:
        if asked[article.path] < WORDINGS:
            has = f"has {'one golden question' if asked[article.path] else 'no golden question'} in {FOLDER}"
            message = f"{has}; add {WORDINGS - asked[article.path]} in words that people would use"
            yield Fault(str(folder / article.path), 1, "warning", "few-golden", message)


def _fault(question: Golden, severity: str, rule: str, message: str) -> Fault:
    return Fault(question.file, question.line, "error" if severity == "error" else "warning", rule, message)
