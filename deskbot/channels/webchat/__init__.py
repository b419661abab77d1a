"""The built-in web chat: a door that turns what a signed-in person does into deliveries, and the drawing of replies."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from deskbot.channels.webchat import door, parse, render
from deskbot.desk.messages import FileIn, Form, Inbound, Reply
from deskbot.ports import Outgoing, Profile, RawDelivery

NAME = "webchat"


class WebChat:
    """The web chat as a channel. Its pages read the conversation themselves, so nothing is ever sent.

    `to_html` turns Markdown into HTML that is safe to put into a page.
    """

    name = NAME

    def __init__(self, to_html: Callable[[str], str]) -> None:
        self._drawing = render.Drawing(to_html)

    def delivery(
        self,
        *,
        person_id: int,
        conversation: str,
        key: str,
        kind: str,
        received_at: datetime,
        text: str = "",
        verb: str = "",
        value: str = "",
        fields: Mapping[str, str] | None = None,
        files: Sequence[FileIn] = (),
        language: str = "en",
    ) -> RawDelivery:
        """Return what a signed-in person did as a delivery; `key` comes from the browser and is bound to the person."""
        said = door.Said(kind, text, verb, value, dict(fields or {}), tuple(files), language)
        return door.delivery(NAME, person_id, conversation, key, said, received_at)

    def parse(self, kind: str, body: bytes) -> list[Inbound]:
        """Turn a delivery of our own door into what the person did."""
        return [parse.inbound(NAME, body)]

    async def fetch(self, kind: str, body: bytes, inbounds: Sequence[Inbound]) -> list[Inbound]:
        """Files come with the delivery itself."""
        return list(inbounds)

    async def deliver(self, outgoing: Outgoing) -> str:
        """Nothing has to be sent: the open page is told that its conversation changed, and reads it."""
        return outgoing.key

    async def find(self, outgoing: Outgoing) -> str | None:
        """Whatever is stored is there."""
        return outgoing.key

    async def profile(self, scope: str, sender: str) -> Profile | None:
        """People of the web chat are signed in; there is nobody to ask."""
        return None

    def draw(self, reply: Reply, *, action: str, csrf: str, live: bool) -> str:
        """Return a reply as HTML; its buttons and form post to `action` and are there only while it is `live`."""
        return self._drawing.reply(reply, action, csrf, live)

    def draw_form(
        self, form: Form, *, action: str, csrf: str, language: str, errors: Mapping[str, str] | None = None
    ) -> str:
        """Return a form as HTML that posts to `action`."""
        return self._drawing.form(form, action, csrf, language, errors or {})
