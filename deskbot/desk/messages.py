"""What people say to the desk and what the desk says back, the same for every channel."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

InboundKind = Literal["message", "edit", "delete", "choice", "form", "command", "open"]


@dataclass(frozen=True, slots=True)
class RawDelivery:
    """A verified delivery as it came in; `key` is unique for the delivery, `kind` tells the channel how to parse it.

    `held`: the door asks for its answer at once, so workers leave it alone for a moment.
    """

    key: str
    channel: str
    kind: str
    body: bytes
    received_at: datetime
    held: bool = False


@dataclass(frozen=True, slots=True)
class FileIn:
    """A file somebody sent: fetched by the channel, held by the desk; `too_large` ones come without their `data`."""

    name: str
    media_type: str
    data: bytes
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing a person did in a channel, parsed from a verified delivery.

    `delivery` is the unique key of the delivery (Slack: team and event id). `scope` is the workspace or tenant,
    `sender` the platform's immutable id of the person. `conversation` is the channel's key of the thread, `place` the
    room that holds it. `private` means that nobody but the sender (and the bot) reads the place.
    `kind` "choice" carries `verb` and `value` of a pressed button, "form" carries `verb` (the form's key), `value`
    (the form's token) and `fields`, "command" a slash command's words in `text`; "edit" and "delete" name the earlier
    message in `external_id`. `address` is what the channel needs to know to write to the sender first.
    """

    channel: str
    delivery: str
    scope: str
    sender: str
    conversation: str
    place: str
    private: bool
    text: str
    sent_at: datetime
    external_id: str = ""
    kind: InboundKind = "message"
    verb: str = ""
    value: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[FileIn, ...] = ()
    mentioned: bool = False
    language: str | None = None
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """The passage an answer rests on.

    `section` is the id `path.md#slug`; `version` a short hash of the section's text; `effective` an ISO date or None;
    `quote` is Markdown; `url` the page of the article on the desk's own web.
    """

    section: str
    title: str
    version: str
    effective: str | None
    quote: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. `verb` names the act, `value` is an opaque signed token; a choice with `url` is a link."""

    verb: str
    label: str
    value: str = ""
    style: Literal["plain", "primary", "danger"] = "plain"
    url: str | None = None


FieldKind = Literal[
    "text",
    "long_text",
    "choice",
    "date",
    "money",
    "number",
    "person",
    "file",
    "bank_account",
    "email",
    "phone",
    "yes_no",
]


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of a form. `options` are (value, label); `when` shows the field only if another has that value."""

    key: str
    kind: FieldKind
    label: str
    required: bool = True
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""
    when: tuple[str, str] | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Questions to be answered together; `key` is the request type, `token` an opaque signed context."""

    key: str
    title: str
    fields: tuple[FormField, ...]
    submit_label: str
    intro_md: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file that goes with a reply: `attachment_id` in the store, `url` the download behind sign-in."""

    name: str
    media_type: str
    url: str
    attachment_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the desk says, neutral; each channel draws it and never drops a part.

    `text_md` is Markdown written by the desk or quoted from an article. `status` is a short line about the ticket
    ("HR-1042 · Payroll · answers by Thu 14:00"). `private` asks the channel to show it to the asker alone.
    `speaker` names the person who wrote it when a specialist answers. `generated`: a language model worded the text
    from the passages of the citations, so that a channel shows those beside it or leads to them.
    """

    text_md: str
    citations: tuple[Citation, ...] = ()
    choices: tuple[Choice, ...] = ()
    form: Form | None = None
    files: tuple[FileLink, ...] = ()
    status: str = ""
    private: bool = False
    speaker: str = ""
    language: str = "en"
    generated: bool = False


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """Return the reply as plain data for the outbox; `reply_from_json` is its inverse."""
    return {key: value for key, value in asdict(reply).items() if value not in ("", (), None, False)} | {
        "text_md": reply.text_md
    }


def reply_from_json(data: Mapping[str, Any]) -> Reply:
    """Rebuild a reply from `reply_to_json`'s data."""
    form = data.get("form")
    return Reply(
        text_md=data["text_md"],
        citations=tuple(Citation(**c) for c in data.get("citations", ())),
        choices=tuple(Choice(**c) for c in data.get("choices", ())),
        form=_form(form) if form else None,
        files=tuple(FileLink(**f) for f in data.get("files", ())),
        status=data.get("status", ""),
        private=data.get("private", False),
        speaker=data.get("speaker", ""),
        language=data.get("language", "en"),
        generated=data.get("generated", False),
    )


def _form(data: Mapping[str, Any]) -> Form:
    fields = tuple(
        FormField(
            **{
                **f,
                "options": tuple((v, label) for v, label in f["options"]),
                "when": tuple(f["when"]) if f["when"] else None,
            }
        )
        for f in data["fields"]
    )
    return Form(**{**data, "fields": fields})
