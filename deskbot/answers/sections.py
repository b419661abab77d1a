"""Splits a Markdown page into sections whose ids are GitHub's heading anchors."""

import re
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

_BLOCKS = MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])
_INLINE = MarkdownIt("commonmark").enable("table")
_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.S)
_TITLE = re.compile(r"^title:\s*(.+)$", re.M)
_ATTRIBUTES_AND_TAGS = re.compile(r"\{#.*?\}|\{:.*?\}|<[^>]+>")
_NOT_IN_SLUG = re.compile(r"[^\w\- ]")


class RawSection(NamedTuple):
    """One heading of a page with its text; `level` is 0 for the text before the first heading."""

    id: str
    path: tuple[str, ...]
    level: int
    text: str
    line: int


class _Heading(NamedTuple):
    first_line: int
    end_line: int
    level: int
    text: str


def slugify(heading: str) -> str:
    """Return GitHub's anchor of a heading: lower case, word characters, hyphens, spaces turned into hyphens."""
    return _NOT_IN_SLUG.sub("", heading.strip().lower()).replace(" ", "-")


def split_front_matter(markdown: str) -> tuple[str, str]:
    """Return the text between the page's leading `---` lines (empty without them) and the body after it."""
    found = _FRONT_MATTER.match(markdown)
    return (found.group(1), markdown[found.end() :]) if found else ("", markdown)


def title_of(front_matter: str) -> str | None:
    """Return the title as written in front matter, without quotes."""
    found = _TITLE.search(front_matter)
    return found.group(1).strip().strip("\"'") if found else None


def split_page(markdown: str, rel: str) -> list[RawSection]:
    """Return the page's sections in order; `rel` is its path in the knowledge folder, with `/`.

    The text before the first heading has the id `rel`, a heading's section `rel#slug`, and repeats of a slug get
    `-1`, `-2`, ... `path` is the front matter's title (if any) and the chain of headings down to the section.
    `line` is where the section starts in the file, counted from 1.
    """
    front_matter, body = split_front_matter(markdown)
    title = title_of(front_matter) if front_matter else None
    lines, heads = body.split("\n"), _headings(body)
    skipped = markdown.count("\n", 0, len(markdown) - len(body))
    intro = "\n".join(lines[: heads[0].first_line if heads else len(lines)]).strip()
    before = [RawSection(rel, (title,) if title else (), 0, intro, skipped + 1)] if intro else []
    return before + _headed(rel, title, lines, heads, skipped)


def _headed(rel: str, title: str | None, lines: list[str], heads: list[_Heading], skipped: int) -> list[RawSection]:
    out: list[RawSection] = []
    stack: list[tuple[int, str]] = [(0, title)] if title else []
    seen: dict[str, int] = {}
    ends = [head.first_line for head in heads[1:]] + [len(lines)]
    for head, stop in zip(heads, ends, strict=False):
        while stack and stack[-1][0] >= head.level:
            stack.pop()
        stack.append((head.level, head.text))
        slug = slugify(head.text)
        repeat = seen.get(slug, 0)
        seen[slug] = repeat + 1
        out.append(
            RawSection(
                f"{rel}#{slug}-{repeat}" if repeat else f"{rel}#{slug}",
                tuple(text for _, text in stack if text),
                head.level,
                "\n".join(lines[head.end_line : stop]).strip(),
                skipped + head.first_line + 1,
            )
        )
    return out


def _headings(body: str) -> list[_Heading]:
    """Return the page's own headings; those inside lists and quotes belong to the text.

    Only blocks are parsed for the whole page, and inline marks for the headings alone: this is the slow part.
    """
    env: dict[str, object] = {}
    tokens = _BLOCKS.parse(body, env)
    heads: list[_Heading] = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            text = _ATTRIBUTES_AND_TAGS.sub("", _plain(tokens[at + 1].content, env)).strip()
            heads.append(_Heading(token.map[0], token.map[1], int(token.tag[1]), text))
    return heads


def _plain(content: str, env: dict[str, object]) -> str:
    out: list[str] = []
    for token in _INLINE.parseInline(content, env):
        _collect(token.children or [], out)
    return "".join(out)


def _collect(children: list[Token], out: list[str]) -> None:
    for child in children:
        if child.type in ("text", "code_inline", "image"):
            out.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            out.append(" ")
        elif child.children:
            _collect(child.children, out)
