"""The knowledge base as one immutable snapshot: build it from pages, ask it, see only what the asker may see."""

import copy
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import takewhile
from typing import Literal

import numpy as np

from deskbot.answers.articles import Article, Page, Section, parse_page
from deskbot.answers.audience import Audience, AudienceRule
from deskbot.answers.calibration import SHIPPED, Calibration
from deskbot.answers.confidence import NOT_FOUND_FROM, PERSONAL_AT_MOST, RIVALS, Decision, decide, engine, probability
from deskbot.answers.index import NOTHING, Columns, Index, PageTerms, compiled, merged, read_page
from deskbot.answers.learned import learned_match, teach
from deskbot.answers.personal import is_personal
from deskbot.answers.query import MAX_WORDS, Query, hidden_words, read_question
from deskbot.answers.quote import passage
from deskbot.answers.ranking import Mask, Ranking, rank
from deskbot.answers.sentences import MODEL_LANGUAGE, Floats, SentenceModel
from deskbot.answers.spelling import Speller
from deskbot.answers.terms import Thesaurus, stems, thesaurus
from deskbot.answers.tidy import tidy
from deskbot.answers.vectors import Meaning, Vectors
from deskbot.desk.errors import Fault, NotFound
from deskbot.desk.folding import small_words_lean, words
from deskbot.desk.texts import say

Reason = Literal["no_article", "not_found"]
EVERYTHING = Audience(language="", sees_all=True)
GRIEF = "@bereavement"
_OF_LOSS = frozenset({"lost", "loss", "lose", "miscarriage", "stillborn", "perdi", "perdemos", "perdeu", "perda"})
OUTSIDE_RETRIEVAL = frozenset({"letter", "template", "draft"})


@dataclass(frozen=True, slots=True)
class Found:
    """What the knowledge base says to a question.

    `confidence` is the probability that the first of `ranked` answers, whatever the decision. `reason` tells "there is
    no article" from "there may be one and it was not found"; it is None for an answer. `quote_md` is the passage of the
    first section. `language_note` is a sentence when the text is not in the asker's language. `outdated` says that the
    first section is past its dates or not yet in force and must not be stated as fact. `shipped` is the confidence
    before it was set right from the desk's own outcomes.
    """

    decision: Decision
    confidence: float
    ranked: tuple[tuple[Section, float], ...] = ()
    reason: Reason | None = None
    quote_md: str = ""
    language_note: str | None = None
    outdated: bool = False
    repaired: Mapping[str, str] | None = None
    shipped: float = 0.0


@dataclass(frozen=True, slots=True)
class Corpus:
    """Pages with all that was read of them: the same corpus makes the same snapshot again.

    `vocabularies` tell how often each language's articles use a word.
    """

    pages: tuple[Page, ...]
    columns: Columns
    vocabularies: Mapping[str, Counter[str]]
    thesaurus: Thesaurus


class Knowledge:
    """An immutable snapshot of all articles with their index. Make one with `build` or `assembled`."""

    def __init__(self, corpus: Corpus, faults: Iterable[Fault] = (), real: Container[str] = frozenset()) -> None:
        self.corpus = corpus
        self._index: Index = compiled(corpus.columns, corpus.pages, corpus.thesaurus)
        self._speller = Speller(_together(corpus.vocabularies.values()), real)
        self.faults = tuple(faults)
        self.articles: tuple[Article, ...] = tuple(page.article for page in corpus.pages)
        self.sections: tuple[Section, ...] = tuple(section for page in corpus.pages for section in page.sections)
        self._taught = teach(self.sections, self._index)
        self.calibration = SHIPPED
        self._by_id = {section.id: section for section in self.sections}
        self._by_path = {article.path: article for article in self.articles}
        self._sections_of = {page.article.path: page.sections for page in corpus.pages}
        self._translations = {(a.translation_of or a.path, a.language): a.path for a in self.articles}
        rules = {article.audience: number for number, article in enumerate(self.articles)}
        self._rules: tuple[AudienceRule, ...] = tuple(rules)
        place = {rule: number for number, rule in enumerate(self._rules)}
        rule_of_page = np.array([place[article.audience] for article in self.articles], np.int32)
        self._rule_of = np.repeat(rule_of_page, corpus.columns.sizes)
        self._mask = lru_cache(maxsize=64)(self._visible_rows)
        self._meaning: Meaning | None = None

    def with_meaning(self, model: SentenceModel, vectors: Vectors) -> "Knowledge":
        """Return the same snapshot, which also searches by meaning; without it words alone are searched."""
        other = copy.copy(self)
        other._meaning = Meaning(model, vectors)
        if self._taught is not None and len(vectors.asked) == len(self._taught.rows):
            other._taught = replace(self._taught, vectors=vectors.asked)
        return other

    @property
    def meaning(self) -> Meaning | None:
        """The model and the vectors that are searched by meaning; None where words alone are."""
        return self._meaning

    def prepare(self, question: str) -> None:
        """Work out what takes longest of a question before the database is locked to answer it."""
        if self._meaning is not None:
            language = _asked_in(question, "", self.corpus.vocabularies)
            self._vector(read_question(question, self._index, self._speller, language))

    @property
    def index(self) -> Index:
        """What was read of the sections: which say a term, and how much it tells."""
        return self._index

    def read(self, question: str, language: str = "") -> Query:
        """Read a question as `find` does for somebody who sees everything."""
        language = _asked_in(question, language, self.corpus.vocabularies)
        return read_question(question, self._index, self._speller, language)

    def _vector(self, query: Query) -> Floats | None:
        """Return the vector of the question, its spelling mended; None where it is searched for by words alone.

        The model knows English: in other languages its cosines tell less than nothing.
        """
        if self._meaning is None or query.language != MODEL_LANGUAGE:
            return None
        return self._meaning.model.encode_question(query.text)

    @property
    def engine(self) -> str:
        """The name of what computes the confidence; outcomes of one engine say nothing of another."""
        return engine(by_meaning=self._meaning is not None)

    def calibrated(self, calibration: Calibration) -> "Knowledge":
        """Return the same snapshot with its confidence set right by outcomes."""
        out = copy.copy(self)
        out.calibration = calibration
        return out

    def section(self, section_id: str) -> Section:
        """Return the section with this id, or raise NotFound."""
        try:
            return self._by_id[section_id]
        except KeyError:
            raise NotFound(f"There is no section {section_id}.") from None

    def article(self, path: str) -> Article:
        """Return the article of this file, or raise NotFound."""
        try:
            return self._by_path[path]
        except KeyError:
            raise NotFound(f"There is no article {path}.") from None

    def visible(self, viewer: Audience | None) -> tuple[Article, ...]:
        """Return the articles that the viewer may know of."""
        return tuple(article for article in self.articles if article.audience.admits(viewer))

    def find(
        self, question: str, viewer: Audience | None, language: str = "", top: int = 10, today: date | None = None
    ) -> Found:
        """Answer a question from what the viewer may see; `today` decides which texts are in force."""
        visible = self._mask(tuple(rule.admits(viewer) for rule in self._rules))
        hidden = hidden_words(question, self._index, visible)
        wanted = language or (viewer.language if viewer else "")
        language = _asked_in(question, wanted, self.corpus.vocabularies, hidden)
        query = read_question(question, self._index, self._speller, language, visible)
        ranking = self._rank(query, visible, max(RIVALS, 2 * top))
        ranked = self._in_language(ranking, language, viewer)[:top]
        shipped = probability(self._index, query, ranking)
        confidence = self.calibration.of(shipped)
        if is_personal(question):
            return Found("personal", min(confidence, PERSONAL_AT_MOST), ranked)
        decision = decide(confidence)
        if decision == "suggest":
            ranked = self._spared(ranked, query)
        if not ranked:
            return Found("unknown", 0.0, (), "no_article")
        first = ranked[0][0]
        outdated = today is not None and not in_force(first.article, today)
        if outdated and decision == "answer":
            decision = "suggest"
        return Found(
            decision,
            confidence,
            ranked,
            None if decision == "answer" else ("not_found" if confidence >= NOT_FOUND_FROM else "no_article"),
            passage(self.readable(first), query.terms(), first.article.language, self._index.thesaurus),
            self._language_note(first.article, language),
            outdated,
            query.repaired,
            shipped,
        )

    def _spared(self, ranked: tuple[tuple[Section, float], ...], query: Query) -> tuple[tuple[Section, float], ...]:
        """Leave articles about a death or a loss out of what is offered to somebody who spoke of none."""
        if GRIEF in query.terms() or not _OF_LOSS.isdisjoint(words(query.text)):
            return ranked
        return tuple((section, score) for section, score in ranked if not self._is_of_grief(section.article))

    def of_grief(self, question: str, viewer: Audience | None, language: str = "") -> Found | None:
        """Return what is found for somebody who speaks of a death, when it is an article about that; else None."""
        if GRIEF not in self.read(question, language).terms():
            return None
        found = self.find(question, viewer, language)
        return found if found.ranked and self._is_of_grief(found.ranked[0][0].article) else None

    def _is_of_grief(self, article: Article) -> bool:
        known = self._index.thesaurus
        return any(idea == GRIEF for _, _, idea in known.ideas(stems(words(article.title), article.language)))

    def roles_for(self, question: str, top: int = 5) -> dict[str, float]:
        """Return the owner roles of the best articles with their share (0 to 1, summing to 1), strongest first.

        For routing alone: audience rules do not apply, and nothing of the articles is shown.
        """
        ranking = self._rank(read_question(question, self._index, self._speller), None, top)
        weights: Counter[str] = Counter()
        for row, score in zip(ranking.rows, ranking.scores, strict=True):
            if owner := self.sections[row].article.owner:
                weights[owner] += score  # type: ignore[assignment]
        total = sum(weights.values())
        return {role: weight / total for role, weight in weights.most_common()} if total else {}

    def _rank(self, query: Query, visible: Mask | None, top: int) -> Ranking:
        """Rank by words, by learned questions, and by meaning where the model is there."""
        vector = self._vector(query)
        near = None
        if vector is not None and self._meaning is not None:
            near = self._meaning.vectors.nearest(vector, len(self.sections))
        asked = None if self._taught is None else learned_match(self._taught, self._index, query, vector)
        return rank(self._index, query, visible, top, near, asked)

    def _visible_rows(self, allowed: tuple[bool, ...]) -> Mask | None:
        if all(allowed):
            return None
        mask: Mask = np.array(allowed, np.bool_)[self._rule_of]
        return mask

    def _in_language(
        self, ranking: Ranking, language: str, viewer: Audience | None
    ) -> tuple[tuple[Section, float], ...]:
        """Put the asker's language in the place of its translations, and each section once."""
        out: dict[str, tuple[Section, float]] = {}
        for row, score in zip(ranking.rows, ranking.scores, strict=True):
            section = self._translated(self.sections[row], language, viewer)
            out.setdefault(section.id, (section, score))
        return tuple(out.values())

    def _translated(self, section: Section, language: str, viewer: Audience | None) -> Section:
        """Return the section's counterpart in the language where the viewer may read one, else the section itself."""
        article = section.article
        if article.language == language:
            return section
        path = self._translations.get((article.translation_of or article.path, language), "")
        there = self._sections_of.get(path, ())
        if not there or not there[0].article.audience.admits(viewer):
            return section
        here = self._sections_of[article.path]
        at = here.index(section)
        return there[at] if len(there) == len(here) else there[0]

    def readable(self, section: Section) -> str:
        """Return the text of a section as people read it; one that only has smaller headings is those with theirs."""
        path = section.article.path
        if section.text_md.strip():
            return tidy(section.text_md, path)
        page = self._sections_of[path]
        under = takewhile(lambda one: one.level > section.level, page[page.index(section) + 1 :])
        return "\n\n".join(f"**{one.title}**\n\n{tidy(one.text_md, path)}" for one in under if one.text_md.strip())

    def opening(self, section: Section, longest: int) -> str:
        """Return the section from its beginning, whole blocks as far as `longest` characters go."""
        return passage(self.readable(section), set(), section.article.language, self._index.thesaurus, longest)

    def behind(self, article: Article) -> bool:
        """Return whether the article translates one whose present text took effect later than the translation."""
        original = self._by_path.get(article.translation_of)
        if original is None or original.effective is None:
            return False
        return article.effective is None or article.effective < original.effective

    def _language_note(self, article: Article, wanted: str) -> str | None:
        """Return what must be said of the language: another than asked for, or a translation that lags behind."""
        if article.language != wanted:
            return say(f"answers.only_in_{article.language if article.language in ('en', 'pt') else 'other'}", wanted)
        return say("answers.translation_behind", wanted) if self.behind(article) else None


def _asked_in(
    question: str, language: str, vocabularies: Mapping[str, Container[str]], hidden: Container[str] = ()
) -> str:
    """Return English or Portuguese where the question's words tell, else the asker's language.

    Small words tell, and so do words that the articles of one of the two languages alone use, but for `hidden` ones.
    """
    if language not in ("", "en", "pt"):
        return language
    said = words(question)[:MAX_WORDS]
    english, portuguese = (vocabularies.get(code, ()) for code in ("en", "pt"))
    small = small_words_lean(said) - any(c in "ãõçÃÕÇ" for c in question)
    told = [word for word in said if word not in hidden]
    lean = sum((word in english) - (word in portuguese) for word in told) + 2 * ((small > 0) - (small < 0))
    if lean == 0:
        return language or next(iter(vocabularies), "en")
    return "en" if lean > 0 else "pt"


def in_force(article: Article, today: date) -> bool:
    """Return whether the text may be stated as fact on that day."""
    return not article.expired(today) and (article.effective is None or article.effective <= today)


def build(
    pages: Mapping[str, str],
    synonyms: Iterable[Iterable[str]] = (),
    front_matter: Mapping[str, Mapping[str, object]] | None = None,
    learned: Mapping[str, Sequence[str]] | None = None,
    real: Container[str] = frozenset(),
) -> Knowledge:
    """Build a snapshot from files (path in the folder → text); no page ever makes it fail, faults are listed.

    `synonyms` are a customer's groups of words for one thing. `front_matter` gives the heads already read strictly.
    `learned` are questions that the desk learned, by the id of the section that answers them; ids that are not there
    (any more) are passed over. `real` is a dictionary: its words in a question are never taken for misspelt ones.
    """
    heads = front_matter or {}
    parsed = [parse_page(text, rel, heads.get(rel)) for rel, text in sorted(pages.items())]
    return assembled([taught(page, learned or {}) for page in parsed], thesaurus(synonyms), real=real)


def assembled(
    pages: Iterable[Page], known: Thesaurus, before: Corpus | None = None, real: Container[str] = frozenset()
) -> Knowledge:
    """Return a snapshot of the pages, in the order of their paths.

    What was read of a page that `before` holds, the very object, is taken over from there; only other pages are read.
    """
    given = sorted(pages, key=lambda page: page.article.path)
    kept = tuple(page for page in given if page.article.kind not in OUTSIDE_RETRIEVAL)
    old = before if before is not None and before.thesaurus is known else Corpus((), NOTHING, {}, known)
    place = {id(page): at for at, page in enumerate(old.pages)}
    origin = [place.get(id(page), -1) for page in kept]
    fresh = [read_page(page, known) for page, at in zip(kept, origin, strict=True) if at < 0]
    corpus = old
    if fresh or len(kept) != len(old.pages):
        columns = merged(old.columns, origin, fresh)
        corpus = Corpus(kept, columns, _vocabularies(old, kept, origin, fresh), known)
    return Knowledge(corpus, (fault for page in given for fault in page.faults), real)


def taught(page: Page, learned: Mapping[str, Sequence[str]]) -> Page:
    """Return the page with the learned questions beside those of its front matter."""
    if not any(section.id in learned for section in page.sections):
        return page
    sections = (
        replace(section, questions=tuple(dict.fromkeys((*section.questions, *learned.get(section.id, ())))))
        for section in page.sections
    )
    return replace(page, sections=tuple(sections))


def _vocabularies(
    before: Corpus, pages: Sequence[Page], origin: Sequence[int], fresh: Sequence[PageTerms]
) -> dict[str, Counter[str]]:
    """Return for each language its words with how often its articles use them."""
    stay, unread = set(origin), iter(fresh)
    gone = [page for at, page in enumerate(before.pages) if at not in stay]
    come = [page for page, at in zip(pages, origin, strict=True) if at < 0]
    touched = {page.article.language for page in (*gone, *come)}
    out = {code: Counter(said) if code in touched else said for code, said in before.vocabularies.items()}
    for page in come:
        out.setdefault(page.article.language, Counter()).update(next(unread).words)
    for page in gone:
        said = out[page.article.language]
        for word, times in read_page(page, before.thesaurus).words.items():
            said[word] -= times
            if said[word] <= 0:
                del said[word]
    return {language: out[language] for language in dict.fromkeys(page.article.language for page in pages)}


def _together(vocabularies: Iterable[Counter[str]]) -> Counter[str]:
    """Return how often the articles of all languages use a word."""
    first, *others = (*vocabularies,) or (Counter[str](),)
    if not others:
        return first
    out = Counter(first)
    for other in others:
        out.update(other)
    return out
