"""Draws a reply as a mail: a subject, plain words, and HTML that every mail program shows. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from deskbot.desk.links import safe_link
from deskbot.desk.markup import PLAIN, draw, tree, words
from deskbot.desk.messages import Citation, Reply
from deskbot.desk.texts import say

MAX_SUBJECT = 120
_BODY = (
    "margin:0;padding:24px;background:#f4f5f7;color:#1d2733;"
    "font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
)
_CARD = "max-width:600px;margin:0 auto;padding:28px 32px;background:#ffffff;border:1px solid #dde1e6;border-radius:8px"
_BUTTON = (
    "display:inline-block;margin:8px 8px 0 0;padding:10px 18px;background:#1f4e6b;color:#ffffff;"
    "text-decoration:none;border-radius:6px"
)
_QUIET = "color:#5a6675;font-size:14px"
_STYLES = {
    "table": "border-collapse:collapse;width:100%;margin:12px 0;font-size:15px",
    "th": "padding:6px 10px 6px 0;border-bottom:2px solid #1f4e6b;text-align:left",
    "td": "padding:6px 10px 6px 0;border-bottom:1px solid #dde1e6;vertical-align:top",
    "h1": "font-size:22px;margin:0 0 12px",
    "h2": "font-size:17px;margin:24px 0 8px;color:#1f4e6b",
    "blockquote": "margin:12px 0;padding:0 0 0 14px;border-left:3px solid #dde1e6",
}
_TAGS = re.compile(rf"<({'|'.join(_STYLES)})(?=[ >])")


@dataclass(frozen=True, slots=True)
class Mail:
    """What is sent: one line of subject, the words, and the same as HTML."""

    subject: str
    text: str
    html: str


def render(reply: Reply, base_url: str, to_html: Callable[[str], str]) -> Mail:
    """Return the reply as a mail. A private reply becomes a notice with a link: a mailbox is not a private place."""
    if reply.private:
        reply = notice(reply, base_url)
    links = _links(reply, base_url)
    return Mail(_subject(reply), _text(reply, links, base_url), _html(reply, links, base_url, to_html))


def notice(reply: Reply, base_url: str) -> Reply:
    """Return what may be said instead of a private reply: that there is something to read, and where."""
    base = base_url.rstrip("/")
    url = next((c.url for c in reply.choices if c.url and c.url.startswith(f"{base}/")), f"{base}/my")
    return Reply(say("mail.notice", reply.language, url=url), language=reply.language)


def one_line(text: str) -> str:
    """Return a text as one line without control characters, for a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _subject(reply: Reply) -> str:
    first = next((node for node in tree(reply.text_md).children if node.type == "heading"), None)
    reference = one_line(reply.status.split(" · ")[0])
    if first is not None:
        shown = one_line(words(first))
    elif reference:
        shown = say("mail.subject_ref", reply.language, reference=reference)
    else:
        shown = say("mail.subject", reply.language)
    return shown if len(shown) <= MAX_SUBJECT else shown[: MAX_SUBJECT - 1].rstrip() + "…"


def _links(reply: Reply, base_url: str) -> list[tuple[str, str]]:
    """What can be followed: links among the buttons, files, and the page where the conversation goes on."""
    found = [(choice.label, choice.url) for choice in reply.choices if choice.url]
    found += [(file.name, file.url) for file in reply.files]
    if any(not choice.url for choice in reply.choices) or reply.form is not None:
        found.append((say("mail.go_on", reply.language), "/chat"))
    whole = [(label, safe_link(url)) for label, url in found]
    base = base_url.rstrip("/")
    return [(one_line(label), base + url if url.startswith("/") else url) for label, url in whole if url]


def _text(reply: Reply, links: list[tuple[str, str]], base_url: str) -> str:
    parts = [reply.speaker, draw(reply.text_md, PLAIN, base_url)]
    for citation, quoted in _sources(reply):
        parts.append(f"{citation.title}\n{draw(quoted, PLAIN, base_url)}".strip())
    parts += ["\n".join(f"{label}: {url}" for label, url in links), reply.status, _foot(reply, base_url)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(reply: Reply, links: list[tuple[str, str]], base_url: str, to_html: Callable[[str], str]) -> str:
    parts = [f'<p style="{_QUIET}">{escape(reply.speaker)}</p>'] if reply.speaker else []
    parts.append(_styled(to_html(reply.text_md)))
    for citation, quoted in _sources(reply):
        parts.append(f"<p><strong>{escape(citation.title)}</strong></p>{_styled(to_html(quoted))}")
    buttons = "".join(f'<a href="{escape(url)}" style="{_BUTTON}">{escape(label)}</a>' for label, url in links)
    if buttons:
        parts.append(f"<p>{buttons}</p>")
    if reply.status:
        parts.append(f'<p style="{_QUIET}">{escape(reply.status)}</p>')
    foot = f'<p style="{_QUIET};max-width:600px;margin:16px auto 0">{escape(_foot(reply, base_url))}</p>'
    head = f'<!doctype html><html lang="{escape(reply.language)}"><head><meta charset="utf-8"></head>'
    return f'{head}<body style="{_BODY}"><div style="{_CARD}">{"".join(parts)}</div>{foot}</body></html>'


def _sources(reply: Reply) -> list[tuple[Citation, str]]:
    """Every source with its passage, which is left out where the text quotes it already."""
    return [(one, "" if one.quote.strip() in reply.text_md else one.quote) for one in reply.citations]


def _styled(html: str) -> str:
    """Put the styles into the tags: mail programs drop style sheets."""
    return _TAGS.sub(lambda tag: f'{tag[0]} style="{_STYLES[tag[1]]}"', html)


def _foot(reply: Reply, base_url: str) -> str:
    return say("mail.foot", reply.language, url=base_url)
