"""Recognises texts that must reach a human before, or instead of, any article."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Literal

import re2
from rapidfuzz.distance import OSA

from deskbot.desk import sensitive_en, sensitive_pt
from deskbot.desk.errors import Invalid
from deskbot.desk.folding import fold, language_of
from deskbot.desk.sensitive_model import Opinion, features, opinion, tokens

Topic = Literal[
    "harassment",
    "discrimination",
    "retaliation",
    "violence",
    "safety",
    "fraud",
    "self_harm",
    "domestic_abuse",
    "medical_emergency",
    "health",
]
TOPICS: tuple[Topic, ...] = (
    "self_harm",
    "medical_emergency",
    "domestic_abuse",
    "violence",
    "harassment",
    "retaliation",
    "discrimination",
    "fraud",
    "safety",
    "health",
)
LONGEST = 10_000
_AT_RISK = ("self_harm", "medical_emergency", "violence", "domestic_abuse")
# From this likelihood on a text is taken as a report; doubt that does not harm ordinary questions is taken as one.
_REPORT = {"en": 0.6, "pt": 0.4}
_ACT = 0.4  # the same, where a pattern finds something done to somebody
_IN_CRISIS = 0.1  # the same, where a pattern finds a life at risk
_NONE = 0.65  # above this likelihood a text is ordinary, if it is no report
_DOUBT = 0.85  # above this likelihood of being ordinary there is no doubt left, even where no article answers
_RISK = 0.4  # from this likelihood of a topic at risk of life on, a report is a crisis
_ASKS = 0.02  # from this likelihood of being a question on, a report gets the article too
_ASKS_IN_CRISIS = 0.1  # the same, where a life may be at risk
_STRETCH = 60  # words of a long text that are judged at once
_MODULES: Mapping[str, ModuleType] = {"en": sensitive_en, "pt": sensitive_pt}
_DOUBLED = re.compile(r"(.)\1+")
_LONG_WORD = re.compile(r"(?<!\\)\b[a-z]{6,}\b")
_NOT_WORDS = re.compile(r"[^\w]+|_+")


@dataclass(frozen=True, slots=True)
class Screening:
    """What a text seems to be about, and how it is to be taken.

    `report` means that something happened, or may have: a sealed ticket. False is a question about the topic: the human
    route first, then the article. `crisis` means that life may be at risk now. `own_health` is the asker's own health
    or grief, which goes to leave as a protected ticket. `asks` means that it may be a question, also where doubt makes
    it a report: the article follows the human route, so that nobody who only asked is refused it.
    """

    topic: Topic
    report: bool
    crisis: bool
    own_health: bool
    asks: bool
    language: str


@dataclass(frozen=True, slots=True)
class _Line:
    topic: Topic
    kind: str
    language: str


class _Detector:
    """All patterns of one language compiled into one automaton, so that a text is read once."""

    def __init__(self, language: str, module: ModuleType) -> None:
        self.lines: list[_Line] = []
        self.set = _set()
        for line in module.PATTERNS.strip().split("\n"):
            head, _, pattern = line.partition(": ")
            topic, kind = head.split()
            self.set.Add(_filled(pattern, module.NAMES))
            self.lines.append(_Line(topic, kind, language))
        self.set.Compile()
        self.about = _union(module.ABOUT)
        self.happened = _union(module.HAPPENED)
        self.innocent = _union(module.INNOCENT)

    def hits(self, text: str) -> list[_Line]:
        """Return the lines of patterns that the text meets, once what is innocent is taken out of it."""
        if not (found := self.set.Match(text)):
            return []
        bare = self.innocent.sub(" ", text)
        if bare != text:
            found = self.set.Match(bare) or []
        return [self.lines[number] for number in found]


def _set() -> "re2.Set":
    options = re2.Options()
    options.max_mem = 256 << 20
    options.log_errors = False
    return re2.Set.SearchSet(options)


def _filled(pattern: str, names: Mapping[str, str]) -> str:
    for name in ("them", "who", "kin", "body", "trait"):
        pattern = pattern.replace(f"<{name}>", names.get(name, ""))
    return pattern


def _union(lines: str) -> "re2._Regexp":
    options = re2.Options()
    options.max_mem = 64 << 20
    return re2.compile("|".join(f"(?:{line})" for line in lines.strip().split("\n")), options)


@lru_cache(maxsize=1)
def _detectors() -> Mapping[str, _Detector]:
    return {language: _Detector(language, module) for language, module in _MODULES.items()}


def screen(text: str) -> Screening | None:
    """Return what the text must be handled as, or None for an ordinary one. Doubt is taken as a report.

    Only the first and last 10,000 characters of a very long text are read.
    """
    read = text if len(text) <= 2 * LONGEST else text[:LONGEST] + " " + text[-LONGEST:]
    found = [judged for stretch in _stretches(read) if (judged := _judged(stretch))]
    return min(found, key=_urgency, default=None)


def in_doubt(text: str) -> bool:
    """Return whether a text that `screen` took for an ordinary one may tell of something after all.

    Where an article answers it, it was ordinary; where none does, whoever is told so is also told of the people who
    would listen.
    """
    read = text[: 2 * LONGEST]
    return opinion(features(tokens(read), marks_of(read)[0])).none <= _DOUBT


def _stretches(text: str) -> list[str]:
    """Return the text, and its overlapping stretches if it is long: a few sentences of a letter may be what counts."""
    words = text.split()
    if len(words) <= 2 * _STRETCH:
        return [text]
    starts = range(0, len(words) - _STRETCH // 2, _STRETCH // 2)
    return [text, *(" ".join(words[start : start + _STRETCH]) for start in starts)]


def _urgency(found: Screening) -> tuple[bool, bool, int]:
    return not found.crisis, not found.report, TOPICS.index(found.topic)


def _judged(text: str) -> Screening | None:
    """Judge one stretch by the learned opinion on it, which needs little where words tell of a life at risk."""
    marks, in_crisis = marks_of(text)
    view = opinion(features(tokens(text), marks))
    language = language_of(text)
    report = view.report >= report_from(language, marks, in_crisis)
    if not report and view.none > _NONE:
        return None
    topic = min(in_crisis, key=TOPICS.index) if in_crisis else _likeliest(view)
    at_risk = sum(share for name, share in zip(TOPICS, view.topics, strict=True) if name in _AT_RISK)
    crisis = report and (bool(in_crisis) or at_risk >= _RISK)
    return Screening(
        topic=topic,
        report=report,
        crisis=crisis,
        own_health=report and topic == "health",
        asks=not report or view.question >= (_ASKS_IN_CRISIS if crisis else _ASKS),
        language=language,
    )


def report_from(language: str, marks: Collection[str], in_crisis: Collection[Topic]) -> float:
    """Return the likelihood from which on a text with these findings of the patterns is taken as a report."""
    return _IN_CRISIS if in_crisis else _ACT if "act" in marks else _REPORT[language]


def _likeliest(view: Opinion) -> Topic:
    """Return the likeliest topic; one's own health only where it is likelier than all others together."""
    best = max(range(len(TOPICS)), key=view.topics.__getitem__)
    if TOPICS[best] == "health" and view.topics[best] < 0.5:
        best = max(range(len(TOPICS) - 1), key=view.topics.__getitem__)
    return TOPICS[best]


def marks_of(text: str) -> tuple[list[str], list[Topic]]:
    """Return what the patterns of either language find in a text, as names, and the topics of what is a crisis."""
    plain = _plain(text)
    marks: set[str] = set()
    in_crisis: list[Topic] = []
    for detector in _detectors().values():
        hits = detector.hits(plain)
        marks.update(name for line in hits for name in (line.kind, f"{line.topic} {line.kind}"))
        in_crisis += [line.topic for line in hits if line.kind == "crisis"]
        marks.update(("about",) if detector.about.search(plain) else ())
        marks.update(("happened",) if detector.happened.search(plain) else ())
    return sorted(marks), in_crisis


def _plain(text: str) -> str:
    """Return the text in small letters with single spaces, without marks, its slips of the keyboard mended."""
    folded = fold(text).replace("'", "")
    return " ".join(_mended(word) for word in _NOT_WORDS.sub(" ", folded).split())


@lru_cache(maxsize=20_000)
def _mended(word: str) -> str:
    """Return the telling word that this one is a slip of, or the word itself; doubled letters do not count."""
    if len(word) < 6 or word in _known():
        return word
    single = _DOUBLED.sub(r"\1", word)
    allowed = 1 if len(single) < 10 else 2
    best, least = word, allowed + 1
    for telling, right in _telling().get(word[0], ()):
        distance = OSA.distance(single, telling, score_cutoff=allowed)
        if distance < least:
            best, least = right, distance
    return best


@lru_cache(maxsize=1)
def _telling() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return the telling words by first letter, each as it is compared (no letter doubled) and as it is written."""
    found: dict[str, list[tuple[str, str]]] = {}
    for module in _MODULES.values():
        for word in module.TELLING.split():
            found.setdefault(word[0], []).append((_DOUBLED.sub(r"\1", word), word))
    return {letter: tuple(words) for letter, words in found.items()}


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Return words that are never a slip: ordinary neighbours of telling words, and whatever the patterns name."""
    texts = [
        text for m in _MODULES.values() for text in (m.KNOWN, m.TELLING, m.PATTERNS, m.INNOCENT, *m.NAMES.values())
    ]
    return frozenset(word for text in texts for word in _LONG_WORD.findall(text))


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """A number to call in a crisis: its name in each language, the number as dialled, and when somebody answers."""

    names: Mapping[str, str]
    number: str
    hours: str = ""

    def words(self, language: str) -> str:
        """Return one line of text, such as "Suicide and crisis line: **988** (24 hours)"."""
        name = self.names.get(language) or self.names.get("en") or next(iter(self.names.values()))
        return f"{name}: **{self.number}**" + (f" ({self.hours})" if self.hours else "")


@dataclass(frozen=True, slots=True)
class CrisisLines:
    """Emergency and crisis numbers by country; a country that is not there gets the lines of `default`."""

    by_country: Mapping[str, tuple[CrisisLine, ...]]

    def lines(self, country: str, language: str = "en") -> list[str]:
        """Return the lines of the country (ISO 3166 alpha-2) in the order in which they are to be read."""
        found = self.by_country.get(country.upper()) or self.by_country.get("DEFAULT", ())
        return [line.words(language) for line in found]


def parse_crisis(data: Mapping[str, object]) -> CrisisLines:
    """Read the crisis lines: country or `default` → list of `name` (one text, or one a language), `number`, `hours`.

    Raises Invalid with a sentence that names the country and what is wrong.
    """
    return CrisisLines({str(country).upper(): _crisis_lines(str(country), lines) for country, lines in data.items()})


def _crisis_lines(country: str, lines: object) -> tuple[CrisisLine, ...]:
    if not isinstance(lines, list | tuple) or not lines:
        raise Invalid(f"{country}: list at least one line with `name` and `number`.", country)
    return tuple(_crisis_line(country, line) for line in lines)


def _crisis_line(country: str, line: object) -> CrisisLine:
    if not isinstance(line, Mapping) or not line.get("name") or not line.get("number"):
        raise Invalid(f"{country}: every line needs a `name` and a `number`.", country)
    name = line["name"]
    names = {str(k): str(v) for k, v in name.items()} if isinstance(name, Mapping) else {"en": str(name)}
    return CrisisLine(names, str(line["number"]), str(line.get("hours") or ""))
