"""What must reach a human is recognised, and ordinary questions are left alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from deskbot.desk.errors import Invalid
from deskbot.desk.sensitive import parse_crisis, screen

DATA = Path(__file__).parent.parent / "data"


def _labelled(language: str, *splits: str) -> list[dict[str, Any]]:
    lines = (DATA / f"sensitive_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [label for line in lines if (label := json.loads(line))["split"] in splits]


@pytest.mark.parametrize("language", ["en", "pt"])
@pytest.mark.parametrize("split", ["tune", "held"])
def test_reports_are_recognised(language: str, split: str) -> None:
    """At least 98 in 100 labelled reports of every topic are taken as reports."""
    reports = [label["text"] for label in _labelled(language, split) if label["expect"] == "report"]
    missed = [text for text in reports if (found := screen(text)) is None or not found.report]
    assert len(missed) <= 0.02 * len(reports), missed


@pytest.mark.parametrize("language", ["en", "pt"])
def test_a_life_at_risk_is_a_crisis(language: str) -> None:
    """Self-harm and medical emergencies bring the crisis lines first."""
    for label in _labelled(language, "tune", "held"):
        if label["topic"] in ("self_harm", "medical_emergency"):
            found = screen(label["text"])
            assert found is not None, label
            assert found.crisis, label


@pytest.mark.parametrize("language", ["en", "pt"])
def test_a_question_about_a_topic_is_no_report(language: str) -> None:
    """It gets the human route first and the article after it, and opens no ticket."""
    for label in _labelled(language, "tune", "held"):
        if label["expect"] == "question":
            found = screen(label["text"])
            assert found is not None, label
            assert not found.report, label


@pytest.mark.parametrize("language", ["en", "pt"])
def test_ordinary_questions_are_left_alone(language: str) -> None:
    """Killing time, a dead laptop and a sick day are nobody's case."""
    screened = [
        label["text"]
        for label in _labelled(language, "tune", "held")
        if label["expect"] == "none" and screen(label["text"])
    ]
    assert screened == []


def test_answerable_questions_of_real_handbooks_are_not_taken_for_reports() -> None:
    """Of the questions on three handbooks not one in a hundred is handed over; those meant for a human all are."""
    asked = [json.loads(line) for line in (DATA / "kb" / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    answerable = [question["question"] for question in asked if question["gold"]]
    escalated = [text for text in answerable if (found := screen(text)) is not None and found.report]
    assert len(escalated) <= 0.01 * len(answerable), escalated
    meant = [question["question"] for question in asked if question["kind"] == "sensitive"]
    assert [text for text in meant if screen(text) is None] == []


def test_real_work_requests_are_not_taken_for_reports() -> None:
    """1,440 requests about pay, days off and benefits pass."""
    texts = [
        json.loads(line)["text"] for line in (DATA / "clinc_requests.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [text for text in texts if screen(text)] == []


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
