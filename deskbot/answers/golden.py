"""Golden questions: what people ask, the section that must answer, and whether a change made an answer worse."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from deskbot.answers.audience import Audience
from deskbot.answers.confidence import ANSWER_FROM
from deskbot.answers.knowledge import Knowledge
from deskbot.desk.sensitive import screen

SHOWN = 3  # so many sections are suggested where the desk is unsure
BEST, WORST = 4, 0
SLACK = 0.08  # an article added elsewhere moves every confidence a little, and some of them over the bar


@dataclass(frozen=True, slots=True)
class Golden:
    """One golden question.

    `section` must answer, `also` answer it just as well; `decision` is what must come instead of an answer, "" where an
    article answers. It is asked as each of `askers`. `label` is unlike that of every other question of the folder;
    `file` and `line` say where it stands.
    """

    question: str
    label: str
    language: str
    section: str
    also: frozenset[str]
    decision: str
    askers: tuple[Audience, ...]
    file: str = ""
    line: int = 1

    @property
    def right(self) -> frozenset[str]:
        """Every section that answers."""
        return frozenset({self.section} - {""}) | self.also


class Came(NamedTuple):
    """What came to a question: the decision, the first section, the place (1 to 3) of the first right one, else 0."""

    decision: str
    section: str
    place: int


@dataclass(frozen=True, slots=True)
class Result:
    """A golden question with what came; of several askers, what came to the one who fared worst."""

    golden: Golden
    came: Came
    ranked: tuple[str, ...]
    confidence: float = 0.0

    @property
    def first(self) -> bool:
        """Whether a right section came first."""
        return self.came.place == 1

    @property
    def kept(self) -> bool:
        """Whether the question got what it must get: a right section first, and the decision where one is named."""
        wanted = self.golden.decision
        held = self.came.decision == wanted if wanted else self.came.decision in ("answer", "suggest")
        return held and (self.first or not self.golden.right)


def ask(knowledge: Knowledge, goldens: Iterable[Golden]) -> list[Result]:
    """Ask every question as each of its askers. The day plays no part: dates are for the lint to watch."""
    return [min((_asked(knowledge, golden, asker) for asker in golden.askers), key=_worth_now) for golden in goldens]


def _asked(knowledge: Knowledge, golden: Golden, asker: Audience) -> Result:
    found = knowledge.find(golden.question, asker, golden.language)
    ranked = tuple(section.id for section, _ in found.ranked[:SHOWN])
    place = next((at for at, section in enumerate(ranked, 1) if section in golden.right), 0)
    decision = "sensitive" if screen(golden.question) is not None else found.decision
    return Result(golden, Came(decision, ranked[0] if ranked else "", place), ranked, found.confidence)


def _worth_now(result: Result) -> int:
    return worth(result.golden, result.came)


def worth(golden: Golden, came: Came) -> int:
    """Return how well the asker is served, 0 (a wrong answer stated as right) to 4.

    An answer from the right section is 4, a suggestion with it first 3, with it among three 2, silence or other
    suggestions 1. Where another decision is due, that decision is 4 (2 without the section that is to follow it), an
    answer instead 0, anything else 1.
    """
    if golden.decision:
        held = BEST if came.place == 1 or not golden.right else 2
        return held if came.decision == golden.decision else int(came.decision != "answer")
    if came.decision == "answer":
        return BEST if came.place == 1 else WORST
    if came.decision == "suggest" and came.place:
        return 3 if came.place == 1 else 2
    return 1


def worse(results: Iterable[Result], recorded: Mapping[str, Came]) -> list[tuple[Result, Came | None]]:
    """Return the questions that fare worse than recorded, with what came before.

    A question that nobody recorded yet is among them, with None, when it does not get what it must get.
    """
    out: list[tuple[Result, Came | None]] = []
    for result in results:
        before = recorded.get(result.golden.label)
        if before is None and not result.kept:
            out.append((result, None))
        elif before is not None and _is_worse(result, before):
            out.append((result, before))
    return out


def _is_worse(result: Result, before: Came) -> bool:
    """Return whether the asker is served worse; the right section first, just under the bar, is no worse."""
    was, now = worth(result.golden, before), worth(result.golden, result.came)
    just_under = result.came.decision == "suggest" and result.first and result.confidence >= ANSWER_FROM - SLACK
    return now < was and not (was == BEST and just_under)


Row = dict[str, float | int | str | None]


def figures(results: Sequence[Result]) -> Row:
    """Return the shares, 0 to 1: over all questions that an article answers, and `right` over those answered."""
    answerable = [result for result in results if result.golden.right]
    due = [result for result in answerable if not result.golden.decision]
    answered = [result for result in due if result.came.decision == "answer"]
    return {
        "questions": len(results),
        "recall_at_1": _share(answerable, [result for result in answerable if result.first]),
        "recall_at_3": _share(answerable, [result for result in answerable if result.came.place]),
        "answered": _share(due, answered),
        "right": _share(answered, [result for result in answered if result.first]),
    }


def by_file(results: Sequence[Result]) -> list[Row]:
    """Return the figures of each file, in the order of their names."""
    files = sorted({result.golden.file for result in results})
    return [{"file": file, **figures([r for r in results if r.golden.file == file])} for file in files]


def _share(of: Sequence[Result], those: Sequence[Result]) -> float | None:
    return len(those) / len(of) if of else None
