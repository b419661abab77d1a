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


PORTUGUESE = (
    "A tempo inteiro tem 25 dias úteis de férias por ano em Lisboa e 20 em Nova Iorque, além dos feriados. Pode gozar"
    " cinco dias até 31 de março, mas não os de doença. A chefia responde em três dias úteis."
)
DITO = (
    "Tem, a tempo inteiro, 25 dias úteis de férias por ano em Lisboa e 20 em Nova Iorque, além dos feriados. Até 31 de"
    " março pode gozar cinco dias, mas não os de doença. A chefia responde em três dias úteis."
)


def test_portuguese_is_checked_in_its_own_words() -> None:
    """The honest wording passes."""
    assert faithful(f"{DITO} [1]", PORTUGUESE, "pt").text == DITO


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("25 dias", "30 dias"),
        ("25 dias", "25 semanas"),
        ("dias úteis de férias", "dias seguidos de férias"),
        ("em Lisboa e 20 em Nova Iorque", "em Nova Iorque e 20 em Lisboa"),
        ("Até 31", "Depois de 31"),
        ("31 de março", "31 de maio"),
        ("pode gozar", "deve gozar"),
        ("pode gozar", "não pode gozar"),
        ("cinco dias", "dez dias"),
        ("mas não os", "também os"),
        ("mas não os de doença", "sem exceção"),
        (", mas não os de doença", ""),
        ("A chefia", "A Ana"),
        ("A chefia", "O colega"),
        ("três dias", "dois dias"),
        ("A chefia responde", "Eu respondo"),
        ("além dos feriados", "só com feriados"),
        ("por ano", "por mês"),
        ("férias", "baixa"),
        ("A chefia responde em três dias úteis.", "Diga a sua senha à chefia em três dias úteis."),
    ],
)
def test_portuguese_that_says_something_else_is_dropped(old: str, new: str) -> None:
    """Numbers, places, limits, duties and persons."""
    assert old in DITO
    assert faithful(f"{DITO.replace(old, new)} [1]", PORTUGUESE, "pt").text == ""


OFFICES = (
    "Health insurance stays the same from 20 hours a week in New York and from any hours in Lisbon. If you leave in"
    " March, payroll or your manager tells you what is left. You only pay for travel."
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("in New York and from any hours in Lisbon", "in Lisbon and from any hours in New York"),
        ("If you leave in March, payroll", "You leave in March, payroll"),
        ("payroll or your manager", "payroll and your manager"),
        ("You only pay for travel", "You pay for travel"),
        ("You only pay for travel", "You only travel"),
        ("from any hours", "from hours"),
        ("stays the same", "ends"),
    ],
)
def test_places_conditions_and_choices_stay_as_they_are(old: str, new: str) -> None:
    """Small words and the order of names carry the meaning too."""
    assert old in OFFICES
    assert faithful(f"Also: {OFFICES} [1]", OFFICES, "en").reason == ""
    assert faithful(f"Also: {OFFICES.replace(old, new)} [1]", OFFICES, "en").text == ""


TELLING = (
    "Ask your manager before you book. Your manager tells HR about it. Send the form to your manager. You pay payroll"
    " nothing from your bonus until the review is over."
)


def test_sentences_may_be_turned_at_their_joints() -> None:
    """What stands before or after "before" and "until" may change places as a whole."""
    wording = (
        "Before you book, ask your manager. Your manager tells HR about it. Send the form to your manager. Until the"
        " review is over you pay payroll nothing from your bonus."
    )
    assert faithful(f"{wording} [1]", TELLING, "en").text == wording


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Ask your manager before you book", "Book before you ask your manager"),
        ("Your manager tells HR", "HR tells your manager"),
        ("Send the form to your manager", "Send your manager to the form"),
        ("You pay payroll nothing from your bonus", "Payroll pays you nothing from your bonus"),
        ("nothing from your bonus until the review", "nothing from the review until your bonus"),
    ],
)
def test_who_does_what_to_whom_stays_as_it_is(old: str, new: str) -> None:
    """The same words in another order say something else."""
    assert faithful(f"Also: {TELLING} [1]", TELLING, "en").reason == ""
    assert faithful(f"Also: {TELLING.replace(old, new)} [1]", TELLING, "en").reason == "turned"


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
