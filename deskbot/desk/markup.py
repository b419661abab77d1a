"""Draw Markdown in another dialect, safely: one walk over its tokens, in which no text can become mark-up."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from deskbot.desk.links import safe_link

MAX_CHARACTERS = 200_000
_PARSER = MarkdownIt("js-default", {"linkify": False, "typographer": False})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
# What must not be torn when a text is cut: a link, an escaped character, a word; then the white space between them.
_ATOM = re.compile(
    r"<[^<>\s]{1,2100}\|[^<>]{0,300}>|\[[^\[\]]{0,300}\]\([^()\s]{1,2100}\)|&(?:amp|lt|gt);|[^\s&<\[]+|\s+|."
)
_ADDRESS = re.compile(r"^(?:https?://)?([\w-]+(?:\.[\w-]+)+)(?:[/?#:]|$)", re.I)
_MARKS = re.compile(r"[\\`*\[\]~]|(?<![^\W_])_|_(?![^\W_])")
_LINE_MARK = re.compile(r"^(\s*)([-+=#]|\d{1,9}[.)])(?=\s|[-=#]|$)", re.M)

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one place writes what Markdown says. Every function is given text that is already in the dialect, except
    `text` and `code`, which are given the characters people wrote and must return something that shows just those.
    """

    text: Callable[[str], str]
    code: Callable[[str], str]
    code_span: Callable[[str], str]
    link: Callable[[str, str], str]
    heading: Callable[[int, str], str]
    table: Callable[[Rows], str]
    strong: str
    emphasis: str
    strike: str
    fence: str
    bullet: str
    quote: str
    rule: str
    line_break: str = "\n"


def tree(markdown: str) -> SyntaxTreeNode:
    """Return the text's syntax tree, cut at `MAX_CHARACTERS`; raw HTML is text in it, control characters are gone."""
    return SyntaxTreeNode(_PARSER.parse(_CONTROL.sub("", markdown[:MAX_CHARACTERS])))


def draw(markdown: str, dialect: Dialect, base_url: str = "") -> str:
    """Return the whole text in the dialect; links of this site are completed with `base_url`."""
    return "\n\n".join(_Walk(dialect, base_url).blocks(tree(markdown).children))


def chunks(markdown: str, dialect: Dialect, limit: int, base_url: str = "") -> list[str]:
    """Return the text in the dialect in pieces of at most `limit` characters.

    It is cut between blocks where that is possible, else between lines or words, never inside a link or an escaped
    character; a code block is closed and opened again, a table repeats its head.
    """
    walk = _Walk(dialect, base_url)
    pieces = [piece for node in tree(markdown).children for piece in walk.pieces(node, limit) if piece.strip()]
    return pack(pieces, limit, "\n\n")


def pack(pieces: Iterable[str], limit: int, joint: str) -> list[str]:
    """Join neighbouring pieces with `joint` while the result stays within `limit` characters."""
    packed: list[str] = []
    for piece in pieces:
        if packed and len(packed[-1]) + len(joint) + len(piece) <= limit:
            packed[-1] += joint + piece
        else:
            packed.append(piece)
    return packed


def split(text: str, limit: int) -> list[str]:
    """Cut a text that is already in a dialect into pieces of at most `limit` characters."""
    if len(text) <= limit:
        return [text]
    lines = [piece for line in text.split("\n") for piece in _split_line(line, limit)]
    return pack(lines, limit, "\n")


def _split_line(line: str, limit: int) -> list[str]:
    atoms = (atom[i : i + limit] for atom in _ATOM.findall(line) for i in range(0, max(len(atom), 1), limit))
    return [piece.strip() for piece in pack(atoms, limit, "")] or [""]


def cut(text: str, limit: int) -> str:
    """Return the text with at most `limit` characters, an ellipsis where it was cut, no escaped character torn."""
    if len(text) <= limit:
        return text
    end = limit - 1
    torn = next((m.start() for m in _ENTITY.finditer(text, max(0, end - 5), end + 5) if m.start() < end < m.end()), end)
    return text[:torn].rstrip() + "…"


def whole_address(url: str, base_url: str = "") -> str | None:
    """Return the address people may follow from outside this site, safe to write into any dialect, else None."""
    link = safe_link(url)
    if link is None or link[0] in "#?" or (link[0] == "/" and not base_url):
        return None
    whole = base_url.rstrip("/") + link if link[0] == "/" else link
    return re.sub(r"[<>|()\"'\\`\[\]{}^]", lambda m: f"%{ord(m[0]):02X}", whole)


def escape(text: str) -> str:
    """Write `&`, `<` and `>` as entities: what is left cannot mention anybody, link, or open a tag."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class _Walk:
    """One walk over a tree in one dialect."""

    def __init__(self, dialect: Dialect, base_url: str) -> None:
        self._dialect = dialect
        self._base_url = base_url

    def pieces(self, node: SyntaxTreeNode, limit: int) -> Iterator[str]:
        """Yield one top-level block in pieces that stand alone."""
        if node.type in {"fence", "code_block"}:
            overhead = 2 * len(self._dialect.fence) + 2
            yield from map(self._fenced, split(self._dialect.code(node.content.rstrip("\n")), limit - overhead))
        elif node.type == "table":
            yield from self._table_pieces(self._rows(node), limit)
        else:
            yield from split(self.block(node), limit)

    def _table_pieces(self, rows: Rows, limit: int) -> Iterator[str]:
        whole = self._dialect.table(rows)
        if len(whole) <= limit or len(rows) < 3:
            yield from split(whole, limit)
            return
        middle = 1 + len(rows) // 2
        yield from self._table_pieces(rows[:middle], limit)
        yield from self._table_pieces([rows[0], *rows[middle:]], limit)

    def blocks(self, nodes: Iterable[SyntaxTreeNode]) -> list[str]:
        return [drawn for node in nodes if (drawn := self.block(node)).strip()]

    def block(self, node: SyntaxTreeNode) -> str:
        kind = node.type
        if kind == "heading":
            return self._dialect.heading(int(node.tag[1]), self._children(node))
        if kind in {"bullet_list", "ordered_list"}:
            return self._list(node)
        if kind == "blockquote":
            return _prefixed("\n\n".join(self.blocks(node.children)), self._dialect.quote, self._dialect.quote)
        if kind in {"fence", "code_block"}:
            return self._fenced(self._dialect.code(node.content.rstrip("\n")))
        if kind == "table":
            return self._dialect.table(self._rows(node))
        return self._dialect.rule if kind == "hr" else self._children(node)

    def _fenced(self, code: str) -> str:
        fence = self._dialect.fence
        return f"{fence}\n{code}\n{fence}" if fence else code

    def _list(self, node: SyntaxTreeNode) -> str:
        first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
        items = []
        for number, item in enumerate(node.children):
            marker = self._dialect.bullet if first is None else f"{first + number}. "
            items.append(_prefixed("\n".join(self.blocks(item.children)), marker, " " * len(marker)))
        return "\n".join(items)

    def _rows(self, table: SyntaxTreeNode) -> list[list[str]]:
        rows = [row for part in table.children for row in part.children]
        return [[self._children(cell).replace("\n", " ") for cell in row.children] for row in rows]

    def _children(self, node: SyntaxTreeNode) -> str:
        return "".join(self.inline(child) for child in node.children)

    def inline(self, node: SyntaxTreeNode) -> str:
        kind = node.type
        if kind in {"text", "html_inline", "text_special"}:
            return self._dialect.text(node.content)
        if kind == "code_inline":
            return self._dialect.code_span(node.content)
        if kind in {"softbreak", "hardbreak"}:
            return "\n" if kind == "softbreak" else self._dialect.line_break
        if kind in {"link", "image"}:
            return self._link(node)
        mark = {"strong": self._dialect.strong, "em": self._dialect.emphasis, "s": self._dialect.strike}.get(kind, "")
        inside = self._children(node)
        return f"{mark}{inside}{mark}" if inside.strip() else inside

    def _link(self, node: SyntaxTreeNode) -> str:
        shown = words(node)
        url = whole_address(str(node.attrs.get("href") or node.attrs.get("src") or ""), self._base_url)
        if url is None:
            return self._dialect.text(shown)
        return self._dialect.link(self._dialect.text(cut(honest_label(shown, url), 250)), url)


def words(node: SyntaxTreeNode) -> str:
    """Return the bare words inside a node, line breaks as blanks."""
    if node.type in {"softbreak", "hardbreak"}:
        return " "
    return "".join(map(words, node.children)) if node.children else node.content


def honest_label(label: str, url: str) -> str:
    """Return the label, or the address itself where the label is empty or names another host than the link leads to."""
    label = " ".join(label.split())
    claimed, real = _ADDRESS.match(label), _ADDRESS.match(url)
    if label and (claimed is None or (real is not None and claimed[1].lower() == real[1].lower())):
        return label
    return label if label and url == f"mailto:{label}" else url.removeprefix("mailto:")


def _prefixed(text: str, first: str, following: str) -> str:
    lines = text.split("\n")
    return "\n".join([first + lines[0], *((following + line).rstrip() for line in lines[1:])])


def _markdown_text(text: str) -> str:
    marked = _MARKS.sub(lambda m: "\\" + m[0], escape(text))
    return _LINE_MARK.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", marked)


def _markdown_span(code: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    ticks, space = "`" * (longest + 1), " " if code.startswith("`") or code.endswith("`") else ""
    return f"{ticks}{space}{escape(code)}{space}{ticks}"


def _markdown_table(rows: Rows) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def _plain_link(label: str, address: str) -> str:
    return label if label == address else f"{label} ({address})"


MARKDOWN = Dialect(
    text=_markdown_text,
    code=lambda code: escape(code).replace("```", "'''"),
    code_span=_markdown_span,
    link=lambda label, url: f"[{label}]({url})",
    heading=lambda level, text: f"{'#' * level} {text}",
    table=_markdown_table,
    strong="**",
    emphasis="*",
    strike="~~",
    fence="```",
    bullet="- ",
    quote="> ",
    rule="---",
    line_break="  \n",
)
"""Markdown again, with nothing in it but what the walk lets through."""

PLAIN = Dialect(
    text=lambda text: text,
    code=lambda code: code,
    code_span=lambda code: code,
    link=lambda label, url: (
        label if label == url.removeprefix("mailto:") else f"{label} ({url.removeprefix('mailto:')})"
    ),
    heading=lambda _, text: text,
    table=lambda rows: "\n".join(" | ".join(row) for row in rows),
    strong="",
    emphasis="",
    strike="",
    fence="",
    bullet="• ",
    quote="> ",
    rule="—",
)
"""Words only, for notifications, screen readers and places that draw nothing."""
