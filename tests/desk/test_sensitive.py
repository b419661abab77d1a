"""What must reach a human is recognised, and ordinary questions are left alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from deskbot.desk.errors import Invalid
from deskbot.desk.sensitive import parse_crisis, screen

DATA = Path(__file__).parent.parent / "data"


def _lines(*files: str) -> list[dict[str, Any]]:
    return [json.loads(line) for file in files for line in (DATA / file).read_text(encoding="utf-8").splitlines()]


def _labelled(language: str, expect: str) -> list[dict[str, Any]]:
    blind = [line for line in _lines("sensitive/dev_blind.jsonl") if line["language"] == language]
    return [line for line in [*_lines(f"sensitive_{language}.jsonl"), *blind] if line["expect"] == expect]


@pytest.mark.parametrize("language", ["en", "pt"])
def test_reports_are_recognised(language: str) -> None:
    """At least 98 in 100 labelled reports are taken as reports."""
    reports = [label["text"] for label in _labelled(language, "report")]
    missed = [text for text in reports if (found := screen(text)) is None or not found.report]
    assert len(missed) <= 0.02 * len(reports), missed


@pytest.mark.parametrize("language", ["en", "pt"])
@pytest.mark.parametrize("topic", ["self_harm", "medical_emergency", "violence", "domestic_abuse"])
def test_a_life_at_risk_is_a_crisis(language: str, topic: str) -> None:
    """Self-harm, emergencies, violence and abuse at home bring the crisis lines first."""
    texts = [label["text"] for label in _labelled(language, "report") if label["topic"] == topic]
    missed = [text for text in texts if (found := screen(text)) is None or not found.crisis]
    assert len(missed) <= 0.05 * len(texts), missed


@pytest.mark.parametrize("language", ["en", "pt"])
def test_a_question_about_a_topic_gets_its_article(language: str) -> None:
    """The human route comes first; only where doubt is great does a case open, and the article comes even then."""
    found = [(label["text"], screen(label["text"])) for label in _labelled(language, "question")]
    refused = [text for text, screening in found if screening is not None and not screening.asks]
    cases = [text for text, screening in found if screening is not None and screening.report]
    plain = [text for text, screening in found if screening is None]
    assert refused == []
    assert len(cases) <= 0.05 * len(found), cases
    assert len(plain) <= 0.05 * len(found), plain


@pytest.mark.parametrize("language", ["en", "pt"])
def test_ordinary_messages_with_alarming_words_are_left_alone(language: str) -> None:
    """Killing time, a dead laptop and a sick day are nobody's case; doubt names people first, rarely."""
    found = [(label["text"], screen(label["text"])) for label in _labelled(language, "none")]
    cases = [text for text, screening in found if screening is not None and screening.report]
    taken = [text for text, screening in found if screening is not None]
    assert len(cases) <= 0.03 * len(found), cases
    assert len(taken) <= 0.05 * len(found), taken


@pytest.mark.parametrize(
    "text",
    [
        "I'm furious, my payslip is wrong again",
        "I'm exhausted waiting for my reimbursement",
        "I hate this new system",
        "estou furiosa, o recibo está outra vez errado",
        "este computador dá comigo em doida",
    ],
)
def test_feelings_about_ordinary_things_are_ordinary(text: str) -> None:
    """Anger is no report."""
    assert screen(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "asking for a friend, what if her boss strokes her hair whenever they are alone",
        "it isn't harassment as such, he only waits at my car every evening",
        "Just another day: he threw the chair, I ducked",
        "não é nada de grave, só me agarrou outra vez no armazém",
        "pergunto por uma amiga: e se o chefe lhe mandar fotografias à noite?",
        "ele dise q me partia a cara se eu falase",
    ],
)
def test_hints_hypotheses_and_irony_are_reports(text: str) -> None:
    """None of these uses the words of a policy."""
    found = screen(text)
    assert found is not None
    assert found.report


def test_answerable_questions_of_real_handbooks_are_not_taken_for_reports() -> None:
    """Of the questions on three handbooks hardly one in a hundred is handed over; those meant for a human all are."""
    asked = _lines("kb/questions.jsonl")
    answerable = [question["question"] for question in asked if question["gold"]]
    escalated = [text for text in answerable if (found := screen(text)) is not None and found.report]
    assert len(escalated) <= 0.01 * len(answerable), escalated
    meant = {
        question["question"]: screen(question["question"]) for question in asked if question["kind"] == "sensitive"
    }
    assert [text for text, found in meant.items() if found is None or not found.report] == []


def test_real_work_requests_are_not_taken_for_reports() -> None:
    """Of 1,440 requests about pay, days off and benefits none is a case, and hardly one is told of people first."""
    found = [screening for line in _lines("clinc_requests.jsonl") if (screening := screen(line["text"]))]
    assert [screening for screening in found if screening.report] == []
    assert len(found) <= 2


@pytest.mark.parametrize("language", ["en", "pt"])
def test_reports_of_a_writer_kept_aside_are_recognised(language: str) -> None:
    """Lines by somebody who never saw the detector, never learned: people first, mostly by a sealed case."""
    aside = [line for line in _lines("sensitive_aside.jsonl") if line["language"] == language]
    told = [screen(line["text"]) for line in aside if line["expect"] == "report"]
    asked = [screen(line["text"]) for line in aside if line["expect"] == "question"]
    assert sum(found is not None for found in told) >= 0.94 * len(told)
    assert sum(found is not None and found.report for found in told) >= 0.90 * len(told)
    assert [found for found in asked if found is not None and not found.asks] == []


@pytest.mark.parametrize(
    "text",
    [
        "I am NOT saying he harassed me, but he keeps touching me",
        'he wrote "I want to sleep with you" and asked me out again',
        "I was haras­sed and harrassed and sexualy assalted",
        "MY BOSS THREATENED TO KILL ME",
        "não estou a dizer que é assédio, mas ele apalpou-me",
        "  my   manager\nis\tharassing\n\nme  ",
    ],
)
def test_negation_quotes_slips_and_shouting_hide_nothing(text: str) -> None:
    """Doubt goes to a human."""
    found = screen(text)
    assert found is not None
    assert found.report


def test_the_end_of_a_very_long_message_is_read_too() -> None:
    """What matters may come last."""
    assert screen("hello " * 20_000 + " my manager is harassing me") is not None


def test_own_health_goes_to_leave_and_not_to_employee_relations() -> None:
    """A protected ticket, no crisis."""
    found = screen("I was just diagnosed with MS and I'm scared to tell my manager")
    assert found is not None
    assert found.own_health
    assert not found.crisis


def test_crisis_lines_are_those_of_the_country() -> None:
    """A country without lines gets the default ones; names come in the reader's language."""
    lines = parse_crisis(
        {
            "US": [{"name": {"en": "Crisis line", "pt": "Linha de crise"}, "number": "988", "hours": "24 h"}],
            "default": [{"name": "Emergency", "number": 112}],
        }
    )
    assert lines.lines("us", "pt") == ["Linha de crise: **988** (24 h)"]
    assert lines.lines("XX") == ["Emergency: **112**"]


def test_a_crisis_line_without_a_number_is_refused() -> None:
    """The sentence names the country."""
    with pytest.raises(Invalid, match="PT: every line needs"):
        parse_crisis({"PT": [{"name": "Linha"}]})
