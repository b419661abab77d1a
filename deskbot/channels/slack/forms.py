"""A form as a Slack modal: drawn, read back, and refused with a sentence at each wrong field."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from deskbot.channels.slack.blocks import MAX_TEXT, MRKDWN, Block, plain, section
from deskbot.channels.slack.delivery import part, parts
from deskbot.desk.markup import chunks, cut
from deskbot.desk.messages import Form, FormField
from deskbot.desk.texts import say

MAX_TITLE = 24
MAX_BLOCKS = 100
MAX_METADATA = 3_000
MAX_LABEL = 2_000
MAX_OPTIONS = 100
MAX_OPTION_VALUE = 150
MAX_FILES = 5
_INPUT = "answer"
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


@dataclass(frozen=True, slots=True)
class FormContext:
    """What travels in a modal and comes back: the form's opaque token and the conversation it belongs to."""

    token: str = ""
    conversation: str = ""


def modal(form: Form, conversation: str, language: str = "en", base_url: str = "") -> Block:
    """Draw a form as a modal view. A field for another field's value is optional and says when it is meant."""
    labels = {field.key: field for field in form.fields}
    intro = [section(text) for text in chunks(form.intro_md, MRKDWN, MAX_TEXT, base_url)]
    inputs = [_input(field, labels, language) for field in form.fields]
    metadata = json.dumps({"token": form.token, "conversation": conversation})
    if len(metadata) > MAX_METADATA or len(inputs) > MAX_BLOCKS:
        raise ValueError(f"The form {form.key} is too large for a Slack modal.")
    return {
        "type": "modal",
        "callback_id": form.key[:255],
        "title": plain(form.title, MAX_TITLE),
        "submit": plain(form.submit_label, MAX_TITLE),
        "close": plain(say("slack.cancel", language), MAX_TITLE),
        "private_metadata": metadata,
        "blocks": [*intro[: MAX_BLOCKS - len(inputs)], *inputs],
    }


def context(view: Mapping[str, Any]) -> FormContext:
    """Return what `modal` put into a view; empty when somebody else made the view."""
    try:
        found = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return FormContext()
    if not isinstance(found, dict):
        return FormContext()
    return FormContext(str(found.get("token", "")), str(found.get("conversation", "")))


def values(view: Mapping[str, Any]) -> tuple[dict[str, str], list[Mapping[str, Any]]]:
    """Return the fields people filled in, by the form's keys, and Slack's records of the files they added."""
    state = part(part(view, "state"), "values")
    answers = {key: part(part(state, key), _INPUT) for key in state}
    files = [file for found in answers.values() for file in parts(found, "files") if file.get("id")]
    return {key: _value(found) for key, found in answers.items()}, files


def errors(view: Mapping[str, Any], refused: Mapping[str, str]) -> dict[str, str]:
    """Return the sentences by input block; what is wrong with no field of this view stands at its first."""
    present = [str(block.get("block_id")) for block in parts(view, "blocks") if block.get("type") == "input"]
    placed: dict[str, str] = {}
    for field, sentence in refused.items():
        block = field if field in present else next(iter(present), field)
        placed[block] = cut(f"{placed[block]} {sentence}" if block in placed else sentence, MAX_LABEL)
    return placed


def _value(found: Mapping[str, Any]) -> str:
    if parts(found, "files"):
        return ", ".join(str(file.get("name") or file.get("id")) for file in parts(found, "files"))
    option = part(found, "selected_option")
    for name in ("value", "selected_date", "selected_user", "selected_time"):
        if found.get(name):
            return str(found[name])
    return str(option.get("value") or "")


def _input(field: FormField, fields: Mapping[str, FormField], language: str) -> Block:
    hint = " ".join(filter(None, [field.error, field.hint, _condition(field, fields, language)]))
    drawn: Block = {
        "type": "input",
        "block_id": field.key[:255],
        "label": plain(field.label, MAX_LABEL),
        "element": {**_ELEMENTS.get(field.kind, _one_line)(field, language), "action_id": _INPUT},
        "optional": not field.required or field.when is not None,
    }
    return drawn | ({"hint": plain(hint, MAX_LABEL)} if hint else {})


def _condition(field: FormField, fields: Mapping[str, FormField], language: str) -> str:
    if field.when is None or field.when[0] not in fields:
        return ""
    other = fields[field.when[0]]
    answer = dict(other.options).get(field.when[1]) or _yes_no(language).get(field.when[1], field.when[1])
    return say("slack.only_when", language, field=other.label, value=answer)


def _yes_no(language: str) -> dict[str, str]:
    return {"yes": say("slack.yes", language), "no": say("slack.no", language)}


def _one_line(field: FormField, _language: str) -> Block:
    initial = {"initial_value": field.value[:MAX_TEXT]} if field.value else {}
    return {"type": "plain_text_input", "max_length": MAX_TEXT, **initial}


def _many_lines(field: FormField, language: str) -> Block:
    return {**_one_line(field, language), "multiline": True}


def _choice(field: FormField, language: str) -> Block:
    options = [(value, label) for value, label in field.options if 0 < len(value) <= MAX_OPTION_VALUE]
    if not options or len(field.options) > MAX_OPTIONS or len(options) < len(field.options):
        return _one_line(field, language)
    drawn = {value: {"text": plain(label, 75), "value": value} for value, label in options}
    initial = {"initial_option": drawn[field.value]} if field.value in drawn else {}
    return {"type": "static_select", "options": list(drawn.values()), **initial}


def _radio(field: FormField, language: str) -> Block:
    drawn = {value: {"text": plain(label, 75), "value": value} for value, label in _yes_no(language).items()}
    initial = {"initial_option": drawn[field.value]} if field.value in drawn else {}
    return {"type": "radio_buttons", "options": list(drawn.values()), **initial}


def _date(field: FormField, _language: str) -> Block:
    try:
        initial = {"initial_date": date.fromisoformat(field.value).isoformat()}
    except ValueError:
        initial = {}
    return {"type": "datepicker", **initial}


def _email(field: FormField, _language: str) -> Block:
    return {"type": "email_text_input"} | ({"initial_value": field.value} if _EMAIL.fullmatch(field.value) else {})


def _number(field: FormField, _language: str) -> Block:
    is_number = re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", field.value) is not None
    initial = {"initial_value": field.value} if is_number else {}
    return {"type": "number_input", "is_decimal_allowed": True, **initial}


def _file(_field: FormField, _language: str) -> Block:
    return {"type": "file_input", "max_files": MAX_FILES}


# A person is asked for by e-mail address or name: a Slack account need not be in the directory of people.
_ELEMENTS: Mapping[str, Callable[[FormField, str], Block]] = {
    "text": _one_line,
    "long_text": _many_lines,
    "choice": _choice,
    "date": _date,
    "money": _one_line,
    "number": _number,
    "person": _one_line,
    "file": _file,
    "bank_account": _one_line,
    "email": _email,
    "phone": _one_line,
    "yes_no": _radio,
}
