"""The text of a letter: Liquid with nothing but conditionals, then a little Markdown, into plain blocks.

A value never meets Markdown: Liquid writes it between two private characters in hexadecimal, and it is put back after
the Markdown has been read. So whatever a name or a field holds is printed as it was typed.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Literal, TextIO

from babel.dates import format_date
from babel.numbers import format_currency
from liquid import Environment, RenderContext, StrictUndefined
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import LiquidError, OutputStreamLimitError, UndefinedError
from liquid.undefined import is_undefined
from markdown_it import MarkdownIt
from markdown_it.token import Token

from deskbot.desk.errors import Invalid

MAX_CHARACTERS = 100_000
_OPEN, _CLOSE = "\ue000", "\ue001"
_VALUE = re.compile(f"{_OPEN}([0-9a-f]*){_CLOSE}")
_TAGS = ("content", "output", "illegal", "if", "unless", "case", "comment", "raw")
_JOINERS = "\u200c\u200d"

BlockKind = Literal["paragraph", "heading", "list", "table", "rule"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style; a text of "\\n" is a line break."""

    text: str
    strong: bool = False
    emph: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a letter. A list's `items` are its entries, a table's its cells row by row, the first the header."""

    kind: BlockKind
    runs: tuple[Run, ...] = ()
    items: tuple[tuple[tuple[Run, ...], ...], ...] = ()
    level: int = 0
    ordered: bool = False


def locale_of(language: str, country: str) -> str:
    """Return the locale in which dates and money are written; English follows the employer's country."""
    if language == "pt":
        return "pt_PT"
    return "en_US" if country == "US" else "en_GB"


def printable(value: str, what: str, limit: int) -> str:
    """Return a value as it may be printed; raise Invalid for characters that cannot be seen or change what is read."""
    if len(value) > limit:
        raise Invalid(f"“{what}” is longer than {limit} characters; shorten it.")
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\t", " "))
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        hidden = unicodedata.category(character)[0] == "C" and character not in f"\n{_JOINERS}"
        if hidden or marks > 3 or character in "\u2028\u2029":
            raise Invalid(f"“{what}” holds U+{ord(character):04X}, a character that a letter cannot show; remove it.")
    return text


def compose(body: str, facts: Mapping[str, Any], *, locale: str, currency: str) -> tuple[Block, ...]:
    """Return the letter's blocks with the facts put in; raise Invalid when a fact that is printed is not known."""
    if _OPEN in body:
        raise Invalid("The letter's template holds a private character (U+E000); remove it.")
    try:
        text = _environment(locale, currency).from_string(body).render(**facts)
    except UndefinedError as error:
        raise Invalid(f"The letter cannot be written: {_sentence(error)}.") from error
    except OutputStreamLimitError as error:
        raise Invalid("The letter is too long to be printed; shorten its template.") from error
    except LiquidError as error:
        raise Invalid(f"The letter's template cannot be read: {_sentence(error)}.") from error
    return tuple(_blocks(_MARKDOWN.parse(text)))


def placeholders(body: str) -> list[tuple[str, int]]:
    """Return every placeholder with its line; raise Invalid (its field is the line) where Liquid cannot be read."""
    if len(body) > MAX_CHARACTERS:
        raise Invalid(f"a letter has at most {MAX_CHARACTERS:,} characters; shorten it", "1")
    environment = _environment("en_GB", "EUR")
    try:
        found = environment.from_string(body).analyze()
    except LiquidError as error:
        raise Invalid(_sentence(error), str(_line_of(error, body))) from error
    for name, spans in found.filters.items():
        if name not in environment.filters:
            known = ", ".join(sorted(environment.filters))
            raise Invalid(f"'{name}' is not a filter of letters; known are {known}", str(_line(body, spans[0].index)))
    uses = [(_dotted(v.segments), _line(body, v.span.index)) for group in found.variables.values() for v in group]
    return sorted(set(uses), key=lambda use: (use[1], use[0]))


def _dotted(segments: list[Any]) -> str:
    return ".".join(str(segment) for segment in segments)


def _line(body: str, index: int) -> int:
    return body.count("\n", 0, max(index, 0)) + 1


def _line_of(error: LiquidError, body: str) -> int:
    start = getattr(error.token, "start_index", None)
    return _line(body, start) if start is not None and start >= 0 else 1


def _sentence(error: LiquidError) -> str:
    message = str(error.args[0]) if error.args else type(error).__name__
    return message.strip().rstrip(".").split("\n")[0]


class _Conditionals(Environment):
    """Liquid that cannot loop, include, assign, or write more than a letter holds."""

    output_stream_limit = 4 * MAX_CHARACTERS


class _ValueNode(OutputNode):
    """Writes a value between marks instead of into the text; a value that is not known is refused."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = self.expression.evaluate(context)
        if is_undefined(value) or value is None or value == "":
            raise UndefinedError(f"'{self.expression}' is not known", token=self.token)
        return buffer.write(f"{_OPEN}{str(value).encode().hex()}{_CLOSE}")


class _Value(Output):
    node_class = _ValueNode


@lru_cache(maxsize=32)
def _environment(locale: str, currency: str) -> Environment:
    environment = _Conditionals(undefined=StrictUndefined)
    environment.tags = {name: tag for name, tag in environment.tags.items() if name in _TAGS}
    environment.add_tag(_Value)
    environment.filters = {
        "date": lambda value, *_: _long_date(value, locale),
        "money": lambda value, unit=currency: _money(value, unit, locale),
        "upcase": lambda value: str(value).upper(),
        "downcase": lambda value: str(value).lower(),
        "capitalize": lambda value: str(value)[:1].upper() + str(value)[1:],
    }
    return environment


def _long_date(value: object, locale: str) -> str:
    if is_undefined(value) or not value:
        return ""
    try:
        return str(format_date(date.fromisoformat(str(value)), "long", locale=locale))
    except ValueError:
        raise Invalid(f"“{value}” is not a date such as 2026-03-01.") from None


def _money(value: object, currency: str, locale: str) -> str:
    if is_undefined(value) or not value:
        return ""
    try:
        return str(format_currency(Decimal(str(value)), str(currency), locale=locale))
    except InvalidOperation:
        raise Invalid(f"“{value}” is not an amount of money.") from None


_MARKDOWN = MarkdownIt("zero").enable(["heading", "list", "table", "hr", "emphasis", "newline", "escape"])


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = _closing(tokens, at)
        inside = tokens[at + 1 : end]
        if token.type == "heading_open":
            yield Block("heading", _inline(inside[0]), level=int(token.tag[1]))
        elif token.type == "paragraph_open":
            yield Block("paragraph", _inline(inside[0]))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            yield Block("list", items=tuple(_items(inside)), ordered=token.type.startswith("ordered"))
        elif token.type == "table_open":
            yield Block("table", items=tuple(_rows(inside)))
        elif token.type == "hr":
            yield Block("rule")
        at = end + 1


def _closing(tokens: list[Token], at: int) -> int:
    """Return the index of the token that closes the one at `at`, which is itself when it needs no closing."""
    depth = 0
    for index in range(at, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens) - 1


def _items(tokens: list[Token]) -> Iterator[tuple[tuple[Run, ...], ...]]:
    at = 0
    while at < len(tokens):
        end = _closing(tokens, at)
        yield tuple(_inline(token) for token in tokens[at:end] if token.type == "inline")
        at = end + 1


def _rows(tokens: list[Token]) -> Iterator[tuple[tuple[Run, ...], ...]]:
    row: list[tuple[Run, ...]] = []
    for token in tokens:
        if token.type == "inline":
            row.append(_inline(token))
        elif token.type == "tr_close":
            yield tuple(row)
            row = []


def _inline(token: Token) -> tuple[Run, ...]:
    runs: list[Run] = []
    strong = emph = 0
    for child in token.children or []:
        if child.type.startswith("strong"):
            strong += child.nesting
        elif child.type.startswith("em_"):
            emph += child.nesting
        elif child.type == "hardbreak":
            runs.append(Run("\n"))
        elif child.type == "softbreak":
            runs.append(Run(" ", strong > 0, emph > 0))
        else:
            runs.extend(Run(text, strong > 0, emph > 0) for text in _unmarked(child.content))
    return tuple(run for run in runs if run.text)


def _unmarked(text: str) -> Iterator[str]:
    """Yield the pieces of a text with its values put back; a value's own line ends become line breaks."""
    restored = _VALUE.sub(lambda found: bytes.fromhex(found.group(1)).decode(), text)
    for index, line in enumerate(restored.split("\n")):
        if index:
            yield "\n"
        yield line
