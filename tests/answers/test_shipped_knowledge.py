"""The knowledge base that comes with the product answers plain questions, and its golden questions hold."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from deskbot.answers.audience import Audience
from deskbot.answers.knowledge import Found, Knowledge, build

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
COUNTRY = {"en": "US", "pt": "PT"}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    """The shipped articles."""
    return build({p.relative_to(KNOWLEDGE).as_posix(): p.read_text(encoding="utf-8") for p in KNOWLEDGE.rglob("*.md")})


@dataclass(frozen=True)
class Golden:
    """A golden question with the sections that answer it and what was found."""

    question: str
    language: str
    right: frozenset[str]
    found: Found

    @property
    def ids(self) -> list[str]:
        """The ids of what was found, best first."""
        return [section.id for section, _ in self.found.ranked]

    @property
    def on_the_right_page(self) -> bool:
        """Whether the first section is on the page of a right one."""
        pages = {section.partition("#")[0] for section in self.right}
        return bool(self.ids) and self.ids[0].partition("#")[0] in pages


def _viewer(entry: Mapping[str, Any]) -> Audience:
    asker, language = entry.get("as") or {}, entry.get("language", "en")
    return Audience(
        country=asker.get("country", COUNTRY[language]),
        contract=asker.get("contract", ""),
        is_manager=bool(asker.get("is_manager")),
        roles=frozenset(asker.get("roles") or ()),
        language=language,
    )


def _listed(value: str | list[str] | None) -> Iterable[str]:
    return [value] if isinstance(value, str) else value or []


@pytest.fixture(scope="module")
def golden(knowledge: Knowledge) -> list[Golden]:
    """Every golden question that an article answers, asked as the person named beside it."""
    entries = [e for f in sorted((KNOWLEDGE / "_golden").glob("*.yaml")) for e in yaml.safe_load(f.read_text("utf-8"))]
    return [
        Golden(
            entry["question"],
            entry.get("language", "en"),
            frozenset([*_listed(entry["section"]), *_listed(entry.get("also"))]),
            knowledge.find(entry["question"], _viewer(entry), entry.get("language", "en")),
        )
        for entry in entries
        if not entry.get("decision")
    ]


def _share(golden: list[Golden], right: Iterable[bool]) -> float:
    return sum(right) / len(golden)


def test_most_golden_questions_are_answered_and_answers_are_right(golden: list[Golden]) -> None:
    """Three in five get an answer; nineteen in twenty answers are on the right page, nine in ten the very section."""
    answered = [g for g in golden if g.found.decision == "answer"]
    assert len(golden) >= 300
    assert len(answered) / len(golden) >= 0.60
    assert _share(answered, (g.on_the_right_page for g in answered)) >= 0.94
    assert _share(answered, (g.ids[0] in g.right for g in answered)) >= 0.88


def test_suggestions_hold_the_right_section(golden: list[Golden]) -> None:
    """Where three sections are suggested, the right one is among them in 85 of 100."""
    suggested = [g for g in golden if g.found.decision == "suggest"]
    assert _share(suggested, (bool(g.right & set(g.ids[:3])) for g in suggested)) >= 0.85


def test_the_right_section_comes_first_or_among_three(golden: list[Golden]) -> None:
    """Over all golden questions, answered or not."""
    assert _share(golden, (g.ids[:1] != [] and g.ids[0] in g.right for g in golden)) >= 0.75
    assert _share(golden, (bool(g.right & set(g.ids[:3])) for g in golden)) >= 0.90


def test_no_golden_question_is_taken_for_a_look_up_of_ones_own_record(golden: list[Golden]) -> None:
    """They ask for rules."""
    assert [g.question for g in golden if g.found.decision == "personal"] == []


def test_sections_come_in_the_language_of_the_question(golden: list[Golden]) -> None:
    """Every golden question is answered in its own language, because articles exist in both."""
    strangers = Counter(g.found.ranked[0][0].article.language != g.language for g in golden if g.found.ranked)
    assert strangers[True] == 0


PLAIN = [
    ("When is payday?", "pay/payday.md"),
    ("How many days of annual leave do we get?", "time-off/annual-leave.md"),
    ("How do I get a letter for my landlord?", "your-data/employment-letters.md"),
    ("how do I change my bank account", "pay/bank-account.md"),
    ("can I work from home", "working-here/remote-work.md"),
    ("can I work from abroad", "working-here/working-abroad.md"),
    ("how do I claim expenses", "pay/expenses.md"),
    ("how do I change my address", "your-data/name-and-address.md"),
    ("I forgot to clock out", "working-time/missed-punch.md"),
    ("quando recebo o salário?", "pay/payday.pt.md"),
    ("quantos dias de férias tenho?", "time-off/annual-leave.pt.md"),
    ("como mudo a minha morada", "your-data/name-and-address.pt.md"),
    ("preciso de uma declaração para o banco", "your-data/employment-letters.pt.md"),
]


@pytest.mark.parametrize("country", ["PT", "US"])
@pytest.mark.parametrize(("question", "page"), PLAIN)
def test_a_plain_question_gets_a_cited_answer(knowledge: Knowledge, question: str, page: str, country: str) -> None:
    """What newcomers try first is answered from the right page, whoever of the two countries asks."""
    found = knowledge.find(question, Audience(country=country))
    assert found.decision == "answer"
    assert found.ranked[0][0].article.path == page
    assert found.quote_md


@pytest.mark.parametrize("language", ["en", "pt"])
def test_the_question_chooses_the_language_and_the_profile_only_where_it_does_not_tell(
    knowledge: Knowledge, language: str
) -> None:
    """Somebody who works in Portuguese may ask in English, and the other way round; "IRS" is either."""
    viewer = Audience(country="PT", language=language)
    assert knowledge.find("When is payday?", viewer, language).ranked[0][0].article.language == "en"
    assert knowledge.find("quando recebo o salário?", viewer, language).ranked[0][0].article.language == "pt"
    assert knowledge.find("IRS", viewer, language).ranked[0][0].article.language == language


def test_the_answer_shows_a_table_whole(knowledge: Knowledge) -> None:
    """Which days are holidays is a table: the quote has its head and its last line."""
    section = knowledge.section("time-off/public-holidays-portugal.md#the-days-in-2026")
    rows = [line for line in section.text_md.splitlines() if line.startswith("|")]
    found = knowledge.find("the public holidays, the days in 2026", Audience(country="PT"))
    assert found.ranked[0][0] == section
    assert rows[0] in found.quote_md
    assert rows[-1] in found.quote_md


@pytest.mark.parametrize("question", ["can I bring my dog to the office", "what time does the cafeteria open"])
def test_what_no_article_answers_is_not_answered(knowledge: Knowledge, question: str) -> None:
    """Silence is better than a guess."""
    assert knowledge.find(question, Audience(country="PT")).decision == "unknown"


def test_a_word_that_somebody_knows_is_not_mended(knowledge: Knowledge) -> None:
    """The articles say "wife" and never "wifi"; the thesaurus knows both."""
    found = knowledge.find("what's the wifi password", Audience(country="PT"))
    assert not found.repaired
    assert all(section.article.path != "time-off/marriage-leave.md" for section, _ in found.ranked[:3])
