"""Takes out of a question what would tell who asked it: addresses, long numbers, sums of money, people's names.

What is left must still read as a question; whatever is taken out leaves "…" behind, so that a reader sees the gap.
"""

import re
from collections.abc import Callable, Collection, Container, Iterable
from dataclasses import dataclass

from deskbot.desk.folding import fold

GAP = "…"
LONGEST = 240  # characters of a question that is worth keeping

# In this order, because an address may hold a number and a sum is a number with a sign. An address has at most 64
# characters before its @ and 255 after it (RFC 5321, 4.5.3.1); without that bound a long line takes minutes.
_KINDS = (
    ("address", re.compile(r"\b(?:https?://|www\.)\S+|[^\s@<>(),;:]{1,64}@[^\s@<>(),;:]{1,255}\.[^\W\d_]{2,}", re.I)),
    (
        "sum",
        re.compile(
            r"(?:[€$£]|\b(?:eur|usd|gbp)\b)\s?\d[\d.,\s]*\d|(?:[€$£]|\b(?:eur|usd|gbp)\b)\s?\d"
            r"|\d[\d.,]*\s?(?:[€$£]|(?:euros?|eur|usd|gbp|dollars?|pounds?|dólares|libras)\b)",
            re.I,
        ),
    ),
    ("number", re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[\dA-Z]{1,4}){3,9}\b|\+?\d(?:[\s().-]?\d){4,}")),
    ("reference", re.compile(r"\b[A-Z]{2,4}-[A-Z0-9]{3,8}\b")),
)
_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_DATE = re.compile(r"(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])(?:[-./]\d\d?)?|\d\d?[-./]\d\d?[-./](?:19|20)?\d\d")
_GAPS = re.compile(rf"{GAP}(?:[\s,]*{GAP})+")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A question without what was taken out, and what kinds of things that were: address, sum, number, name."""

    text: str
    kinds: tuple[str, ...] = ()


def redact(text: str, people: Iterable[str] = (), ordinary: Container[str] = frozenset()) -> Redacted:
    """Return the text without addresses, sums, long numbers, references and the names of `people`.

    `people` are full names of the directory. A single name that is an `ordinary` word too (folded) stays: "May" and
    "Will" begin questions. A person looks at the rest before anybody else reads it.
    """
    return without_names(text, names_of(people, ordinary))


def without_names(text: str, names: Collection[str]) -> Redacted:
    """Do what `redact` does with names that `names_of` has read, for many texts of one directory."""
    kinds: list[str] = []
    for kind, pattern in _KINDS:
        text, count = pattern.subn(_gap_unless_date, text) if kind == "number" else pattern.subn(GAP, text)
        if count and GAP in text:
            kinds.append(kind)
    without = _NAME.sub(_without(names), text)
    if without != text:
        kinds.append("name")
    return Redacted(" ".join(_GAPS.sub(GAP, without).split()), tuple(kinds))


def left_in(text: str) -> str:
    """Return an address, sum, number or reference that a text still holds, "" where there is none."""
    for kind, pattern in _KINDS:
        for found in pattern.finditer(text):
            if kind != "number" or not _DATE.fullmatch(found.group().strip()):
                return found.group().strip()
    return ""


def first_question(text: str) -> str:
    """Return what a message asks: its first sentence with a question mark, else its beginning."""
    flat = " ".join(text.split())
    if len(flat) <= LONGEST:
        return flat
    sentences = re.split(r"(?<=[.!?])\s+", flat)
    asked = next((one for one in sentences if one.endswith("?") and len(one) <= LONGEST), sentences[0])
    return asked if len(asked) <= LONGEST else asked[:LONGEST].rsplit(" ", 1)[0]


def _gap_unless_date(found: re.Match[str]) -> str:
    return found.group() if _DATE.fullmatch(found.group().strip()) else GAP


def names_of(people: Iterable[str], ordinary: Container[str] = frozenset()) -> frozenset[str]:
    """Return the folded parts of people's names, without words that are ordinary and particles such as "da"."""
    parts = {fold(part) for name in people for part in _NAME.findall(name) if len(part) > 2}
    return frozenset(part for part in parts if part not in ordinary)


def _without(names: Collection[str]) -> Callable[[re.Match[str]], str]:
    def part(found: re.Match[str]) -> str:
        word = fold(found.group())
        return GAP if word in names or word.removesuffix("'s") in names else found.group()

    return part
