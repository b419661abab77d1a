"""Markdown as people wrote it made fit to be quoted: HTML becomes Markdown, leftovers go, links lead to the site."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from posixpath import join, normpath

SITE = "/knowledge/"
"""Where the site shows articles: a link to `pay/payday.md#dates` leads to `/knowledge/pay/payday#dates`."""

# Every repetition below is bounded or cannot overlap its neighbour: a hostile page costs time in its length alone.
_FENCE = re.compile(r"(^(?:```|~~~).*?(?:^(?:```|~~~)[ \t]*$|\Z))", re.M | re.S)
_TEMPLATE = re.compile(
    r"\{%[^{}]{0,400}%\}|\{\{[^{}]{0,400}\}\}|\{[:#][^{}\n]{0,200}\}|^:::.{0,100}$|^\[\[_?toc_?\]\]$", re.M | re.I
)
_COMMENT = re.compile(r"<!--[^<>]{0,2000}-->")
_ANCHOR = re.compile(
    r"<a\b[^<>]{0,500}?href\s*=\s*[\"']?([^\"'\s<>]{1,2000})[\"']?[^<>]{0,500}>([^<>]{0,500})</a\s*>", re.I
)
_IMAGE = re.compile(r"<img\b[^<>]{0,2000}>|!\[([^\[\]\n]{0,300})\]\([^()\n]{0,2000}\)", re.I)
_NAMES = (
    "a|abbr|address|article|aside|b|blockquote|body|br|button|caption|center|cite|code|col|colgroup|dd|del|details|dfn|div"
    "|dl|dt|em|figcaption|figure|font|footer|h[1-6]|header|hr|html|i|iframe|ins|kbd|li|main|mark|nav|ol|p|picture|pre|q|s"
    "|samp|section|small|source|span|strike|strong|sub|summary|sup|svg|table|tbody|td|tfoot|th|thead|time|tr|tt|u|ul|var"
    "|video|wbr"
)
_TAG = re.compile(rf"<(/?)({_NAMES})\b[^<>]{{0,2000}}>", re.I)
_LINK = re.compile(
    r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]{0,100}\]){0,300})\]\(([^()\s]{1,2000})((?:\s+\"[^\"\n]{0,300}\")?)\)"
)
_FILLED_IN = re.compile(r"\[([^\[\]]{0,300})\]\((?:[^(){}\n]{0,300}\{[{%][^{}\n]{0,300}[%}]\}[^(){}\n]{0,300})?\)")
_ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|/|#|\?)", re.I)
_BLANK = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_MARKS = {
    "b": "**",
    "strong": "**",
    "i": "*",
    "em": "*",
    "code": "`",
    "tt": "`",
    "del": "~~",
    "s": "~~",
    "strike": "~~",
}
_BREAKS = {
    "br": "\n",
    "p": "\n\n",
    "div": "\n\n",
    "tr": "\n",
    "hr": "\n\n",
    "summary": "\n\n",
    "dt": "\n\n",
    "ul": "\n",
    "ol": "\n",
}


def tidy(markdown: str, path: str = "") -> str:
    """Return the text as plain Markdown; `path` is the article's, against which its relative links are read.

    Tables, lists, links and emphasis in HTML become Markdown, other tags, comments, pictures and what a site generator
    would have filled in are left out, and code stays as it is.
    """
    parts = _FENCE.split(markdown) if "```" in markdown or "~~~" in markdown else [markdown]
    clean = [part if at % 2 else _prose(part, path) for at, part in enumerate(parts)]
    return _BLANK.sub("\n\n", "".join(clean)).strip()


def _prose(text: str, path: str) -> str:
    if "{" in text or ":::" in text or "[[" in text:
        text = _TEMPLATE.sub("", _FILLED_IN.sub(r"\1", text))
    if "<" in text:
        text = _without_html(text)
    if "![" in text:
        text = _IMAGE.sub(lambda found: found.group(1) or "", text)
    return (
        _LINK.sub(lambda found: f"[{found[1]}]({site_link(found[2], path)}{found[3]})", text) if "](" in text else text
    )


def _without_html(text: str) -> str:
    text = _COMMENT.sub("", text)
    for name in ("script", "style"):
        text = _elements(text, name, lambda _: "")
    text = _elements(text, "table", lambda inner: f"\n\n{_table(inner)}\n\n")
    text = _IMAGE.sub(lambda found: found.group(1) or "", text)
    return _TAG.sub(_mark, _ANCHOR.sub(r"[\2](\1)", text))


def _elements(text: str, name: str, put: Callable[[str], str]) -> str:
    """Put something in the place of every element of that name, which is given what stands inside."""
    small, out, at = text.lower(), [], 0
    while (start := small.find(f"<{name}", at)) >= 0 and (end := small.find(f"</{name}", start)) >= 0:
        inside = text.find(">", start) + 1
        out += [text[at:start], put(text[inside:end])]
        at = text.find(">", end) + 1 or len(text)
    return "".join([*out, text[at:]])


def _mark(tag: re.Match[str]) -> str:
    """Return what stands for a tag in Markdown."""
    closing, name = bool(tag[1]), tag[2].lower()
    if name in _MARKS:
        return _MARKS[name]
    if name == "li":
        return "" if closing else "\n- "
    if name[0] == "h" and name[1:].isdigit():
        return "**\n\n" if closing else "\n\n**"
    return _BREAKS.get(name, "")


class _Rows(HTMLParser):
    """Collects the rows of a table, with the texts of their cells, and whether the first is a head."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.headed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            if not self.rows:
                self.rows.append([])
            self.headed = self.headed or (tag == "th" and len(self.rows) == 1)
            self.rows[-1].append("")
        elif tag in ("br", "p", "li"):
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def _table(inner: str) -> str:
    """Return a table in Markdown; one of two columns without a head reads better as a list."""
    parser = _Rows()
    parser.feed(inner)
    parser.close()
    rows = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in parser.rows]
    rows = [row for row in rows if any(row)]
    if not rows:
        return ""
    wide = max(map(len, rows))
    if not parser.headed and wide <= 2:
        return "\n".join("- " + ": ".join(cell for cell in row if cell) for row in rows)
    lines = ["| " + " | ".join(row + [""] * (wide - len(row))) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * wide, *lines[1:]])


def site_link(href: str, path: str) -> str:
    """Return where a link of the article at `path` leads on the site; what is no link to a page is left as it is."""
    if _ELSEWHERE.match(href):
        return f"{SITE}{path.removesuffix('.md')}{href}" if href.startswith("#") and path else href
    file, hash_, anchor = href.partition("#")
    if not path or not file.endswith(".md"):
        return href
    target = normpath(join(path.rpartition("/")[0], file))
    return href if target.startswith("..") else f"{SITE}{target.removesuffix('.md')}{hash_}{anchor}"
