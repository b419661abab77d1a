"""What the learning loop gains, simulated on labelled questions: some teach their sections, others are asked.

`python -m benchmarks.learning [--engine full]` prints the share of first places before and after, for questions whose
section learned another question and for the rest, and what questions outside the handbooks get. Two ways: `each` asks
every question when all others have taught (the desk after years), `halves` lets random halves teach the others (the
desk after weeks). A question teaches one section, the first that is right. Two wordings that differ by slips of the
keyboard alone count as one question, unless `--slips` counts them as two.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from rapidfuzz import fuzz

from deskbot.adapters.dictionary import DICTIONARY
from deskbot.answers.knowledge import EVERYTHING, Knowledge, build

HANDBOOKS = Path(__file__).resolve().parents[1] / "tests/data/kb"
SAME = 85.0  # of 100: two questions more alike than this are the same words with slips in them

Question = dict[str, Any]
Learned = dict[str, list[str]]
Maker = Callable[[Mapping[str, str], Learned], Knowledge]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that was asked before and after learning; `outside` no section answers it."""

    known: bool
    outside: bool
    before: bool
    after: bool
    answered_before: bool
    answered_after: bool


def by_words(pages: Mapping[str, str], learned: Learned) -> Knowledge:
    """Build a handbook that searches by words alone."""
    return build(pages, learned=learned, real=DICTIONARY)


def by_meaning() -> Maker:
    """Return what builds a handbook that searches by words and meaning; raises `ModelMissing` without the model."""
    from deskbot.adapters.meaning import Semantics

    semantics = Semantics(None, Path(tempfile.mkdtemp()) / "vectors.db")

    def make(pages: Mapping[str, str], learned: Learned) -> Knowledge:
        knowledge = build(pages, learned=learned, real=DICTIONARY)
        for _ in semantics.complete(knowledge):
            pass
        return semantics.attach(knowledge)

    return make


def each(make: Maker = by_words, same: float = SAME) -> list[Asked]:
    """Ask every question when all others have taught their section; questions outside when all have."""
    out: list[Asked] = []
    for pages, questions in _handbooks():
        before = make(pages, {})
        groups = _groups((q for q in questions if q["gold"]), same)
        for left_out in groups:
            after, learned = _taught(make, pages, [group for group in groups if group is not left_out])
            out += [_asked(question, learned, before, after) for question in left_out]
        after, learned = _taught(make, pages, groups)
        out += [_asked(question, learned, before, after) for question in questions if not question["gold"]]
    return out


def halves(rounds: int = 10, make: Maker = by_words, seed: int = 7) -> list[Asked]:
    """Let a random half of each handbook's questions teach and ask the others, so many times."""
    chance = random.Random(seed)
    out: list[Asked] = []
    for pages, questions in _handbooks():
        before = make(pages, {})
        groups = _groups(q for q in questions if q["gold"])
        for _ in range(rounds):
            chance.shuffle(groups)
            half = len(groups) // 2
            after, learned = _taught(make, pages, groups[:half])
            asked = [q for group in groups[half:] for q in group] + [q for q in questions if not q["gold"]]
            out += [_asked(question, learned, before, after) for question in asked]
    return out


def figures(asked: Sequence[Asked]) -> dict[str, float]:
    """Return the shares by name, and of how many questions they are."""
    known = [a for a in asked if a.known]
    others = [a for a in asked if not a.known and not a.outside]
    outside = [a for a in asked if a.outside]
    inside = [a for a in asked if not a.outside]
    return {
        "known": len(known),
        "known right before": fmean(a.before for a in known),
        "known right after": fmean(a.after for a in known),
        "known answered before": fmean(a.answered_before for a in known),
        "known answered after": fmean(a.answered_after for a in known),
        "others": len(others),
        "others right before": fmean(a.before for a in others),
        "others right after": fmean(a.after for a in others),
        "answered wrong before": fmean(a.answered_before and not a.before for a in inside),
        "answered wrong after": fmean(a.answered_after and not a.after for a in inside),
        "outside answered before": fmean(a.answered_before for a in outside),
        "outside answered after": fmean(a.answered_after for a in outside),
    }


def _handbooks() -> Iterator[tuple[dict[str, str], list[Question]]]:
    questions: dict[str, list[Question]] = {}
    for line in (HANDBOOKS / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        if question["kind"] != "sensitive":
            questions.setdefault(question["kb"], []).append(question)
    for name, asked in questions.items():
        folder = HANDBOOKS / name
        yield {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in folder.rglob("*.md")}, asked


def _groups(questions: Iterable[Question], same_from: float = SAME) -> list[list[Question]]:
    """Put questions that are the same but for slips together."""
    groups: list[list[Question]] = []
    for question in questions:
        same = (g for g in groups if fuzz.ratio(g[0]["question"].lower(), question["question"].lower()) >= same_from)
        group = next(same, None)
        if group is None:
            groups.append([question])
        else:
            group.append(question)
    return groups


def _taught(make: Maker, pages: Mapping[str, str], teaching: Iterable[Sequence[Question]]) -> tuple[Knowledge, Learned]:
    learned: Learned = {}
    for group in teaching:
        learned.setdefault(group[0]["gold"][0], []).append(group[0]["question"])
    return make(pages, learned), learned


def _asked(question: Question, learned: Learned, before: Knowledge, after: Knowledge) -> Asked:
    then, now = _said(before, question), _said(after, question)
    known = bool(learned.keys() & set(question["gold"]))
    return Asked(known, not question["gold"], then[0], now[0], then[1], now[1])


def _said(knowledge: Knowledge, question: Question) -> tuple[bool, bool]:
    """Return whether a right section comes first, and whether the desk answers with it."""
    found = knowledge.find(question["question"], EVERYTHING)
    right = bool(found.ranked) and found.ranked[0][0].id in question["gold"]
    return right, found.decision == "answer"


def main() -> None:
    """Print the figures of both ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("lexical", "full"), default="lexical")
    parser.add_argument("--rounds", type=int, default=20, help="random halves of each handbook")
    parser.add_argument("--slips", action="store_true", help="count wordings with slips as questions of their own")
    given = parser.parse_args()
    make = by_meaning() if given.engine == "full" else by_words
    columns = {
        "each": figures(each(make, 101.0 if given.slips else SAME)),
        "halves": figures(halves(given.rounds, make)),
    }
    print(f"{given.engine:26}" + "".join(f"{name:>10}" for name in columns))
    for name in columns["each"]:
        shown = (column[name] for column in columns.values())
        print(f"{name:26}" + "".join(f"{v:>10.3f}" if isinstance(v, float) else f"{v:>10}" for v in shown))


if __name__ == "__main__":
    main()
