"""What the knowledge base finds, for whom, in which language, and when it is silent."""

import json
from datetime import date
from pathlib import Path

import pytest

from deskbot.adapters.dictionary import DICTIONARY
from deskbot.adapters.model import load_model
from deskbot.answers.audience import Audience
from deskbot.answers.evaluation import Outcome, measure
from deskbot.answers.knowledge import EVERYTHING, Knowledge, build
from deskbot.answers.personal import is_personal
from deskbot.answers.vectors import gathered, key, keys, texts
from deskbot.desk.errors import NotFound
from deskbot.desk.texts import say

KB = Path(__file__).parent.parent / "data" / "kb"
HANDBOOKS = ("18f", "clef", "sourcegraph")
EMPLOYEE = Audience(country="US")


def _page(head: str, text: str) -> str:
    return f"---\n{head.replace('; ', chr(10))}\n---\n{text}\n"


PAGES = {
    "leave/annual.md": _page(
        "title: Annual leave; owner: leave; aliases: [PTO allowance]",
        "Employees have 25 days.\n\n## Carrying days over\n\nUnused days expire on 31 March.",
    ),
    "leave/ferias.md": _page(
        "title: Férias; owner: leave; language: pt; translation_of: leave/annual.md",
        "Os trabalhadores têm 25 dias de férias.",
    ),
    "pay/payday.md": _page("title: Payday; owner: payroll", "Salaries are paid on the last working day."),
    "hr/playbook.md": _page(
        "title: Termination playbook; owner: hr_ops_manager; audience: hr", "How HR terminates contracts."
    ),
    "pt/meal.md": _page(
        "title: Meal card; audience: {country: PT}; owner: benefits", "The meal card gets 9 euros a day."
    ),
    "public/jobs.md": _page("title: Open positions; audience: public; owner: recruiting", "See our careers page."),
    "old/bikes.md": _page(
        "title: Bicycle leasing; owner: benefits; expires: 2025-12-31", "Lease a bicycle for 20 euros."
    ),
    "letters/visa.md": _page("kind: letter; title: Visa letter", "To whom it may concern about the visa."),
}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    """A small knowledge base with every kind of article."""
    return build(PAGES)


def _first(knowledge: Knowledge, question: str, viewer: Audience | None = EMPLOYEE, language: str = "en") -> str | None:
    ranked = knowledge.find(question, viewer, language).ranked
    return ranked[0][0].article.path if ranked else None


def test_other_words_for_the_same_thing_find_the_article(knowledge: Knowledge) -> None:
    """Vacation, PTO and time off are annual leave."""
    for question in (
        "how much vacation do I get",
        "pto allowance",
        "time off",
        "when do I get paid",
        "holiday carryover",
    ):
        assert _first(knowledge, question) in {"leave/annual.md", "pay/payday.md"}
    assert _first(knowledge, "when is the paycheck coming") == "pay/payday.md"


def test_a_slip_of_the_keyboard_is_mended(knowledge: Knowledge) -> None:
    """Two swapped letters do not hide an article."""
    assert _first(knowledge, "annaul leave") == "leave/annual.md"


def test_what_a_person_may_not_see_is_not_there(knowledge: Knowledge) -> None:
    """It is not found, not suggested, not listed; HR finds it."""
    for viewer in (None, EMPLOYEE, Audience(country="PT")):
        found = knowledge.find("termination playbook", viewer)
        assert all(section.article.path != "hr/playbook.md" for section, _ in found.ranked)
        assert all(article.path != "hr/playbook.md" for article in knowledge.visible(viewer))
    assert _first(knowledge, "termination playbook", Audience(roles=frozenset({"leave"}))) == "hr/playbook.md"


def test_somebody_unlinked_gets_public_answers_only(knowledge: Knowledge) -> None:
    """Without an account only public articles exist."""
    assert [article.path for article in knowledge.visible(None)] == ["public/jobs.md"]
    assert knowledge.find("annual leave", None).decision == "unknown"
    assert knowledge.find("annual leave", None).reason == "no_article"


def test_a_country_reads_its_own_articles(knowledge: Knowledge) -> None:
    """An article for Portugal is there for Portugal alone."""
    assert _first(knowledge, "meal card", Audience(country="PT")) == "pt/meal.md"
    assert _first(knowledge, "meal card", Audience(country="US")) is None


def test_every_person_sees_only_what_the_rules_admit(knowledge: Knowledge) -> None:
    """Generated people and questions: no ranked section outside the audience, ever."""
    people = [
        Audience(country=country, is_manager=boss, roles=frozenset(roles))
        for country in ("", "PT", "US")
        for boss in (False, True)
        for roles in ((), ("payroll",))
    ]
    for viewer in [None, *people]:
        for page in PAGES.values():
            for section, _ in knowledge.find(page[-60:], viewer).ranked:
                assert section.article.audience.admits(viewer)


def test_the_askers_language_comes_first_and_a_fallback_is_labelled(knowledge: Knowledge) -> None:
    """A translation stands in for its original; a text in another language says so."""
    portuguese = Audience(country="PT", language="pt")
    found = knowledge.find("quantos dias de férias temos?", portuguese)
    assert found.ranked[0][0].article.path == "leave/ferias.md"
    assert all(section.article.path != "leave/annual.md" or "#" in section.id for section, _ in found.ranked)
    assert found.language_note is None
    fallback = knowledge.find("quando recebo o salário?", portuguese)
    assert fallback.ranked[0][0].article.path == "pay/payday.md"
    assert fallback.language_note == "Este texto só existe em inglês."


def test_expired_text_is_not_stated_as_fact(knowledge: Knowledge) -> None:
    """It may be suggested, with the flag, and never answers."""
    found = knowledge.find("bicycle leasing", EMPLOYEE, "en", today=date(2026, 5, 1))
    assert found.outdated
    assert found.decision != "answer"
    assert not knowledge.find("bicycle leasing", EMPLOYEE, "en", today=date(2025, 5, 1)).outdated


def test_letters_are_no_articles(knowledge: Knowledge) -> None:
    """A template is never quoted, wherever it lies."""
    assert all(article.kind == "article" for article in knowledge.articles)
    assert _first(knowledge, "visa letter", EVERYTHING) != "letters/visa.md"


def test_the_owner_of_the_best_articles_is_known_to_routing(knowledge: Knowledge) -> None:
    """Shares sum to one, strongest first; nothing found is no role."""
    roles = knowledge.roles_for("when is payday")
    assert next(iter(roles)) == "payroll"
    assert sum(roles.values()) == pytest.approx(1.0)
    assert knowledge.roles_for("zzz qqq") == {}


def test_a_section_is_found_by_its_id_or_not_at_all(knowledge: Knowledge) -> None:
    """An unknown id is NotFound."""
    assert knowledge.section("leave/annual.md#carrying-days-over").title == "Carrying days over"
    with pytest.raises(NotFound):
        knowledge.section("nowhere.md")


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("Política de férias", "FERIAS"),
        ("Отпуск по болезни", "отпуск по болезни"),
        ("Άδεια ασθενείας", "αδεια ασθενειας"),
        ("年次有給休暇", "有給休暇"),
        ("الإجازة السنوية", "الإجازة السنوية"),
        ("वार्षिक अवकाश", "वार्षिक अवकाश"),
        ("연차 휴가", "연차 휴가"),
    ],
)
def test_every_script_can_be_searched(heading: str, question: str) -> None:
    """Latin with accents, Cyrillic, Greek, Japanese, Arabic, Devanagari and Hangul."""
    knowledge = build(
        {"a.md": f"# {heading}\n\n25.\n", "b.md": "# Travel\n\nBook trains.\n", "c.md": "# Pay\n\nMonthly.\n"}
    )
    assert _first(knowledge, question, EVERYTHING) == "a.md"


@pytest.mark.parametrize(
    "question",
    [
        "how many days have I left?",
        "what's my salary",
        "my net pay",
        "has my vacation request been approved",
        "how much tax did I pay last year",
        "what is my remaining PTO balance",
        "quantos dias de férias me restam?",
        "qual é o meu saldo de férias",
        "quanto recebi este mês",
        "o meu pedido de férias já foi aprovado?",
        "did you get my form",
        "já receberam o meu formulário?",
        "how many vacation days do I have left this year",
        "quanto ganho?",
        "how much of my training budget have I already spent",
        "what's left of my learning money",
        "has my expense report from March been paid yet",
        "what was my rating in the last review",
        "which health plan did I sign up for",
        "is my laptop order shipped?",
        "quantas horas já fiz este mês",
        "em que escalão estou?",
        "qual foi a minha avaliação",
    ],
)
def test_a_personal_look_up_never_gets_an_article(question: str, knowledge: Knowledge) -> None:
    """It is a class of its own, in both languages."""
    assert knowledge.find(question, EMPLOYEE).decision == "personal"


@pytest.mark.parametrize(
    "question",
    [
        "how many vacation days do we get",
        "when is payday",
        "quantos dias de férias temos direito",
        "what is my pay date",
        "how many days do I have a year",
        "how much leave do I have for a wedding",
        "how much do I earn for working on a sunday",
        "how many days do I have left to enroll after the birth",
        "what day does my wage hit my account",
        "what happens to my bonus if I leave",
        "what happens to my PTO balance when I resign",
        "where do I see my payslip",
        "any rules on sick leave",
        "quanto tempo de licença parental tenho?",
        "quantos dias de férias tenho por ano?",
        "quanto ganho a mais por trabalhar ao domingo",
        "quanto recebo enquanto estiver de baixa",
        "when is my final salary paid",
        "is my second suitcase covered",
        "when does my vacation balance from my old employer show up",
        "how is my rating decided",
    ],
)
def test_a_question_about_the_rule_is_not_personal(question: str) -> None:
    """The rule is the same for all."""
    assert not is_personal(question)


def test_a_long_section_is_quoted_where_it_answers() -> None:
    """The passage is short, whole blocks, and a table stays a table."""
    filler = "\n\n".join(
        f"Paragraph {n} about something else entirely, long enough to fill the page with words." for n in range(30)
    )
    table = "The rates are these:\n\n| city | per diem |\n|---|---|\n| Berlin | 40 |"
    knowledge = build({"a.md": f"# Travel\n\n{filler}\n\n{table}\n\n{filler}\n", "b.md": "# Other\n\nNothing.\n"})
    quote = knowledge.find("per diem in Berlin", EVERYTHING).quote_md
    assert "| Berlin | 40 |" in quote
    assert "The rates are these:" in quote
    assert len(quote) < 1500


def _read(kb: str) -> Knowledge:
    pages = {p.relative_to(KB / kb).as_posix(): p.read_text(encoding="utf-8") for p in (KB / kb).rglob("*.md")}
    return build(pages, real=DICTIONARY)


def _outcomes(kb: str, knowledge: Knowledge) -> list[Outcome]:
    outcomes = []
    for line in (KB / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        asked = json.loads(line)
        if asked["kb"] == kb:
            found = knowledge.find(asked["question"], EVERYTHING)
            ids = tuple(section.id for section, _ in found.ranked)
            outcomes.append(
                Outcome(asked["kind"], frozenset(asked["gold"]), found.decision, found.confidence, ids, 0.0)
            )
    return outcomes


def test_real_questions_on_real_handbooks_keep_their_quality() -> None:
    """On the pages in the tests, by words alone: the right section first, few wrong answers, silence where none is."""
    figures = measure([outcome for kb in HANDBOOKS for outcome in _outcomes(kb, _read(kb))])
    assert (figures["recall_at_1"] or 0) >= 0.64
    assert (figures["recall_at_3"] or 0) >= 0.71
    assert (figures["auroc"] or 0) >= 0.80
    assert (figures["precision"] or 0) >= 0.80
    assert (figures["false_answers_out_of_scope"] or 1) <= 0.04
    assert (figures["coverage"] or 0) >= 0.27
    assert (figures["suggestions_out_of_scope"] or 1) <= 0.25


@pytest.mark.slow
def test_meaning_finds_what_other_words_say() -> None:
    """With the sentence model the same questions are answered more often, more rightly, and no less silently."""
    model, outcomes = load_model(), list[Outcome]()
    for kb in HANDBOOKS:
        knowledge = _read(kb)
        said = {key(text): text for section in knowledge.sections for text in texts(section)}
        vectors = dict(zip(said, model.encode(list(said.values())), strict=True))
        meant = knowledge.with_meaning(model, gathered([keys(section) for section in knowledge.sections], vectors))
        outcomes += _outcomes(kb, meant)
    figures = measure(outcomes)
    assert (figures["recall_at_1"] or 0) >= 0.72
    assert (figures["recall_at_3"] or 0) >= 0.87
    assert (figures["auroc"] or 0) >= 0.90
    assert (figures["precision"] or 0) >= 0.85
    assert (figures["false_answers_out_of_scope"] or 1) <= 0.04
    assert (figures["coverage"] or 0) >= 0.48
    assert (figures["suggestions_out_of_scope"] or 1) <= 0.20


def test_a_translation_older_than_its_original_says_so() -> None:
    """The original took effect later, so the translated text may no longer hold; one of the same day is fine."""
    original = "---\ntitle: Parking\neffective: 2026-06-01\n---\nThe garage opens at seven.\n"
    translated = "---\ntitle: Garagem\nlanguage: pt\ntranslation_of: a.md\neffective: {}\n---\nAbre às oito.\n"
    old = build({"a.md": original, "a.pt.md": translated.format("2026-01-01")}).find("garagem", EVERYTHING, "pt")
    new = build({"a.md": original, "a.pt.md": translated.format("2026-06-01")}).find("garagem", EVERYTHING, "pt")
    assert old.ranked[0][0].article.path == new.ranked[0][0].article.path == "a.pt.md"
    assert old.language_note == say("answers.translation_behind", "pt")
    assert new.language_note is None


@pytest.mark.parametrize(
    ("typed", "meant"), [("anual leav", "leave/annual.md"), ("when is paydya", "pay/payday.md"), ("hangover", None)]
)
def test_slips_are_mended_and_real_words_are_left_alone(typed: str, meant: str | None) -> None:
    """What is in a dictionary was meant, even where no article says it: "hangover" is no misspelt "handover"."""
    pages = {**PAGES, "leaving/handover.md": _page("title: Handover; owner: lifecycle", "Hand over your work.")}
    found = build(pages, real=DICTIONARY).find(typed, EMPLOYEE)
    assert (found.ranked[0][0].article.path if found.ranked else None) == meant


def test_grief_is_not_offered_to_somebody_who_spoke_of_none() -> None:
    """An expectant parent is never shown the loss of a pregnancy as a guess; who speaks of a loss finds it."""
    pages = {
        "a.md": _page("title: Bereavement leave", "Days.\n\n## Loss of a pregnancy\n\nYou have ten days."),
        "b.md": _page("title: Time off for expectant parents", "Pregnancy appointments are paid, tell your manager."),
    }
    knowledge = build(pages)
    found = knowledge.find("tell my manager about a pregnancy in March", EMPLOYEE)
    assert found.decision == "suggest"
    assert {section.article.path for section, _ in found.ranked} == {"b.md"}
    assert knowledge.find("I lost my pregnancy", EMPLOYEE).ranked[0][0].article.path == "a.md"
