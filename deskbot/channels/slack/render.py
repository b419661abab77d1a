"""Draw a reply as Slack messages. Pure: what Slack cannot draw is drawn as text, nothing is dropped."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from deskbot.channels.slack import blocks as kit
from deskbot.channels.slack.blocks import Block
from deskbot.desk.markup import MARKDOWN, PLAIN, chunks, cut, draw, escape, whole_address
from deskbot.desk.messages import Citation, Form, Reply
from deskbot.desk.texts import say

MAX_MESSAGE = 9_000
"""Characters of block JSON: Slack's limit is undocumented; one message was refused at 11,341 (bolt-js issue 2867)."""
MAX_BLOCKS = 45
MAX_HOME_BLOCKS = 95
MAX_PLAIN = 3_000


@dataclass(slots=True)
class Message:
    """One Slack message: `text` for notifications and screen readers, already escaped, and the blocks that are seen."""

    text: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Part:
    block: Block
    words: str = ""


def render(reply: Reply, base_url: str = "") -> list[Message]:
    """Return the reply as at least one message, each within Slack's limits; a long one goes on in the next."""
    messages: list[Message] = []
    for part in _parts(reply, base_url):
        if not messages or not _fits(messages[-1], part):
            messages.append(Message(""))
        messages[-1].blocks.append(part.block)
        messages[-1].text = f"{messages[-1].text}\n{part.words}".strip() if part.words else messages[-1].text
    for message in messages:
        message.text = cut(escape(message.text), MAX_PLAIN) or "…"
    return messages or [Message("…", kit.context(["…"]))]


def render_home(reply: Reply, base_url: str = "") -> Block:
    """Return the App Home view of a reply; Home knows no `markdown` block, so its text is Slack's own mark-up."""
    texts = [kit.section(text) for text in chunks(reply.text_md, kit.MRKDWN, kit.MAX_TEXT, base_url)]
    rest = [part.block for part in _after_text(reply, base_url)]
    return {"type": "home", "blocks": [*texts, *rest][:MAX_HOME_BLOCKS] or kit.context(["…"])}


def _fits(message: Message, part: _Part) -> bool:
    together = [*message.blocks, part.block]
    return len(together) <= MAX_BLOCKS and kit.size(together) <= MAX_MESSAGE


def _parts(reply: Reply, base_url: str) -> Iterator[_Part]:
    if reply.speaker:
        yield from (_Part(block, reply.speaker) for block in kit.context([f"*{escape(reply.speaker)}*"]))
        quoted = kit.quotes(reply.text_md, base_url)
        said = [draw(reply.text_md, PLAIN, base_url)] + [""] * len(quoted)
        yield from (_Part(block, words) for block, words in zip(quoted, said, strict=False))
    else:
        yield from (
            _Part(kit.markdown(text), _words(text)) for text in chunks(reply.text_md, MARKDOWN, 3_000, base_url)
        )
    yield from _after_text(reply, base_url)


def _words(markdown: str) -> str:
    return draw(markdown, PLAIN)


def _after_text(reply: Reply, base_url: str) -> Iterator[_Part]:
    yield from map(_Part, kit.context([_source(n, c, reply, base_url) for n, c in enumerate(reply.citations, 1)]))
    for file in reply.files:
        yield _Part(kit.section(f"📎 {kit.link(file.name, file.url, base_url)}"), file.name)
    yield from map(_Part, _choices(reply, base_url))
    yield from (_Part(block, reply.status) for block in kit.context([escape(reply.status)] if reply.status else []))


def _source(number: int, citation: Citation, reply: Reply, base_url: str) -> str:
    line = kit.link(f"[{number}] {citation.title}", citation.url or "", base_url)
    if citation.effective is None:
        return line
    return f"{line} · {escape(say('slack.in_force', reply.language, date=citation.effective))}"


def _form_button(form: Form | None, language: str) -> list[Block]:
    return [kit.button("open_form", say("chat.open_form", language), form.key, "primary")] if form else []


def _choices(reply: Reply, base_url: str) -> list[Block]:
    """Return the rows of buttons; a choice that cannot be a button here is shown as words."""
    buttons, words = _form_button(reply.form, reply.language), []
    for choice in reply.choices:
        address = whole_address(choice.url, base_url) if choice.url else ""
        if address is None or len(choice.value) > kit.MAX_VALUE or len(address) > kit.MAX_TEXT:
            words.append(escape(choice.label))
        else:
            buttons.append(kit.button(choice.verb, choice.label, choice.value, choice.style, address))
    return kit.actions(buttons) + kit.context(words)
