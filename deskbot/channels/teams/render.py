"""Draw a reply as Teams messages. Pure: text as Markdown, sources, files, buttons and forms in a card below it."""

from typing import Any

from deskbot.channels.teams import card
from deskbot.channels.teams.card import Element
from deskbot.desk.markup import MARKDOWN, PLAIN, chunks, cut, draw, whole_address
from deskbot.desk.messages import Citation, Reply
from deskbot.desk.texts import say

MAX_TEXT = 8_000
"""Characters of one message's text: with the card, well within the 28 KB that Teams lets through (learn.microsoft.com,
"Limits and specifications for Microsoft Teams", size of a chat message)."""
MAX_NAME, MAX_ABSTRACT = 80, 160
"""Characters of a citation's name and extract (learn.microsoft.com, "Bot messages with AI-generated content")."""

Message = dict[str, Any]


def render(reply: Reply, base_url: str = "") -> list[Message]:
    """Return the reply as at least one message; a long one goes on in the next, the card hangs below the last."""
    texts = _texts(reply, base_url)
    body = _card(reply, base_url)
    if reply.status:
        # A line about the ticket stands in the card where there is one, else it is no reason for a card.
        line = card.words(reply.status)
        body, texts[-1] = ([*body, card.small(line)], texts[-1]) if body else ([], f"{texts[-1]}\n\n_{line}_".strip())
    if reply.citations:
        texts[-1] = f"{texts[-1]}\n\n{' '.join(f'[{n}]' for n in range(1, len(reply.citations) + 1))}".strip()
    messages = [_message(text) for text in texts]
    if reply.citations:
        messages[-1]["entities"] = [_sources(reply, base_url)]
    if body:
        messages[-1]["attachments"] = [card.attachment(card.whole(body))]
    return messages


def _texts(reply: Reply, base_url: str) -> list[str]:
    texts = chunks(reply.text_md, MARKDOWN, MAX_TEXT, base_url) or [""]
    if reply.speaker:
        # A person's words stand under their name, and no mark-up of theirs can mention anybody.
        texts[0] = f"**{MARKDOWN.text(' '.join(reply.speaker.split()))}**\n\n{texts[0]}"
    return texts


def _message(text: str) -> Message:
    return {"type": "message", "textFormat": "markdown", "text": text or "…"}


def _card(reply: Reply, base_url: str) -> list[Element]:
    body = [card.small(_source(n, found, reply, base_url)) for n, found in enumerate(reply.citations, 1)]
    body += [card.block(f"📎 {card.link(file.name, file.url, base_url)}") for file in reply.files]
    body += card.form(reply.form, reply.language, base_url, {}) if reply.form else []
    return [*body, *card.buttons(reply.choices, base_url)]


def _source(number: int, citation: Citation, reply: Reply, base_url: str) -> str:
    line = f"[{number}] {card.link(citation.title, citation.url or '', base_url)}"
    if citation.effective is None:
        return line
    return f"{line} · {card.words(say('teams.in_force', reply.language, date=citation.effective))}"


def _sources(reply: Reply, base_url: str) -> Element:
    """Return the sources as Teams shows them at `[1]`; only what a language model worded is called generated."""
    return ({"additionalType": ["AIGeneratedContent"]} if reply.generated else {}) | {
        "type": "https://schema.org/Message",
        "@type": "Message",
        "@context": "https://schema.org",
        "@id": "",
        "citation": [_claim(n, found, base_url) for n, found in enumerate(reply.citations, 1)],
    }


def _claim(number: int, citation: Citation, base_url: str) -> Element:
    extract = " ".join(draw(citation.quote, PLAIN, base_url).split())
    shown: Element = {
        "@type": "DigitalDocument",
        "name": cut(citation.title, MAX_NAME) or "–",
        "abstract": cut(extract, MAX_ABSTRACT) or "–",
    }
    address = whole_address(citation.url, base_url) if citation.url else None
    return {
        "@type": "Claim",
        "position": number,
        "appearance": shown | ({"url": address} if address else {}),
    }
