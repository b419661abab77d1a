"""Passages say where they stand, and a snapshot can be asked for the nearest of them."""

import numpy as np

from deskbot.answers.articles import Section, parse_page
from deskbot.answers.knowledge import EVERYTHING, build
from deskbot.answers.sentences import WIDTH
from deskbot.answers.vectors import Vectors, gathered, key, keys, passages, texts
from tests.sentence_model import random_model

PAGE = """---
title: Leave
questions:
  parents: [How long may I stay with my baby?]
---

# Leave

## Parents

Sixteen weeks for **both** parents.

## Empty
"""


def sections(text: str = PAGE) -> tuple[Section, ...]:
    return parse_page(text, "leave.md").sections


def test_a_passage_stands_below_its_titles_each_said_once() -> None:
    (parents,) = [s for s in sections() if s.title == "Parents"]
    assert passages(parents) == ["Leave. Parents. Sixteen weeks for both parents."]


def test_a_section_of_which_there_is_only_the_heading_has_one_passage() -> None:
    (empty,) = [s for s in sections() if s.title == "Empty"]
    assert passages(empty) == ["Leave. Empty."]


def test_a_long_text_is_cut_into_even_parts_of_about_120_words() -> None:
    words = [f"word{number}" for number in range(400)]
    (section,) = sections("# Long\n\n" + " ".join(words))
    parts = [part.removeprefix("Long. ").split() for part in passages(section)]
    assert [word for part in parts for word in part] == words
    assert {len(part) for part in parts} == {133, 134}


def test_a_section_without_end_has_a_bounded_number_of_passages() -> None:
    (section,) = sections("# Long\n\n" + "word " * 20_000)
    assert len(passages(section)) == 40


def test_the_questions_of_a_section_are_read_too_and_kept_apart() -> None:
    (parents,) = [s for s in sections() if s.title == "Parents"]
    asked = "How long may I stay with my baby?"
    assert texts(parents) == [*passages(parents), asked]
    assert keys(parents).questions == (key(asked),)


def test_the_nearest_passage_of_each_section_counts() -> None:
    matrix = np.zeros((3, WIDTH), np.float32)
    matrix[0, 0], matrix[1, 1], matrix[2, 0] = 1.0, 1.0, 0.5
    vectors = Vectors(np.array([0, 0, 2], np.int32), matrix)
    question = np.zeros(WIDTH, np.float32)
    question[:2] = 0.6, 0.8
    assert np.allclose(vectors.nearest(question, 4), [0.8, 0.0, 0.3, 0.0])


def test_no_vectors_are_near_nothing() -> None:
    none = gathered([keys(s) for s in sections()], {})
    assert none.nearest(np.ones(WIDTH, np.float32), 3).tolist() == [0.0, 0.0, 0.0]


def test_a_snapshot_takes_its_meaning_and_leaves_the_other_as_it_was() -> None:
    knowledge = build({"leave.md": PAGE})
    model = random_model()
    said = [text for s in knowledge.sections for text in texts(s)]
    kept = {key(text): vector for text, vector in zip(said, model.encode(said), strict=True)}
    wiser = knowledge.with_meaning(model, gathered([keys(s) for s in knowledge.sections], kept))
    assert knowledge.meaning is None
    assert wiser.meaning is not None
    assert wiser.meaning.nearest(passages(wiser.sections[-1])[0], 3).argmax() == len(wiser.sections) - 1
    assert wiser.find("How long may parents stay?", EVERYTHING).ranked
    assert wiser.section("leave.md#parents") is knowledge.section("leave.md#parents")
