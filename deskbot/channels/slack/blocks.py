"""Block Kit's pieces, each within Slack's limits and with nothing in them that could mention or mislead anybody."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from deskbot.desk.markup import Dialect, Rows, cut, escape, honest_label, tree, whole_address, words

Block = dict[str, Any]

MAX_TEXT = 3_000
"""Characters of a section's or context's text (docs.slack.dev, "Blocks")."""
MAX_CONTEXT = 10
MAX_BUTTONS = 5
MAX_VALUE = 2_000
MAX_BUTTON_TEXT = 75
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}


def _table(rows: Rows) -> str:
    head, *body = rows
    lines = [
        " · ".join(f"{name}: {cell}" if name else cell for name, cell in zip(head, row, strict=False)) for row in body
    ]
    return "\n".join(f"• {line}" for line in lines) or " · ".join(head)


MRKDWN = Dialect(
    text=escape,
    code=lambda code: escape(code).replace("```", "'''"),
    code_span=lambda code: f"`{escape(code).replace('`', chr(39))}`",
    link=lambda label, url: f"<{escape(url)}|{label.replace('|', '/')}>",
    heading=lambda _, text: f"*{text}*",
    table=_table,
    strong="*",
    emphasis="_",
    strike="~",
    fence="```",
    bullet="• ",
    quote="> ",
    rule="———",
)
"""Slack's own mark-up, for the places that have no `markdown` block: modals, Home, context lines."""


def markdown(text: str) -> Block:
    """Return a `markdown` block of text that `markup.MARKDOWN` has drawn."""
    return {"type": "markdown", "text": text}


def mrkdwn(text: str) -> Block:
    """Return a text object of Slack's mark-up; `verbatim` keeps Slack from linking words, an empty text is a dash."""
    return {"type": "mrkdwn", "text": cut(text, MAX_TEXT) if text.strip() else "–", "verbatim": True}


def plain(text: str, limit: int) -> Block:
    """Return a plain text object; an empty text becomes a dash, which Slack demands and people understand."""
    return {"type": "plain_text", "text": cut(" ".join(text.split()) or "–", limit), "emoji": False}


def section(text: str) -> Block:
    """Return a section of Slack's mark-up."""
    return {"type": "section", "text": mrkdwn(text)}


def context(lines: Sequence[str]) -> list[Block]:
    """Return small grey lines, ten to a block."""
    elements = [mrkdwn(line) for line in lines]
    return [
        {"type": "context", "elements": elements[i : i + MAX_CONTEXT]} for i in range(0, len(elements), MAX_CONTEXT)
    ]


def link(label: str, url: str, base_url: str) -> str:
    """Return a link in Slack's mark-up, or the bare label where the address may not be followed."""
    address = whole_address(url, base_url)
    shown = escape(cut(" ".join(label.split()), 250))
    return MRKDWN.link(shown, address) if address else shown


def button(verb: str, label: str, value: str, style: str = "plain", url: str = "") -> Block:
    """Return a button; the verb is its action, the value the opaque token that comes back."""
    drawn: Block = {"type": "button", "text": plain(label, MAX_BUTTON_TEXT), "action_id": verb[:200] or "link"}
    if value:
        drawn["value"] = value
    if url:
        drawn["url"] = url
    return drawn | ({"style": style} if style in {"primary", "danger"} else {})


def actions(buttons: Iterable[Block]) -> list[Block]:
    """Return rows of five buttons; a verb that comes twice in a row is numbered: action ids are unique."""
    rows: list[list[Block]] = []
    for drawn in buttons:
        if not rows or len(rows[-1]) == MAX_BUTTONS or size([*rows[-1], drawn]) > MAX_TEXT:
            rows.append([])
        rows[-1].append(drawn)
    return [{"type": "actions", "elements": _numbered(row)} for row in rows]


def _numbered(row: Sequence[Block]) -> list[Block]:
    seen: dict[str, int] = {}
    numbered = []
    for drawn in row:
        verb = drawn["action_id"]
        seen[verb] = seen.get(verb, 0) + 1
        numbered.append(drawn if seen[verb] == 1 else {**drawn, "action_id": f"{verb}#{seen[verb]}"})
    return numbered


def size(blocks: Sequence[Block]) -> int:
    """Return the characters of the blocks as JSON, the measure behind Slack's undocumented limit of a message."""
    return len(json.dumps(blocks, ensure_ascii=False))


def quotes(markdown_text: str, base_url: str) -> list[Block]:
    """Return a person's words as quoted rich text, where mentions are an element of their own and text stays text."""
    blocks: list[Block] = []
    for node in tree(markdown_text).children:
        for group in _groups(_trimmed(_elements(node, base_url, {}))):
            blocks.append({"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": group}]})
    return blocks


def _groups(elements: Sequence[Block]) -> list[list[Block]]:
    groups: list[list[Block]] = []
    for element in elements:
        if not groups or size([*groups[-1], element]) > MAX_TEXT:
            groups.append([])
        groups[-1].append(element)
    return groups


def _elements(node: SyntaxTreeNode, base_url: str, style: Mapping[str, bool]) -> list[Block]:
    kind = node.type
    if kind in {"fence", "code_block", "code_inline"}:
        return _text(node.content.rstrip("\n"), {**style, "code": True})
    if kind in {"softbreak", "hardbreak"}:
        return _text("\n", {})
    if kind in {"link", "image"}:
        return _link(node, base_url, style)
    if not node.children:
        return _text(node.content, style) if kind in {"text", "text_special"} else []
    inner = {**style, _STYLES[kind]: True} if kind in _STYLES else style
    inside = [element for child in node.children for element in _elements(child, base_url, inner)]
    return _opening(node) + inside + (_text("\n", {}) if kind in _LINES else [])


_LINES = frozenset({"paragraph", "heading", "tr"})


def _opening(node: SyntaxTreeNode) -> list[Block]:
    if node.type in {"td", "th"} and node.previous_sibling:
        return _text(" | ", {})
    if node.type != "list_item" or node.parent is None:
        return []
    if node.parent.type == "bullet_list":
        return _text("• ", {})
    first = int(node.parent.attrs.get("start", 1))
    return _text(f"{first + node.parent.children.index(node)}. ", {})


def _link(node: SyntaxTreeNode, base_url: str, style: Mapping[str, bool]) -> list[Block]:
    label = words(node)
    url = whole_address(str(node.attrs.get("href") or node.attrs.get("src") or ""), base_url)
    if url is None:
        return _text(label, style)
    return [{"type": "link", "url": url, "text": cut(honest_label(label, url), 250)}]


# Slack reads no mark-up here, but copies of the text end up where it does, so a word joiner takes its meaning away.
_CONTROL = re.compile(r"<(?=[!@#])")


def _text(text: str, style: Mapping[str, bool]) -> list[Block]:
    text = _CONTROL.sub("<\u2060", text)
    pieces = [text[i : i + 1_000] for i in range(0, len(text), 1_000)]
    return [{"type": "text", "text": piece} | ({"style": dict(style)} if style else {}) for piece in pieces]


def _trimmed(elements: list[Block]) -> list[Block]:
    while elements and elements[-1].get("text") == "\n":
        elements = elements[:-1]
    return elements
