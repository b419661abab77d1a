"""A section read for comparison: sentences, list items and table rows, each as words with what they stand for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from deskbot.answers.change_words import (
    ACCENTED,
    ACTORS,
    CRITICAL,
    CURRENCIES,
    MONTHS,
    NUMBERS,
    REWRITTEN,
    SAME,
    SMALL,
    SPELT,
    TENS,
)
from deskbot.desk.folding import fold

Kind = Literal["number", "rule", "contact", "name", "word", "mark", "small"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: how it is written, what it is compared by, and what kind of thing it is.

    `contact` is an address or a telephone number, `rule` a word that decides what holds, `mark` a tick or a cross,
    `small` one without which the sentence says the same.
    """

    text: str
    key: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, an item or a row: units may change places, except the numbered steps of a list."""

    words: tuple[Word, ...]
    step: int = 0

    @property
    def key(self) -> tuple[object, ...]:
        """What two units are compared by: everything but the small words that say nothing of who acts."""
        return (self.step, *(word.key for word in self.words if word.kind != "small" or word.key in ACTORS))


_COMMENT = re.compile(r"<!--.*?-->", re.S)
_TARGET = re.compile(r"!?\[([^\[\]]*)\]\(<?([^()\s]*(?:\([^()]*\)[^()\s]*)*)>?(?:\s+(?:\"[^\"]*\"|'[^']*'))?\)")
_BY_NAME = re.compile(r"\[([^\[\]]+)\]\[[^\]]*\]")
_REFERENCE = re.compile(r"^\s*\[[^\]]+\]:\s+\S+.*$", re.M)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_ITEM = re.compile(r"^\s*(?:[-*+]|(\d{1,9})[.)])\s+(?:\[[ xX]\]\s+)?(.*)$")
_RULER = re.compile(r"^[\s|:=*_-]+$")
_QUOTE = re.compile(r"^\s*(?:>\s?)+")
_SENTENCE = re.compile(r"(?<=[.!?])[\"”')*_]*\s+(?=[\"“'(*_]*[A-ZÀ-Ý0-9])")
_STRUCK = re.compile(r"~~(?=\S)(.*?\S)~~", re.S)
_EMPHASIS = re.compile(r"\*+|`+|(?<![^\W_])_+|_+(?![^\W_])|^#+\s+|\\(?=\W)", re.M)
_ENTITY = {"&nbsp;": " ", "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&euro;": "€"}
_TYPOGRAPHY = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "\u00a0": " ", "\u202f": " ",
                             "–": "-", "—": "-", "−": "-", "‑": "-", "…": " "})  # fmt: skip
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_CURRENCY = "|".join(re.escape(name) for name in sorted(CURRENCIES, key=len, reverse=True))
_NUMERAL = r"\d+(?:[.,:/ ]\d+)*"
_TOKEN = re.compile(
    rf"""
    (?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
  | (?P<address>(?:https?://|www\.)[^\s<>()"]+)
  | (?P<phone>\+\d[\d\s().-]{{6,}}\d)
  | (?P<iso>\b\d{{4}}-\d{{2}}-\d{{2}}\b)
  | (?P<day>\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th|º)?\s+(?:of\s+|de\s+)?(?P<m1>{_MONTH})\b\.?
      (?:,?\s+(?:de\s+)?(?P<y1>\d{{4}})\b)?)
  | (?P<us_day>\b(?P<m2>{_MONTH})\b\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,?\s+(?P<y2>\d{{4}})\b)?)
  | (?P<clock>\b(?P<h>\d{{1,2}})(?:[:.h](?P<min>\d{{2}}))?\s?(?P<half>[ap]\.?m\b\.?))
  | (?P<clock24>\b(?P<h24>\d{{1,2}})[:h](?P<min24>\d{{2}})\b)
  | (?P<amount>(?:(?P<before>(?:us|r)?[€$£]|(?<![^\W_])(?:eur|usd|gbp|chf)\b)\s?)?
      (?:(?P<sign>[<>≤≥±+]|(?<![\w%€$£)])-(?=\d))\s?)?(?P<digits>{_NUMERAL})
      (?P<ordinal>(?:st|nd|rd|th|º|ª)\b)?\s?(?P<after>%|‰|(?:{_CURRENCY})(?![^\W_]))?(?P<more>\+(?!\d))?)
  | (?P<mark>[✓✔✗✘✅❌☑☒☐×])
  | (?P<struck>\x02)
  | (?P<word>[^\W_]+(?:'[^\W_]+)*)
  | (?P<at>[&@%§])
    """,
    re.X | re.I,
)
_ONES = "|".join(word for word in NUMBERS if len(NUMBERS[word]) == 1)
_TEN = re.compile(rf"\b({'|'.join(TENS)})(?:-| e | )({_ONES})\b", re.I)


def units(markdown: str) -> list[Unit]:
    """Read a text into its units, in order."""
    found: list[Unit] = []
    for step, text in _pieces(_visible(markdown)):
        words = tuple(_words(text))
        if words:
            found.append(Unit(words, step))
    return found


def _visible(markdown: str) -> str:
    """Return what a reader sees, marks of structure kept; where a link leads is not seen, whom it writes to matters."""
    text = _COMMENT.sub(" ", markdown).translate(_TYPOGRAPHY)
    for entity, character in _ENTITY.items():
        text = text.replace(entity, character)
    text = _REFERENCE.sub("", text)
    text = _TARGET.sub(_link, _TARGET.sub(_link, text))
    text = _BY_NAME.sub(r"\1", text)
    text = re.sub(r"<((?:https?://|mailto:)?[^\s<>@]*@?[^\s<>]*\.[^\s<>]+)>", r" \1 ", text)
    text = re.sub(r"</?(?:td|th)\b[^<>]*>", " | ", text, flags=re.I)
    text = re.sub(r"</?(?:tr|p|li|br|div|h\d)\b[^<>]*>", "\n\n", text, flags=re.I)
    return _STRUCK.sub(lambda found: "\x02 " + found.group(1) + " \x02", _TAG.sub(" ", text))


def _link(found: re.Match[str]) -> str:
    text, target = found.group(1), found.group(2)
    scheme, _, who = target.partition(":")
    hidden = scheme.lower() in ("mailto", "tel") and who.partition("?")[0] not in text
    return f"{text} {who.partition('?')[0]}" if hidden else text


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield (number of the step or 0, text) of sentences, items and rows."""
    paragraph: list[str] = []
    step = 0
    for line in (*(_QUOTE.sub("", raw) for raw in text.split("\n")), ""):
        item = _ITEM.match(line)
        row = line.lstrip().startswith("|") or line.count("|") > 1
        if item or row or not line.strip() or _RULER.match(line):
            yield from _sentences(step, " ".join(paragraph))
            paragraph, step = [], 0
        if item:
            step = int(item.group(1) or 0)
            paragraph = [item.group(2)]
        elif row and not _RULER.match(line):
            yield 0, " | ".join(_cell(cell) for cell in line.strip().strip("|").split("|"))
        elif line.strip() and not _RULER.match(line):
            paragraph.append(line.strip())


def _cell(cell: str) -> str:
    """Return a cell's text; one that holds a sign alone, such as a dash or an x, says something by it."""
    bare = cell.strip()
    if bare in ("", "-", "--", "---") or bare.isspace():
        return "\x03"
    return bare if re.search(r"[^\W_]|[✓✔✗✘✅❌☑☒☐×\x02]", bare) else f"\x03{ord(bare[0]):x}"


def _sentences(step: int, paragraph: str) -> Iterator[tuple[int, str]]:
    if not paragraph.strip():
        return
    if step:
        yield step, paragraph
        return
    for sentence in _SENTENCE.split(paragraph):
        yield 0, sentence


def _words(text: str) -> Iterator[Word]:
    plain = _EMPHASIS.sub("", text)
    for pattern, into in REWRITTEN:
        plain = pattern.sub(into, plain)
    plain = _TEN.sub(lambda two: str(TENS[two[1].lower()] + int(NUMBERS[two[2].lower()])), plain)
    first = True
    for cell in plain.split("|"):
        if cell.strip().startswith("\x03"):
            yield Word("–", f"empty:{cell.strip()}", "mark")
            continue
        for found in _TOKEN.finditer(cell):
            yield _word(found, first or cell[: found.start()].rstrip().endswith(":"))
            first = False
        first = True


def _word(found: re.Match[str], first: bool) -> Word:
    text = found.group().strip()
    named = found.groupdict()
    if named["mail"] or named["address"]:
        return Word(text.rstrip(".,;:"), text.rstrip(".,;:/").casefold(), "contact")
    if named["phone"]:
        return Word(text, "tel:" + re.sub(r"\D", "", text), "contact")
    if number := _number(named):
        return Word(text, number, "number")
    if named["mark"] or named["struck"]:
        return Word("~~" if named["struck"] else text, f"mark:{text}", "mark")
    if named["at"]:
        return Word(text, text, "small" if text == "&" else "number")
    return _spoken(text, first)


def _number(named: dict[str, str | None]) -> str:
    """Return the value of a number, amount, time or date in one way of writing; empty where it is none."""
    if iso := named["iso"]:
        return f"date:{int(iso[5:7])}-{int(iso[8:])}-{iso[:4]}"
    for number in "12":
        if month := named[f"m{number}"]:
            day, year = named[f"d{number}"], named[f"y{number}"] or ""
            return f"date:{MONTHS[fold(month)]}-{int(day or 0)}-{year}"
    if hour := named["h"]:
        late = (named["half"] or " ")[0] in "pP"
        return f"time:{int(hour) % 12 + (12 if late else 0)}:{named['min'] or '00'}"
    if hour := named["h24"]:
        return f"time:{int(hour)}:{named['min24']}"
    if (digits := named["digits"]) is None:
        return ""
    unit = fold(named["before"] or named["after"] or "")
    sign = (named["sign"] or "").strip()
    return f"{sign}{_plain(digits)}{CURRENCIES.get(unit, unit)}{named['more'] or ''}"


def _plain(digits: str) -> str:
    """Return a numeral without marks of thousands and without zeros that say nothing: "1,000.00" is 1000."""
    if re.fullmatch(r"\d{1,3}(?:[ .,]\d{3})+", digits):
        return str(int(re.sub(r"\D", "", digits)))
    whole = re.fullmatch(r"(\d{1,3}(?:[ .,]\d{3})+|\d+)[.,](\d{1,2})", digits)
    if whole:
        units_, cents = str(int(re.sub(r"\D", "", whole.group(1)))), whole.group(2)
        return f"{units_}.{cents}" if cents.strip("0") else units_
    return digits.lstrip("0") or "0"


def _spoken(text: str, first: bool) -> Word:
    folded = fold(text).removesuffix("'s").removesuffix("s'") if "'" in text else fold(text)
    if text.casefold() in ACCENTED:
        return Word(text, text.casefold(), "word")
    if folded in NUMBERS or folded in TENS:
        return Word(text, NUMBERS.get(folded) or str(TENS[folded]), "number")
    if folded in CRITICAL:
        return Word(text, SAME.get(folded, folded), "rule")
    if folded in SMALL:
        return Word(text, folded, "small")
    for pattern, into in SPELT:
        folded = pattern.sub(into, folded)
    kind: Kind = "name" if text[:1].isupper() and not first else "word"
    return Word(text, SAME.get(folded, folded), kind)
