"""Puts questions about one thing together: likeness of their words and, where there is a model, of their meaning.

Each question becomes one row of numbers such that the product of two rows is their likeness. The likeness of two groups
is then the mean over all pairs of their questions: the product of the groups' mean rows.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deskbot.answers.knowledge import Knowledge
from deskbot.answers.query import Query
from deskbot.answers.ranking import slot_weight
from deskbot.answers.sentences import MODEL_LANGUAGE
from deskbot.answers.terms import stems
from deskbot.desk.folding import words

Floats = npt.NDArray[np.float32]

MOST_TERMS = 4096  # that groups are compared by at once, the commonest: 64 MB for 4,000 groups
ALIKE_BY_WORDS = 0.18  # mean likeness from which groups are about one thing
ALIKE_BY_MEANING = 0.28
WORDS_PART = 0.2  # of the likeness where meaning is compared too

# Words with which people ask about anything: they tell how and when something is asked, not what about.
_ASKING = """
allowed allow permitted possible permission wondering wonder question quick guys team company work job employee
employees employer office offer offers offered provide support policy rule rules request apply order arrange
available new anything anywhere other way tell need want like would please people person thing things start begin
happen happens receive receives lose keep close closed see read send bring take go come look stay leave put set
automatically eligible entitled year years month months week weeks day days hour hours today tomorrow yesterday
monday tuesday wednesday thursday friday saturday sunday fridays mondays january february march april may june july
august september october november december first last next two three four five six
empresa escritorio trabalho colaborador colaboradores permitido possivel autorizacao regra regras politica pedido
pedir duvida pergunta trabalhador trabalhadores direito receber enviar levar trazer fico ficar ano anos mes meses
semana dia dias hora horas hoje amanha segunda terca quarta quinta sexta feira janeiro fevereiro marco abril maio
junho julho agosto setembro outubro novembro dezembro primeiro ultimo proximo
"""
_FAINT = 0.35
_ASKING_STEMS = frozenset(stem for code in ("en", "pt") for stem in stems(sorted(words(_ASKING)), code))


@dataclass(frozen=True, slots=True)
class Gist:
    """What a question is about, or the mean of several: numbers by term, and the vector of the meaning if there is one.

    The likeness of two is the sum of the products of their numbers, at most 1 for two questions.
    """

    terms: Mapping[str, float]
    vector: Floats | None = None


def gists(questions: Sequence[str], knowledge: Knowledge) -> list[Gist]:
    """Read questions; what the articles never say tells most, how something is asked tells little."""
    read = [knowledge.read(question) for question in questions]
    vectors = _vectors(read, knowledge)
    return [
        _gist(_terms(query, knowledge), vectors.get(place), by_meaning=knowledge.meaning is not None)
        for place, query in enumerate(read)
    ]


def _gist(terms: Mapping[str, float], vector: Floats | None, *, by_meaning: bool) -> Gist:
    if vector is not None:
        return Gist(_times(terms, WORDS_PART), math.sqrt(1 - WORDS_PART) * vector)
    # A question without a vector has its words alone: brought up to the mark of words and meaning.
    return Gist(_times(terms, ALIKE_BY_MEANING / ALIKE_BY_WORDS) if by_meaning else terms)


def _times(terms: Mapping[str, float], part: float) -> dict[str, float]:
    return {name: math.sqrt(part) * weight for name, weight in terms.items()}


def _vectors(read: Sequence[Query], knowledge: Knowledge) -> dict[int, Floats]:
    if knowledge.meaning is None:
        return {}
    places = [place for place, query in enumerate(read) if query.language == MODEL_LANGUAGE]
    rows = knowledge.meaning.model.encode([read[place].text for place in places]) if places else ()
    return dict(zip(places, rows, strict=True))


def _terms(query: Query, knowledge: Knowledge) -> dict[str, float]:
    """Return the question's terms with how much each tells; their squares sum to 1."""
    found: dict[str, float] = {}
    for slot in query.slots:
        own = [word[0] for word in slot.words]
        names = [*slot.ideas, *own]
        faint = _FAINT if own and _ASKING_STEMS.issuperset(own) else 1.0
        weight = slot_weight(knowledge.index, slot) * faint / math.sqrt(len(names))
        for name in names:
            found[name] = max(found.get(name, 0.0), weight)
    length = math.sqrt(sum(weight * weight for weight in found.values()))
    return {name: weight / length for name, weight in found.items()} if length else {}


def mean(group: Sequence[Gist]) -> Gist:
    """Return what the questions of a group are about: its likeness to another is the mean over their questions."""
    terms: Counter[str] = Counter()
    for gist in group:
        for name, weight in gist.terms.items():
            terms[name] += weight / len(group)  # type: ignore[assignment]
    vectors = [gist.vector for gist in group if gist.vector is not None]
    return Gist(terms, np.add.reduce(vectors) / np.float32(len(group)) if vectors else None)


def central(group: Sequence[Gist]) -> int:
    """Return the place of the question that is most like all the others."""
    rows = _rows(group)
    return int((rows @ rows.mean(axis=0)).argmax())


def _rows(group: Sequence[Gist]) -> Floats:
    """Return the numbers as one row each; terms that only one of them has are left out, as they make nothing alike."""
    common = Counter(name for gist in group for name in gist.terms)
    names = {name: place for place, (name, count) in enumerate(common.most_common(MOST_TERMS)) if count > 1}
    width = next((len(gist.vector) for gist in group if gist.vector is not None), 0)
    out = np.zeros((len(group), len(names) + width), np.float32)
    for row, gist in zip(out, group, strict=True):
        for name, weight in gist.terms.items():
            if name in names:
                row[names[name]] = weight
        if gist.vector is not None:
            row[len(names) :] = gist.vector
    return out


def mark(*, by_meaning: bool) -> float:
    """Return the mean likeness from which two groups are about one thing."""
    return ALIKE_BY_MEANING if by_meaning else ALIKE_BY_WORDS


def grouped(groups: Sequence[Gist], sizes: Sequence[int], least: float) -> list[list[int]]:
    """Join the two most alike groups again and again, while their mean likeness is at least `least`.

    `groups` are means and `sizes` how many questions each holds. Return the places that came together, in the order of
    their first.
    """
    joining = _Joining(_rows(groups), sizes)
    parts = {place: [place] for place in range(len(groups))}
    while (pair := joining.next_pair(least)) is not None:
        joining.join(*pair)
        parts[pair[0]] += parts.pop(pair[1])
    return [sorted(parts[place]) for place in sorted(parts)]


class _Joining:
    """The likenesses of all groups, and of each group the nearest, kept right as groups are joined."""

    def __init__(self, rows: Floats, sizes: Sequence[int]) -> None:
        self._like: Floats = rows @ rows.T
        np.fill_diagonal(self._like, -np.inf)
        self._weight = np.array(sizes, np.float32)
        self._nearest = self._like.argmax(axis=1) if len(rows) else np.zeros(0, np.intp)
        self._best = self._like.max(axis=1) if len(rows) else np.zeros(0, np.float32)

    def next_pair(self, least: float) -> tuple[int, int] | None:
        """Return the two most alike groups, the first one first; None where none are alike enough."""
        if len(self._best) < 2:
            return None
        a = int(self._best.argmax())
        b = int(self._nearest[a])
        return (min(a, b), max(a, b)) if self._best[a] >= least else None

    def join(self, a: int, b: int) -> None:
        """Put b into a: the likeness to the others is the mean over the questions of both."""
        like, weight = self._like, self._weight
        both = (weight[a] * like[a] + weight[b] * like[b]) / (weight[a] + weight[b])
        both[[a, b]] = -np.inf
        like[a], like[:, a] = both, both
        like[b], like[:, b] = -np.inf, -np.inf
        weight[a] += weight[b]
        nearer = both > self._best
        self._nearest[nearer], self._best[nearer] = a, both[nearer]
        lost = np.flatnonzero(np.isin(self._nearest, (a, b)) & ~nearer)
        self._nearest[lost], self._best[lost] = like[lost].argmax(axis=1), like[lost].max(axis=1)
        self._nearest[a], self._best[a] = like[a].argmax(), like[a].max()
        self._best[b] = -np.inf
