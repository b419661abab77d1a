"""Questions about one thing come together, whatever their words and in whatever order they are asked."""

import json
import random
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from deskbot.adapters.content.files import gather
from deskbot.adapters.content.knowledge_folder import read_knowledge
from deskbot.adapters.content.read import PAGE_SUFFIXES
from deskbot.answers.gaps import Gist, central, gists, grouped, mark, mean
from deskbot.answers.knowledge import Knowledge
from deskbot.answers.vectors import Vectors
from tests.sentence_model import installed

ROOT = Path(__file__).resolve().parents[2]
ASKED = [json.loads(line) for line in (ROOT / "tests/data/gap_questions.jsonl").read_text().splitlines()]
THINGS = [line["topic"] for line in ASKED]


@cache
def knowledge() -> Knowledge:
    """The articles as they are shipped."""
    return read_knowledge(gather(ROOT / "knowledge", PAGE_SUFFIXES))[0]


def understanding() -> Knowledge:
    """The articles with the sentence model, where it is installed."""
    return knowledge().with_meaning(installed(), Vectors(np.zeros(0, np.int32), np.zeros((0, 384), np.float32)))


def together(read: list[Gist], least: float, order: list[int]) -> list[int]:
    """Take questions in ten at a time and return for each the number of its group."""
    groups: list[list[int]] = []
    for start in range(0, len(order), 10):
        parts = [*groups, *([place] for place in order[start : start + 10])]
        joined = grouped([mean([read[at] for at in part[:8]]) for part in parts], [len(part) for part in parts], least)
        groups = [[at for part in places for at in parts[part]] for places in joined]
    numbers = {at: number for number, group in enumerate(groups) for at in group}
    return [numbers[at] for at in range(len(read))]


def purity(things: list[str], numbers: list[int]) -> float:
    """Return how much of a question's group is about its thing, over all questions."""
    pairs, sizes = Counter(zip(things, numbers, strict=True)), Counter(numbers)
    return sum(count * count / sizes[number] for (_, number), count in pairs.items()) / len(things)


def in_one(numbers: list[int]) -> list[int]:
    """Return for each thing how many of its twelve questions lie in one group."""
    pairs = Counter(zip(THINGS, numbers, strict=True))
    return sorted(max(count for (thing, _), count in pairs.items() if thing == one) for one in set(THINGS))


@pytest.mark.parametrize("seed", [1, 2])
def test_by_words_alone_most_wordings_come_together_and_few_strangers(seed: int) -> None:
    """Fourteen things, asked about in twelve ways each, in any order."""
    order = list(range(len(ASKED)))
    random.Random(seed).shuffle(order)
    numbers = together(gists([line["question"] for line in ASKED], knowledge()), mark(by_meaning=False), order)
    assert purity([thing.split(" in ")[0] for thing in THINGS], numbers) >= 0.82
    assert sum(in_one(numbers)) / len(ASKED) >= 0.6


def test_by_meaning_nearly_all_do() -> None:
    """In English; the model knows no other language."""
    order = list(range(len(ASKED)))
    random.Random(1).shuffle(order)
    known = understanding()
    numbers = together(gists([line["question"] for line in ASKED], known), mark(by_meaning=True), order)
    assert purity([thing.split(" in ")[0] for thing in THINGS], numbers) >= 0.85
    assert sum(in_one(numbers)) / len(ASKED) >= 0.75


def test_the_likeness_of_groups_is_the_mean_over_their_questions() -> None:
    """So joining groups one after the other is the same as comparing all pairs."""
    read = gists([line["question"] for line in ASKED[:12]], knowledge())

    def alike(a: Gist, b: Gist) -> float:
        return sum(weight * b.terms.get(name, 0.0) for name, weight in a.terms.items())

    left, right = read[:5], read[5:]
    pairs = [alike(a, b) for a in left for b in right]
    assert alike(mean(left), mean(right)) == pytest.approx(sum(pairs) / len(pairs))


def test_questions_of_which_nothing_is_left_are_about_nothing() -> None:
    """Thanks and greetings make no gap."""
    assert [gist.terms for gist in gists(["Thanks!", "ok", "", "how are you"], knowledge())] == [{}] * 4


def test_nothing_groups_to_nothing() -> None:
    """And one to itself."""
    (one,) = gists(["Is there a shuttle bus?"], knowledge())
    assert grouped([], [], 0.2) == []
    assert grouped([one], [1], 0.2) == [[0]]
    assert central([one]) == 0


def test_the_most_alike_stands_for_all() -> None:
    """Not the one that strays."""
    asked = ["Is there a shuttle bus?", "When does the shuttle bus go?", "Is the shuttle bus free?", "Bus on Sundays?"]
    assert central(gists(asked, knowledge())) != 3
