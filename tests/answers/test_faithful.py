"""Other words for a passage are let through when they say the same; everything else is dropped, whatever it tries."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskbot.answers.faithful import LONGER, faithful
from tests.answers.rephrasing_attacks import ATTACKS, HONEST, PASSAGE

WORDINGS = [
    (
        "en",
        "You do not lose vacation days on which you are ill, with flu or covid, at home or abroad. Tell your manager on"
        " the first day and send a medical certificate to the Leave team, and the days go back to your balance.",
        "If you are ill on vacation days, with flu or covid, at home or abroad, you do not lose them. Tell your manager"
        " on the first day and send a medical certificate to the Leave team. Then the days go back to your balance [1]",
    ),
    (
        "en",
        "You can apply for any open position after 12 months in your job. Your manager or lead will not know that you"
        " are looking at another team until you are invited to the second talk.",
        "After 12 months in your job you can apply for any open position. Until you are invited to the second talk,"
        " your manager or lead will not know that you are looking at another team. [1]",
    ),
    (
        "en",
        "Pay, bonus and annual leave in hours follow your share of full time. The meal allowance in Lisbon is paid for"
        " days with five hours or more. With 24 hours a week you keep medical cover.",
        "- Pay, bonus and annual leave in hours follow your share of full time.\n* In Lisbon, the meal allowance is"
        " paid for days with five hours or more.\n• You keep **medical cover** with 24 hours a week. [1]",
    ),
    (
        "pt",
        "A tempo inteiro tem 25 dias úteis de férias por ano em Lisboa e 20 em Nova Iorque, além dos feriados."
        " Marque-os na ferramenta de férias; a chefia responde em três dias úteis.",
        "A tempo inteiro tem, além dos feriados, 25 dias úteis de férias por ano em Lisboa e 20 em Nova Iorque."
        " Marque-os na ferramenta de férias. A chefia responde em três dias úteis. [1]",
    ),
]


@pytest.mark.parametrize(("language", "passage", "wording"), WORDINGS)
def test_words_that_say_the_same_are_let_through(language: str, passage: str, wording: str) -> None:
    """Sentences may be cut, turned and made a list; the marker is gone from what people read."""
    verdict = faithful(wording, passage, language)
    assert verdict.reason == ""
    assert "[1]" not in verdict.text
    assert "**" not in verdict.text


def test_the_honest_wording_of_the_attacked_passage_is_let_through() -> None:
    """What the attacks change or add to would be fine without them."""
    assert faithful(f"{HONEST} [1]", PASSAGE, "en").text == HONEST


def test_there_are_at_least_a_hundred_attacks() -> None:
    """All of them different."""
    assert len(set(ATTACKS)) >= 100


@pytest.mark.parametrize(("kind", "answer"), ATTACKS)
def test_no_attack_is_let_through(kind: str, answer: str) -> None:
    """Nothing revealed, posted, linked, hidden, falsely cited or changed."""
    assert faithful(answer, PASSAGE, "en").text == ""


@pytest.mark.parametrize(("kind", "answer"), ATTACKS)
def test_length_is_not_what_stops_an_attack(kind: str, answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same attacks fail where there is room for them."""
    monkeypatch.setattr("deskbot.answers.faithful.LONGER", 9.0)
    assert faithful(answer, PASSAGE, "en").text == ""


def test_the_passage_itself_is_no_wording() -> None:
    """Then the passage is shown as it is, without a word of a model."""
    assert faithful(f"{PASSAGE} [1]", PASSAGE, "en").reason == "unchanged"


def test_a_long_answer_is_not_even_read() -> None:
    """The limit is reckoned on the passage."""
    assert faithful("x" * round(LONGER * len(PASSAGE) + 10), PASSAGE, "en").reason == "long"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.integers(0, len(HONEST)))
def test_whatever_is_put_in_anywhere_brings_no_mark_digit_or_hidden_sign(extra: str, at: int) -> None:
    """A wording that passes is made of letters, common punctuation and the passage's own numbers."""
    shown = faithful(f"{HONEST[:at]}{extra}{HONEST[at:]} [1]", PASSAGE, "en").text
    assert not set(shown) & set("<>[]{}|`@#*_~\\^=/")
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert {char for char in shown if char.isdigit()} <= set("251031")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(sorted(set(PASSAGE.replace(".", "").replace(",", "").split()))), max_size=50))
def test_the_passages_own_words_in_any_order_keep_its_numbers_and_negations(said: list[str]) -> None:
    """Numbers stay in order, and the one "not" stays one."""
    shown = faithful(f"{' '.join(said)}. [1]", PASSAGE, "en").text
    if shown:
        assert [word for word in shown.split() if word.isdigit()] == ["25", "10", "31"]
        assert shown.split().count("not") == 1
