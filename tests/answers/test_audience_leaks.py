"""Nothing of an article shows to whom it is not for: every kind of person against every article, by its own words."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from deskbot.adapters.content.files import gather
from deskbot.adapters.content.read import PAGE_SUFFIXES
from deskbot.answers.audience import Audience
from deskbot.answers.knowledge import EVERYTHING, Found, Knowledge, build
from deskbot.answers.markdown import to_plain
from deskbot.answers.terms import stems
from deskbot.desk.folding import words

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
# Articles for every condition that an audience may name, alone and together, beside those that are shipped.
CIRCLES = {
    "contract": "audience:\n  contract: [fixed-term]",
    "country-and-contract": "audience:\n  country: [PT]\n  contract: [permanent]",
    "managers-of-a-country": "audience: [managers, 'country: US']",
    "role": "audience:\n  role: [payroll]",
    "role-of-a-country": "audience:\n  role: [payroll]\n  country: [PT]",
    "unknown-circle": "audience: directors",
    "nowhere": "audience:\n  country: [XX]",
}
SECRETS = ("zibeline", "quokkatown", "wombatium", "yttriumgate", "xylographer", "gryphonite", "narwhalish")


def _pages() -> dict[str, str]:
    return {
        f"circles/{name}.md": f"---\ntitle: The {secret} allowance\n{audience}\n---\n"
        f"The {secret} is 100 EUR a month.\n\n## Asking for a {secret}\n\nWrite to the {secret} desk.\n"
        for (name, audience), secret in zip(CIRCLES.items(), SECRETS, strict=True)
    }


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    """The shipped articles and those of CIRCLES."""
    shipped = gather(KNOWLEDGE, PAGE_SUFFIXES).texts
    return build({name: text for name, text in shipped.items() if name.endswith(".md")} | _pages())


def _people() -> Iterator[Audience | None]:
    """Yield somebody of every country, contract, place in the line, set of roles and language; and one not linked."""
    yield None
    roles: tuple[tuple[str, ...], ...] = ((), ("leave",), ("payroll", "benefits"))
    for country, contract, leads, held, language in product(
        ("", "PT", "US", "DE"), ("", "permanent", "fixed-term"), (False, True), roles, ("en", "pt")
    ):
        yield Audience(country, contract, leads, frozenset(held), language)


PEOPLE = list(_people())


def _questions(knowledge: Knowledge) -> dict[str, list[str]]:
    """Return what gives each article away: its title, aliases and headings."""
    asked: dict[str, list[str]] = {
        article.path: [article.title, *article.aliases[:2]] for article in knowledge.articles
    }
    for section in knowledge.sections:
        if section.path:
            asked[section.article.path].append(section.path[-1])
    return asked


def _hidden(knowledge: Knowledge, person: Audience | None) -> set[str]:
    return {article.path for article in knowledge.articles if not article.audience.admits(person)}


def _shown(found: Found) -> str:
    """Return everything in what was found that people get to read."""
    parts = [found.quote_md, found.language_note or "", *(found.repaired or {}).values()]
    return " ".join([*parts, *(f"{s.id} {' '.join(s.path)} {s.text_md} {s.article.title}" for s, _ in found.ranked)])


def test_nobody_finds_an_article_that_is_not_for_them_by_its_own_words(knowledge: Knowledge) -> None:
    """Each kind of rules is asked once, with every hidden title, alias and heading: not found, counted or suggested."""
    asked = _questions(knowledge)
    seen: set[frozenset[str]] = set()
    for person in PEOPLE:
        hidden = _hidden(knowledge, person)
        if frozenset(hidden) in seen:
            continue
        seen.add(frozenset(hidden))
        for path in hidden:
            for question in asked[path]:
                found = knowledge.find(question, person)
                assert hidden.isdisjoint(section.article.path for section, _ in found.ranked), (question, person)
                assert bool(found.ranked) or (found.quote_md, found.reason) == ("", "no_article")
    assert len(seen) >= 20


def test_every_article_is_found_by_somebody(knowledge: Knowledge) -> None:
    """The matrix is not true by finding nothing."""
    found = [knowledge.find(article.title, EVERYTHING, article.language) for article in knowledge.articles]
    assert {a.path for a in knowledge.articles} <= {section.article.path for one in found for section, _ in one.ranked}


@pytest.mark.parametrize("secret", SECRETS)
def test_a_word_of_hidden_articles_alone_never_shows(knowledge: Knowledge, secret: str) -> None:
    """Spelt right or wrong, it is in no quote and no title, and no misspelling is mended to it."""
    misspelt = secret[:3] + secret[4:]
    for person in PEOPLE:
        hidden = _hidden(knowledge, person)
        said = {a.path for a in knowledge.articles if secret in a.title}
        for question in (secret, misspelt, f"how much is the {misspelt} allowance"):
            found = knowledge.find(question, person)
            if said <= hidden:
                assert secret not in _shown(found)
                assert secret not in (found.repaired or {}).values()


@pytest.mark.parametrize("secret", SECRETS)
def test_how_sure_the_desk_is_does_not_tell_what_is_written_elsewhere(knowledge: Knowledge, secret: str) -> None:
    """A word of hidden articles alone counts like one that nobody wrote; else names and plans could be guessed."""
    for person in PEOPLE:
        if {a.path for a in knowledge.articles if secret in a.title} <= _hidden(knowledge, person):
            for question in ("how much is the {} a month", "when does the office in {} close", "layoff {}"):
                guessed, nonsense = (knowledge.find(question.format(w), person) for w in (secret, "vexillographium"))
                assert guessed.decision == nonsense.decision
                assert guessed.confidence == pytest.approx(nonsense.confidence)


def test_those_who_may_read_it_get_a_misspelt_word_mended(knowledge: Knowledge) -> None:
    """The same words are there for them."""
    found = knowledge.find("how much is the zbeline allowance", Audience("PT", "fixed-term"))
    assert found.repaired == {"zbeline": "zibeline"}
    assert found.ranked[0][0].article.path == "circles/contract.md"


def test_repairs_are_words_that_the_asker_may_read(knowledge: Knowledge) -> None:
    """Every longer word of the shipped articles, with one letter left out, as somebody not linked."""
    readable = {
        stem
        for section in knowledge.sections
        if section.article.audience.admits(None)
        for text in (*section.path, *section.article.aliases, section.article.title, to_plain(section.text_md))
        for stem in stems(words(text), section.article.language)
    }
    said = {word for section in knowledge.sections for word in words(to_plain(section.text_md))}
    for word in sorted(word for word in said if len(word) > 7 and word.isalpha())[::3]:
        repaired = knowledge.find(word[:4] + word[5:], None).repaired or {}
        assert all(readable & {*stems([right], "en"), *stems([right], "pt")} for right in repaired.values()), repaired


def test_a_translation_that_is_not_for_the_asker_is_neither_shown_nor_hinted_at() -> None:
    """Asked in Portuguese, the English text comes with its note; who may not read the Portuguese one sees no trace."""
    knowledge = build(
        {
            "garage.md": "---\ntitle: Garage\n---\nPark your car in the garage.\n",
            "garage.pt.md": "---\ntitle: Garagem\nlanguage: pt\ntranslation_of: garage.md\naudience: hr\n---\n"
            "Estacione.\n",
        }
    )
    found = knowledge.find("garage", Audience(country="PT", language="pt"), "pt")
    assert [section.article.path for section, _ in found.ranked] == ["garage.md"]
    assert "Estacione" not in _shown(found)
    alone = build({"garagem.md": "---\ntitle: Garagem\nlanguage: pt\naudience: hr\n---\nEstacione na garagem.\n"})
    hidden = alone.find("garagem", Audience(country="US", language="en"), "en")
    assert (hidden.ranked, hidden.reason, hidden.language_note, hidden.quote_md) == ((), "no_article", None, "")
