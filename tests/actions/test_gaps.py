"""Questions without an answer: put together, judged by today's articles, drafted, dismissed, closed by an article."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deskbot.actions import gap_pages
from deskbot.actions.desk import Desk
from deskbot.actions.stock import begin_lines
from deskbot.actions.tickets import reply, set_state
from deskbot.adapters.content.check import check
from deskbot.answers.articles import parse_page
from deskbot.answers.draft_article import article
from deskbot.answers.knowledge import assembled, build
from deskbot.desk.errors import Invalid, NotFound
from deskbot.jobs.gaps import catch_up
from deskbot.store import learning
from deskbot.store.session import Store
from deskbot.store.tables import Ticket
from tests.actions.talking import tickets, viewer
from tests.clocks import SteppedClock
from tests.questions import asked
from tests.web.company import ROOT, FixedContent

ASKERS = ("ana", "tomas", "joe", "ines", "paul", "gil")
DATA = [json.loads(line) for line in (ROOT / "tests/data/gap_questions.jsonl").read_text().splitlines()]
CARS = [line["question"] for line in DATA if line["topic"] == "car"]
LEASING = """---
title: Company car leasing
owner: benefits
---

# Leasing a company car

Employees can lease a company car: vehicles come through the leasing scheme, and the lease is paid from your salary.
"""


def ask(store: Store, desk: Desk, questions: list[str], **more: str | int) -> None:
    """Let different people ask these questions, each in a conversation of their own."""
    for number, question in enumerate(questions):
        asked(store, desk, ASKERS[number % len(ASKERS)], question, **more)  # type: ignore[arg-type]


def lines(store: Store, desk: Desk, who: str = "olga@acme.example", **more: str) -> list[gap_pages.Line]:
    """Return the list as somebody sees it."""
    catch_up(store, desk)
    with store.read() as session:
        return list(gap_pages.listed(session, desk, viewer(store, who), **more).lines)


def page(store: Store, desk: Desk, number: int, who: str = "olga@acme.example") -> gap_pages.Page:
    """Return a gap as somebody sees it."""
    with store.read() as session:
        return gap_pages.one(session, desk, viewer(store, who), number)


def with_article(desk: Desk, path: str, text: str) -> Desk:
    """Return the desk with one more article."""
    book = desk.book
    pages = [*book.knowledge.corpus.pages, parse_page(text, path)]
    knowledge = assembled(pages, book.knowledge.corpus.thesaurus, book.knowledge.corpus)
    return replace(desk, content=FixedContent(replace(book, knowledge=knowledge, version=f"{book.version[:12]}{path}")))


def test_twelve_wordings_become_one_gap_and_one_draft_that_check_accepts(
    store: Store, desk: Desk, tmp_path: Path
) -> None:
    """Other questions stay out of it, and the draft carries all twelve."""
    ask(store, desk, [*CARS, "Is there a shuttle bus?", "Who waters the plants?"])
    (line,) = lines(store, desk)
    assert (line.count, line.kind, line.people) == (12, "no_article", 6)
    draft = page(store, desk, line.id).draft
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / draft.name).write_text(article(draft))
    found = [fault for fault in check(folder, ROOT / "routing_rules") if draft.name in fault.file]
    assert found == []
    assert all(question in article(draft) for question in CARS)


def test_a_draft_is_found_by_nobody_until_it_is_published(store: Store, desk: Desk) -> None:
    """Then its own questions find it, and its evidence is in no section."""
    ask(store, desk, CARS)
    (line,) = lines(store, desk)
    text = article(page(store, desk, line.id).draft)
    assert build({"draft.md": text}).sections == ()
    published = build({"draft.md": "\n".join(row for row in text.splitlines() if not row.startswith("kind:"))})
    assert "Evidence" not in " ".join(section.text_md for section in published.sections)
    answer = published.section("draft.md#answer")
    assert set(answer.questions) == set(CARS)


def test_what_is_sensitive_or_protected_never_comes_in(store: Store, desk: Desk) -> None:
    """Neither a thread in which something sensitive was said, nor a ticket whose tier was raised afterwards."""
    thread = asked(store, desk, "ana", "Who washes the team shirts?")
    asked(store, desk, "ana", "My manager touched me", decision="sensitive", conversation=thread)
    asked(store, desk, "joe", "My manager touched me while I was washing team shirts")
    ask(store, desk, ["washing team shirts?", "Where do I wash the team shirts?"], role="hris")
    ask(store, desk, ["How do I get my team shirt washed?", "washing team shirts"], role="leave", tier=3)
    (line,) = lines(store, desk)
    assert line.count == 2
    with store.write() as session:
        for row in tickets(store):
            ticket = session.get(Ticket, row.id)
            assert ticket is not None
            ticket.tier = 3
    assert lines(store, desk) == []
    with pytest.raises(NotFound):
        page(store, desk, line.id)


def test_names_addresses_and_numbers_are_taken_out(store: Store, desk: Desk) -> None:
    """On the page and in the draft."""
    ask(
        store,
        desk,
        ["Can Joe Miller take the shuttle bus? joe@acme.example", "Shuttle bus for 912345678?"],
        role="hr_generalist",
    )
    (line,) = lines(store, desk)
    shown = page(store, desk, line.id)
    told = article(shown.draft) + str(shown.questions) + line.title
    assert not any(word in told for word in ("Miller", "joe@", "912345678"))
    assert "shuttle bus" in told.casefold()


def test_a_gap_is_seen_by_editors_and_by_the_roles_of_its_topic(store: Store, desk: Desk) -> None:
    """Others learn nothing; tickets are named to those alone who may read them."""
    ask(store, desk, ["Who washes the team shirts?"] * 3, role="hris")
    (line,) = lines(store, desk)
    mine, other = "gil", "lia"
    assert [one.id for one in lines(store, desk, f"{mine}@acme.example")] == [line.id]
    assert lines(store, desk, f"{other}@acme.example") == []
    with pytest.raises(NotFound):
        page(store, desk, line.id, f"{other}@acme.example")
    assert len(page(store, desk, line.id, "olga@acme.example").tickets) == 3
    with store.read() as session:
        assert gap_pages.one(session, desk, None, line.id).tickets == ()


def test_words_of_another_roles_personal_tickets_are_for_editors(store: Store, desk: Desk) -> None:
    """Two roles share the topic; each reads its own and what is not personal."""
    asked(store, desk, "ana", "Who washes the team shirts?", role="hris")
    asked(store, desk, "joe", "Where do I wash the team shirts?", role="payroll", tier=2)
    (line,) = lines(store, desk)
    told = {
        who: {q.text for q in page(store, desk, line.id, f"{who}@acme.example").questions} for who in ("gil", "bea")
    }
    assert told == {
        "gil": {"Who washes the team shirts?"},
        "bea": {"Who washes the team shirts?", "Where do I wash the team shirts?"},
    }
    assert len(page(store, desk, line.id).questions) == 2


def test_few_people_are_not_counted(store: Store, desk: Desk) -> None:
    """Under five people or tickets there is no number that points at anybody."""
    ask(store, desk, CARS[:3], role="hr_generalist")
    (line,) = lines(store, desk)
    shown = page(store, desk, line.id)
    assert (line.people, shown.minutes, shown.draft.people) == (None, None, None)


def test_a_dismissed_gap_comes_back_when_it_has_grown_by_half(store: Store, desk: Desk, clock: SteppedClock) -> None:
    """The decision stays with the gap until then."""
    ask(store, desk, CARS[:6])
    (line,) = lines(store, desk)
    olga = viewer(store, "olga@acme.example")
    with store.write() as session, pytest.raises(Invalid):
        gap_pages.dismiss(session, desk, olga, line.id, " ")
    with store.write() as session:
        gap_pages.dismiss(session, desk, olga, line.id, "Facilities answer this")
    ask(store, desk, CARS[6:8])
    assert lines(store, desk) == []
    (gone,) = lines(store, desk, state="dismissed")
    assert (gone.id, gone.count) == (line.id, 8)
    assert page(store, desk, line.id).note == "Facilities answer this"
    ask(store, desk, CARS[8:9])
    assert [one.id for one in lines(store, desk)] == [line.id]


def test_repeats_fall_after_an_article_is_published(store: Store, desk: Desk, clock: SteppedClock) -> None:
    """Before and after are told from the day on which the article answered."""
    again = [
        "Can I lease a car through the company?",
        "Do we have a car leasing scheme?",
        "How do I lease a car?",
    ]
    ask(store, desk, again * 2)
    (line,) = lines(store, desk)
    assert (line.kind, line.effect) == ("no_article", None)
    clock.advance(days=3)
    now = with_article(desk, "benefits/car-leasing.md", LEASING)
    published = now.book.knowledge.section("benefits/car-leasing.md#leasing-a-company-car")
    with store.write() as session:
        begin_lines(session, [published], now.now())
    clock.advance(days=2)
    (line,) = lines(store, now)
    assert (line.kind, line.section) == ("found", "benefits/car-leasing.md#leasing-a-company-car")
    clock.advance(days=5)
    section = now.book.knowledge.section(line.section)
    asked(store, now, "joe", again[0], decision="answer", section=section.id)
    (line,) = lines(store, now)
    assert line.effect is not None
    assert (line.effect.before, line.effect.since, line.effect.days, line.effect.answered) == (6, 1, 7, 1)


def test_an_answer_that_did_not_help_is_told_apart(store: Store, desk: Desk) -> None:
    """The section that was shown is named."""
    shown = next(section.id for section in desk.book.knowledge.sections if section.id.startswith("time-off/"))
    ask(store, desk, ["Who washes the team shirts?", "washing team shirts?"], decision="answer", section=shown)
    (line,) = lines(store, desk)
    assert (line.kind, line.section) == ("unhelpful", shown)


def test_tickets_answered_with_a_section_tell_that_it_was_not_found(store: Store, desk: Desk) -> None:
    """Its words can be offered to the section, in the way of every learned question."""
    ask(store, desk, ["Can you sponsor my crossfit box?", "crossfit box sponsor?"], role="hr_generalist")
    gym = desk.book.knowledge.section("benefits/wellbeing.md#if-it-is-urgent")
    with store.write() as session:
        for row in tickets(store):
            ticket = session.get(Ticket, row.id)
            assert ticket is not None
            learning.cite(session, ticket, gym.id, gym.version, 1, desk.now())
    (line,) = lines(store, desk)
    assert (line.kind, line.section) == ("not_found", gym.id)
    olga = viewer(store, "olga@acme.example")
    with store.write() as session:
        assert gap_pages.teach(session, desk, olga, line.id, gym.id) == 2
        assert gap_pages.teach(session, desk, olga, line.id, gym.id) == 0
    with store.read() as session:
        assert {row.section for row in learning.offered(session)} == {gym.id}


def test_what_was_answered_is_material_for_those_who_may_read_the_ticket(store: Store, desk: Desk) -> None:
    """Others get the questions alone."""
    ask(store, desk, ["How do I swap my badge photo?", "badge photo swap how?"], role="hr_generalist")
    olga = viewer(store, "olga@acme.example")
    with store.write() as session:
        for row in tickets(store):
            reply(session, desk, olga, row.ref, "Hello Ana, reception takes a new photo on Mondays.")
            set_state(session, desk, olga, row.ref, "resolved")
    (line,) = lines(store, desk)
    text = article(page(store, desk, line.id).draft)
    assert "Hello …, reception takes a new photo" in text
    with store.read() as session:
        assert "reception" not in article(gap_pages.one(session, desk, None, line.id).draft)


def test_looking_again_changes_nothing_and_a_gap_keeps_its_number(
    store: Store, desk: Desk, clock: SteppedClock
) -> None:
    """Questions come in one by one, over weeks."""
    numbers = set()
    for question in CARS:
        ask(store, desk, [question])
        numbers |= {line.id for line in lines(store, desk)}
        clock.advance(timedelta(days=2))
    (line,) = lines(store, desk)
    assert line == lines(store, desk)[0]
    assert line.count == 12
    assert page(store, desk, min(numbers)).line.id == line.id
