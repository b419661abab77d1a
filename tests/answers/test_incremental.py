"""What building on an earlier snapshot promises: whatever was edited, the answers are those of a build from nothing."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskbot.answers.articles import Page, parse_page
from deskbot.answers.knowledge import EVERYTHING, Corpus, Knowledge, assembled
from deskbot.answers.terms import thesaurus

KNOWN = thesaurus()
ABOUT = """leave days holiday holidays pay payslip salary sick doctor note manager laptop office remote home pension
férias salário baixa médica subsídio refeição insurance parental maternity notice contract bonus"""
WORDS = ABOUT.split()
QUESTIONS = (
    "how many days of leave",
    "when is my salary paid",
    "sick note from the docter",
    "quando recebo o subsídio",
)
TEXTS = st.lists(
    st.tuples(st.sampled_from(["# ", "## ", "", "- "]), st.lists(st.sampled_from(WORDS), min_size=1, max_size=8)),
    max_size=6,
).map(lambda lines: "\n\n".join(mark + " ".join(words) for mark, words in lines))
EDITS = st.lists(st.dictionaries(st.sampled_from("abcdef"), st.none() | TEXTS, max_size=3), min_size=1, max_size=5)


def page(name: str, text: str) -> Page:
    language = "language: pt\n" if name in "ce" else ""
    return parse_page(f"---\ntitle: {name}\n{language}---\n\n{text}", f"{name}.md")


def said(knowledge: Knowledge) -> list[object]:
    """Return everything that a snapshot says to the questions, and what it knows of words."""
    found = [knowledge.find(question, EVERYTHING) for question in QUESTIONS]
    return [*found, knowledge.articles, {code: dict(seen) for code, seen in knowledge.corpus.vocabularies.items()}]


def assert_same_columns(one: Corpus, other: Corpus) -> None:
    """Compare what was read, term by term: their numbers may differ."""
    assert sorted(one.columns.terms) == sorted(other.columns.terms)
    for corpus in (one, other):
        assert corpus.columns.starts[-1] == len(corpus.columns.rows)
    for term in one.columns.terms:
        for name in ("rows", "body", "places"):
            np.testing.assert_array_equal(postings(one, term, name), postings(other, term, name))
    assert one.columns.names == other.columns.names


def postings(corpus: Corpus, term: str, name: str) -> object:
    number = corpus.columns.terms.index(term)
    return getattr(corpus.columns, name)[corpus.columns.starts[number] : corpus.columns.starts[number + 1]]


@settings(max_examples=60, deadline=None)
@given(start=st.dictionaries(st.sampled_from("abcdef"), TEXTS), edits=EDITS)
def test_edits_in_any_order_end_where_a_build_from_nothing_ends(
    start: dict[str, str], edits: list[dict[str, str | None]]
) -> None:
    pages = {name: page(name, text) for name, text in start.items()}
    knowledge = assembled(pages.values(), KNOWN)
    for edit in edits:
        pages |= {name: page(name, text) for name, text in edit.items() if text is not None}
        pages = {name: kept for name, kept in pages.items() if edit.get(name, "") is not None}
        knowledge = assembled(pages.values(), KNOWN, knowledge.corpus)
    fresh = assembled(pages.values(), KNOWN)
    assert said(knowledge) == said(fresh)
    assert_same_columns(knowledge.corpus, fresh.corpus)


def test_a_renamed_page_is_found_at_its_new_place() -> None:
    old, other = page("b", "# Leave\n\nTwenty days of leave."), page("c", "# Pay\n\nSalary on the last day.")
    before = assembled([old, other], KNOWN)
    new = page("f", "# Leave\n\nTwenty days of leave.")
    after = assembled([new, other], KNOWN, before.corpus)
    assert after.find("days of leave", EVERYTHING).ranked[0][0].article.path == "f.md"
    assert said(after) == said(assembled([new, other], KNOWN))


def test_only_what_changed_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {name: page(name, f"# {name}\n\nWords of {name}.") for name in "abcdef"}
    before = assembled(pages.values(), KNOWN)
    read: list[str] = []

    def note(one: Page, known: object) -> object:
        read.append(one.article.path)
        return read_page(one, KNOWN)

    from deskbot.answers import knowledge as room

    read_page = room.read_page
    monkeypatch.setattr(room, "read_page", note)
    assembled([*(pages[name] for name in "abdef"), page("c", "# c\n\nOther words.")], KNOWN, before.corpus)
    assert read == ["c.md", "c.md"], "once as it is, once as it was, to take its words back"


def test_other_synonyms_read_every_page_again() -> None:
    pages = [page("a", "# Zap\n\nThe zap comes in May."), page("b", "# Pay\n\nThe salary comes monthly.")]
    before = assembled(pages, KNOWN)
    own = thesaurus([["zap", "whizz"]])
    after = assembled(pages, own, before.corpus)
    assert said(after) == said(assembled(pages, own))
    assert after.find("whizz", EVERYTHING).ranked[0][0].article.path == "a.md"


def test_many_random_edits_of_a_larger_base_keep_the_ranking() -> None:
    chance = random.Random(7)

    def text() -> str:
        parts = (f"## {' '.join(chance.sample(WORDS, 3))}\n\n{' '.join(chance.choices(WORDS, k=40))}" for _ in range(4))
        return "\n\n".join(parts)

    pages = {name: page(name, text()) for name in map(str, range(10, 50))}
    knowledge = assembled(pages.values(), KNOWN)
    for _ in range(30):
        name = chance.choice(sorted(pages))
        pages[name] = page(name, text())
        knowledge = assembled(pages.values(), KNOWN, knowledge.corpus)
    assert said(knowledge) == said(assembled(pages.values(), KNOWN))
