"""Markdown made safe: to HTML for pages, to plain text for search and for channels that draw nothing else."""

import re
from html import unescape

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from deskbot.answers.articles import MAX_BYTES, MAX_LINES
from deskbot.desk.links import safe_link

_MD = MarkdownIt("js-default", {"linkify": False, "typographer": False})
_ALLOWED = """a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i kbd li ol p pre s span
strong sub summary sup table tbody td th thead tr u ul"""
_TAGS = set(_ALLOWED.split())
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"align"}, "th": {"align"}, "ol": {"start"}}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"https", "http", "mailto", "tel"},
    link_rel="noopener noreferrer nofollow",
    attribute_filter=lambda tag, name, value: _checked(name, value),
)
# Every repetition below is bounded or cannot overlap its neighbour: a hostile page costs time in its length alone.
_TEMPLATE = re.compile(r"\{%[^{}]{0,400}%\}|\{\{[^{}]{0,400}\}\}|\{[:#][^{}\n]{0,200}\}")
_TAG = re.compile(r"<!--[^<>]*-->|</?[A-Za-z][^<>]*>")
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)|\[[^\]]*\])")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_REFERENCE = re.compile(r"^\s*\[[^\]]+\]:\s+\S+.*$", re.M)
_MARKS = re.compile(r"[*`~|]+|^\s*(?:[-+>]|#{1,6}|:?-{3,}:?)\s|^\s*[-=:|+ ]{3,}\s*$|(?<![^\W_])_+|_+(?![^\W_])", re.M)


def _checked(name: str, value: str) -> str | None:
    return safe_link(value) if name == "href" else value


def tokens(markdown: str) -> list[Token]:
    """Return markdown-it's tokens of the capped text, raw HTML escaped; for channels that draw Markdown themselves."""
    return _MD.parse(capped(markdown))


def capped(markdown: str) -> str:
    """Return the text cut at 1 MB and 20,000 lines: beyond that rendering takes seconds."""
    if len(markdown) <= MAX_BYTES and markdown.count("\n") < MAX_LINES:
        return markdown
    return "\n".join(markdown[:MAX_BYTES].split("\n")[:MAX_LINES])


def to_html(markdown: str) -> str:
    """Return HTML that is safe to put into a page: no scripts, styles, images, or links outside the allow-list."""
    return _CLEANER.clean(_MD.render(capped(_TEMPLATE.sub("", markdown))))


def to_plain(markdown: str) -> str:
    """Return the words of the text without marks, addresses, tags and template leftovers; lines stay lines."""
    text = capped(markdown)
    # Most texts have none of these, and looking for the one character is far cheaper than looking for the whole.
    if "{" in text:
        text = _TEMPLATE.sub(" ", text)
    if "]:" in text:
        text = _REFERENCE.sub("", text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "](" in text or "][" in text:
        text = _LINK.sub(r"\1", _LINK.sub(r"\1", text))
    if "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    return unescape(_MARKS.sub(" ", text))
