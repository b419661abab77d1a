"""Articles of the knowledge base and their sections, read from Markdown with front matter."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from deskbot.answers.audience import EMPLOYEES, AudienceRule, parse_audience
from deskbot.answers.sections import RawSection, split_front_matter, split_page
from deskbot.desk.errors import Fault

MAX_BYTES = 1_000_000
MAX_LINES = 20_000
INTRO = "intro"
KEYS = frozenset(
    {
        "title",
        "owner",
        "audience",
        "language",
        "effective",
        "review",
        "expires",
        "aliases",
        "questions",
        "translation_of",
        "kind",
        "tier",
    }
)
_PAIR = re.compile(r"^([A-Za-z_][\w-]*)\s*:(?:\s+(.*))?$")
_INNER_PAIR = re.compile(r"^\s+(?:-\s+)?[\"']?(\w[\w-]*)[\"']?\s*:(?:\s+(.*))?$")
_INNER_ITEM = re.compile(r"^\s*-\s+(.*)$")
_COMMENT = re.compile(r"\s+#.*$")


@dataclass(frozen=True, slots=True)
class Article:
    """One Markdown file. `path` is relative to the knowledge folder, `version` a short hash of the whole text.

    `effective` is the first day on which the text holds, `expires` the last; `review` the day by which its owner looks
    at it again. `kind` "letter" keeps a file out of retrieval. `translation_of` is the path of the article translated.
    """

    path: str
    title: str
    owner: str = ""
    audience: AudienceRule = EMPLOYEES
    language: str = "en"
    effective: date | None = None
    review: date | None = None
    expires: date | None = None
    aliases: tuple[str, ...] = ()
    translation_of: str = ""
    kind: str = "article"
    version: str = ""

    def expired(self, today: date) -> bool:
        """Return whether the text must no longer be stated as fact on that day."""
        return (self.expires is not None and today > self.expires) or (self.review is not None and today > self.review)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of an article with its text. `path` is the chain of titles down to it, `version` a hash of the text.

    `questions` are people's own words for what this very section answers.
    """

    id: str
    path: tuple[str, ...]
    level: int
    text_md: str
    version: str
    article: Article
    line: int = 1
    questions: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The heading, or the article's title for the text before the first heading."""
        return self.path[-1] if self.path else self.article.title


@dataclass(frozen=True, slots=True)
class Page:
    """What one file holds: the article, its sections, and what is wrong with the file."""

    article: Article
    sections: tuple[Section, ...]
    faults: tuple[Fault, ...] = ()


def version_of(text: str) -> str:
    """Return the version of a text: twelve hexadecimal digits of its SHA-256, spaces at line ends not counted."""
    lines = "\n".join(line.rstrip() for line in text.strip().split("\n"))
    return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def parse_page(markdown: str, rel: str, front_matter: Mapping[str, object] | None = None) -> Page:
    """Read one file; whatever is in it, a page comes back and the troubles are listed as faults.

    `front_matter` is the parsed head of the file where a strict reader has done that; without it the head is read
    leniently, as foreign handbooks need. Files over 1 MB or 20,000 lines are cut there.
    """
    text, faults = _capped(markdown, rel)
    head, _ = split_front_matter(text)
    raw = split_page(text, rel)
    fields = front_matter if front_matter is not None else read_front_matter(head)
    article, wrong = _article(fields, rel, text, raw)
    asked = _questions(fields.get("questions"))
    sections = tuple(
        Section(r.id, r.path, r.level, r.text, version_of(r.text), article, r.line, asked.get(anchor_of(r.id), ()))
        for r in raw
    )
    return Page(article, sections, (*faults, *(Fault(rel, 1, "error", "front-matter", sentence) for sentence in wrong)))


def _capped(markdown: str, rel: str) -> tuple[str, list[Fault]]:
    if len(markdown) <= MAX_BYTES and markdown.count("\n") < MAX_LINES:
        return markdown, []
    cut = "\n".join(markdown[:MAX_BYTES].split("\n")[:MAX_LINES])
    sentence = (
        f"the file is larger than {MAX_LINES:,} lines or {MAX_BYTES:,} characters; the rest is not read: split it"
    )
    return cut, [Fault(rel, 1, "error", "too-long", sentence)]


def _article(fields: Mapping[str, object], rel: str, text: str, raw: list[RawSection]) -> tuple[Article, list[str]]:
    audience, wrong = parse_audience(fields.get("audience"))
    dates: dict[str, date | None] = {}
    for key in ("effective", "review", "expires"):
        dates[key], sentence = _date(fields.get(key), key)
        wrong += sentence
    article = Article(
        path=rel,
        title=_text(fields.get("title")) or _first_heading(raw) or _name_of(rel),
        owner=_text(fields.get("owner")),
        audience=audience,
        language=_text(fields.get("language")).casefold()[:2] or "en",
        aliases=_texts(fields.get("aliases")),
        translation_of=_text(fields.get("translation_of")),
        kind=_text(fields.get("kind")) or "article",
        version=version_of(text),
        **dates,
    )
    return article, wrong


def anchor_of(section_id: str) -> str:
    """Return the anchor by which a page names one of its sections; "intro" for the text before the first heading."""
    return section_id.partition("#")[2] or INTRO


def _questions(value: object) -> dict[str, tuple[str, ...]]:
    """Read the front matter's `questions`: lists of questions by the anchor of the section that answers them."""
    return {str(anchor): _texts(asked) for anchor, asked in value.items()} if isinstance(value, Mapping) else {}


def _first_heading(raw: list[RawSection]) -> str:
    return next((r.path[-1] for r in raw if r.level == 1 and r.path), "")


def _name_of(rel: str) -> str:
    name = rel.rsplit("/", 1)[-1].removesuffix(".md")
    if name.lower() in {"index", "readme"} and "/" in rel:
        name = rel.rsplit("/", 2)[-2]
    return name.replace("-", " ").replace("_", " ")


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, list | tuple | Mapping) else str(value).strip()


def _texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(text for item in items if (text := _text(item)))


def _date(value: object, key: str) -> tuple[date | None, list[str]]:
    if value is None or value == "":
        return None, []
    if isinstance(value, date):
        return value, []
    try:
        return date.fromisoformat(str(value).strip()[:10]), []
    except ValueError:
        return None, [f"`{key}: {value}` is not a date; write it as 2026-01-31"]


def read_front_matter(head: str) -> dict[str, object]:
    """Read `key: value` lines, lists and one level of nesting; lines that are something else are passed over."""
    fields: dict[str, object] = {}
    key = ""
    for line in head.split("\n"):
        if found := _PAIR.match(line):
            key = found.group(1)
            fields[key] = _value(found.group(2) or "")
        elif key:
            fields[key] = _with_line(fields[key], line)
    return fields


def _with_line(value: object, line: str) -> object:
    """Add an indented line to the value above it: an item of a list, a pair of a mapping, or nothing we know."""
    if pair := _INNER_PAIR.match(line):
        inner = dict(value) if isinstance(value, Mapping) else {}
        inner[pair.group(1)] = _value(pair.group(2) or "")
        return inner
    if item := _INNER_ITEM.match(line):
        if isinstance(value, Mapping) and value:
            last = next(reversed(value))
            return {**value, last: _with_item(value[last], item.group(1))}
        return _with_item(value, item.group(1))
    return value


def _with_item(value: object, item: str) -> list[object]:
    return [*(value if isinstance(value, list) else []), _value(item)]


def _value(text: str) -> object:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    text = _COMMENT.sub("", text)
    if text.startswith("[") and text.endswith("]"):
        return [item.strip().strip("\"'") for item in text[1:-1].split(",") if item.strip()]
    if text.startswith("{") and text.endswith("}"):
        pairs = [item.partition(":") for item in text[1:-1].split(",") if ":" in item]
        return {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}
    return text
