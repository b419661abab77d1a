"""Changes of substance and of spelling: on labelled pairs, and for whatever somebody may type."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbot.answers.changes import compare, spans, successor

_TEXT = (Path(__file__).parents[1] / "data/section_changes.jsonl").read_text()
PAIRS = [json.loads(line) for line in _TEXT.splitlines()]
PROSE = (
    "Colleagues who travel for the company book their train in the portal and keep every receipt. "
    "Payroll transfers the reimbursement together with the following salary, and the assistant answers questions "
    "about the journey. Breakfast belongs to the hotel; dinner with customers is described in the travel chapter."
)
PROSA = (
    "Os colegas que viajam em trabalho compram o bilhete no portal e guardam todos os recibos. O processamento "
    "salarial transfere o reembolso juntamente com o vencimento seguinte, e a assistente responde sobre a viagem."
)
RULE = "Everybody gets {} days, {} % of the pay up to {} € and answers by {} March."


def test_no_change_of_substance_passes_as_editorial() -> None:
    """Of the labelled pairs, none that people must know of is taken for spelling."""
    missed = [p for p in PAIRS if p["label"] == "material" and not compare(p["before"], p["after"]).material]
    assert missed == []


def test_few_editorial_changes_ask_for_a_decision() -> None:
    """HR is bothered with less than one in ten of the changes that nobody needs to know of."""
    editorial = [p for p in PAIRS if p["label"] == "editorial"]
    wrong = [p for p in editorial if compare(p["before"], p["after"]).material]
    assert len(wrong) <= len(editorial) * 0.1, wrong


def test_the_pairs_are_many_and_in_both_languages() -> None:
    """The figures rest on at least sixty pairs of both kinds in English and Portuguese."""
    kinds = [(p["label"], p["language"]) for p in PAIRS]
    assert len(PAIRS) >= 60
    assert min(kinds.count(one) for one in set(kinds)) >= 15
    assert len(set(kinds)) == 4


def _slip(text: str, chance: random.Random) -> str:
    """Return the text with a slip of the pen inside one of its longer words."""
    words = text.split(" ")
    place = chance.choice([at for at, word in enumerate(words) if len(word) > 6 and word.isalpha() and word.islower()])
    word = words[place]
    at = chance.randrange(2, len(word) - 2)
    kinds = {
        "swapped": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        "dropped": word[:at] + word[at + 1 :],
        "doubled": word[:at] + word[at] + word[at:],
        "struck beside": word[:at] + chance.choice("qxzkw") + word[at + 1 :],
    }
    words[place] = kinds[chance.choice(sorted(kinds))]
    return " ".join(words)


@given(chance=st.randoms(use_true_random=False), text=st.sampled_from([PROSE, PROSA]), slips=st.integers(1, 3))
def test_slips_of_the_pen_are_editorial(chance: random.Random, text: str, slips: int) -> None:
    """Whoever mends or makes typing errors in prose corrects nobody."""
    slipped = text
    for _ in range(slips):
        once = _slip(text, chance)
        slipped = once if slips == 1 else _joined(text, slipped, once)
    assert compare(slipped, text).reasons == ()
    assert compare(text, slipped).reasons == ()


def _joined(text: str, one: str, other: str) -> str:
    """Return the text with the slips of two others, at most one in a word."""
    triples = zip(text.split(" "), one.split(" "), other.split(" "), strict=True)
    return " ".join(b if b != a else c for a, b, c in triples)


@given(
    old=st.lists(st.integers(1, 9999), min_size=4, max_size=4),
    place=st.integers(0, 3),
    other=st.integers(1, 9999),
)
def test_any_number_that_changes_is_of_substance(old: list[int], place: int, other: int) -> None:
    """Days, percentages, amounts and dates: whichever number is another one, people are to know."""
    new = [*old[:place], other, *old[place + 1 :]]
    change = compare(RULE.format(*old), RULE.format(*new))
    assert change.material == (old != new)
    assert not change.material or "number" in {reason.kind for reason in change.reasons}


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_can_be_compared(before: str, after: str) -> None:
    """Whatever stands in a file, a text is the same as itself, and the diff gives back both sides."""
    compare(before, after)
    assert not compare(before, before).material
    pieces = spans(before, after)
    assert "".join(piece.text for piece in pieces if piece.side != "after") == before
    assert "".join(piece.text for piece in pieces if piece.side != "before") == after


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("You get 22 days.", "You get 25 days.", "22 days → 25 days"),
        ("You may go.", "You must go.", "may go → must go"),
        ("It is free.", "It is not free.", "– → not free"),
        ("- a passport\n- a photo", "- a passport", "a photo → –"),
    ],
)
def test_the_reason_says_what_changed(before: str, after: str, said: str) -> None:
    """HR reads what changed at a glance."""
    assert said in [str(reason) for reason in compare(before, after).reasons]


@pytest.mark.parametrize(
    ("before", "after", "material"),
    [
        ("How many days you get", "Number of days", False),
        ("Full-time employees", "Part-time employees", True),
        ("Leave in 2026", "Leave in 2027", True),
    ],
)
def test_a_new_heading_matters_when_it_names_other_people_or_years(before: str, after: str, material: bool) -> None:
    """The text under a heading holds for whom the heading names."""
    assert compare("The text.", "The text.", (before, after)).material is material


def test_other_texts_tell_a_word_from_a_slip_of_the_pen() -> None:
    """Where the knowledge base uses both words, one is not the other misspelt."""
    one, other = "The kayaking course is free.", "The kayeking course is free."
    assert not compare(one, other).material
    assert compare(one, other, known=frozenset({"kayaking", "kayeking"}).__contains__).material


def test_a_section_is_found_again_under_its_new_heading() -> None:
    """Moved text is known by its words; a text that is like none has ended."""
    others = ["Lunch is served at noon in the kitchen.", "Trains are booked through the portal by the traveller."]
    assert successor("Trains are booked by the traveller through the portal.", others) == 1
    assert successor("Glasses are paid once a year.", others) is None
