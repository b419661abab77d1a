"""Adaptive Cards: buttons and forms, drawn and read back. Version 1.5, the highest that Teams draws."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from deskbot.desk.markup import MARKDOWN, Rows, cut, draw, whole_address
from deskbot.desk.messages import Choice, Form, FormField
from deskbot.desk.texts import say

Element = dict[str, Any]

CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
MAX_TEXT = 4_000
MAX_TITLE = 75
MAX_BUTTONS = 5
"""Buttons in a row: Teams shows six and hides the rest (learn.microsoft.com, "Cards reference")."""
FORM = "form"
_INPUT = "field:"
_STYLES = {"primary": "positive", "danger": "destructive"}


def _rows(rows: Rows) -> str:
    return "\n".join("- " + " · ".join(row) for row in rows)


BLOCK = replace(MARKDOWN, heading=lambda _, text: f"**{text}**", table=_rows, fence="", quote="", strike="", rule="—")
"""What a card's text block draws: bold, emphasis, lists and links, nothing else."""


@dataclass(frozen=True, slots=True)
class Press:
    """What a button sent back: its verb (a form's key for a form), the opaque token, and what was filled in."""

    verb: str
    token: str
    is_form: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


def pressed(data: Mapping[str, Any]) -> Press | None:
    """Read the data of a pressed button; None when it is none of ours."""
    verb, token = data.get("action"), data.get("token")
    if not isinstance(verb, str) or not isinstance(token, str) or not verb:
        return None
    if verb != FORM:
        return Press(verb, token)
    fields = {name.removeprefix(_INPUT): str(data[name]) for name in data if name.startswith(_INPUT)}
    return Press(str(data.get("form", "")), token, True, fields)


def whole(body: Sequence[Element]) -> Element:
    """Return a card of these elements."""
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "body": list(body),
    }


def attachment(content: Element) -> Element:
    """Return a card as a message carries it."""
    return {"contentType": CONTENT_TYPE, "content": content}


def block(markdown: str, **look: Any) -> Element:
    """Return a text block of text that is already in the card's dialect."""
    return {"type": "TextBlock", "text": cut(markdown, MAX_TEXT) or "–", "wrap": True, **look}


def small(markdown: str) -> Element:
    """Return a quiet line of text that is already in the card's dialect."""
    return block(markdown, size="Small", isSubtle=True, spacing="Small")


def words(text: str) -> str:
    """Return bare words in the card's dialect."""
    return BLOCK.text(" ".join(text.split()))


def link(label: str, url: str, base_url: str) -> str:
    """Return a link in the card's dialect, or the bare label where the address may not be followed."""
    address = whole_address(url, base_url)
    shown = words(cut(label, 250))
    return BLOCK.link(shown, address) if address else shown


def buttons(choices: Iterable[Choice], base_url: str) -> list[Element]:
    """Return rows of buttons; a choice that cannot be a button here is shown as words."""
    drawn, left = [], []
    for choice in choices:
        address = whole_address(choice.url, base_url) if choice.url else ""
        if address is None:
            left.append(small(words(choice.label)))
        elif address:
            drawn.append({"type": "Action.OpenUrl", "title": _title(choice.label), "url": address} | _style(choice))
        else:
            drawn.append(execute(choice.label, {"action": choice.verb, "token": choice.value}) | _style(choice))
    return [*_in_rows(drawn), *left]


def execute(title: str, data: Mapping[str, Any]) -> Element:
    """Return a button that comes back to us; what it carries is seen, and can be changed, by whoever presses it."""
    return {"type": "Action.Execute", "title": _title(title), "verb": str(data["action"]), "data": dict(data)}


def form(asked: Form, language: str, base_url: str, errors: Mapping[str, str]) -> list[Element]:
    """Draw a form: its fields, a sentence at each that was wrong, and the button that sends it."""
    names = {found.key: found for found in asked.fields}
    body = [block(words(asked.title), weight="Bolder", size="Medium")]
    body += [block(draw(asked.intro_md, BLOCK, base_url))] if asked.intro_md.strip() else []
    body += [_wrong(sentence) for key, sentence in errors.items() if key not in names]
    for found in asked.fields:
        body += _field(replace(found, error=found.error or errors.get(found.key, "")), names, language)
    if any(found.kind == "file" for found in asked.fields):
        page = link(say("teams.form_page", language), f"/requests/{asked.key}", base_url)
        body.append(small(f"{words(say('teams.no_files', language))} {page}"))
    data = {"action": FORM, "form": asked.key, "token": asked.token}
    return [*body, *_in_rows([{**execute(asked.submit_label, data), "style": "positive"}])]


def _field(asked: FormField, fields: Mapping[str, FormField], language: str) -> list[Element]:
    if asked.kind == "file":
        return []
    needed = asked.required and asked.when is None
    drawn: Element = {
        "id": f"{_INPUT}{asked.key}",
        "label": cut(asked.label, MAX_TEXT),
        **_INPUTS.get(asked.kind, _line)(asked, language),
    }
    if needed:
        drawn |= {"isRequired": True, "errorMessage": say("teams.required", language, field=asked.label)}
    hint = " ".join(filter(None, [asked.hint, _condition(asked, fields, language)]))
    return [drawn, *([small(words(hint))] if hint else []), *([_wrong(asked.error)] if asked.error else [])]


def _wrong(sentence: str) -> Element:
    return block(words(sentence), color="Attention", spacing="Small")


def _condition(asked: FormField, fields: Mapping[str, FormField], language: str) -> str:
    if asked.when is None or asked.when[0] not in fields:
        return ""
    other = fields[asked.when[0]]
    answer = dict(other.options).get(asked.when[1]) or _yes_no(language).get(asked.when[1], asked.when[1])
    return say("teams.only_when", language, field=other.label, value=answer)


def _yes_no(language: str) -> dict[str, str]:
    return {"yes": say("teams.yes", language), "no": say("teams.no", language)}


def _line(asked: FormField, _language: str) -> Element:
    styles = {"email": "Email", "phone": "Tel"}
    look = {"style": styles[asked.kind]} if asked.kind in styles else {}
    return {"type": "Input.Text", "maxLength": MAX_TEXT, **look, **_value(asked.value[:MAX_TEXT])}


def _lines(asked: FormField, language: str) -> Element:
    return {**_line(asked, language), "isMultiline": True}


def _options(asked: FormField, _language: str) -> Element:
    return _choice_set(dict(asked.options), asked.value, "compact") if asked.options else _line(asked, _language)


def _radio(asked: FormField, language: str) -> Element:
    return _choice_set(_yes_no(language), asked.value, "expanded")


def _choice_set(options: Mapping[str, str], value: str, style: str) -> Element:
    choices = [{"title": label, "value": key} for key, label in options.items()]
    return {"type": "Input.ChoiceSet", "style": style, "choices": choices, **_value(value if value in options else "")}


def _date(asked: FormField, _language: str) -> Element:
    try:
        return {"type": "Input.Date", **_value(date.fromisoformat(asked.value).isoformat())}
    except ValueError:
        return {"type": "Input.Date"}


def _number(asked: FormField, _language: str) -> Element:
    is_number = re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", asked.value) is not None
    return {"type": "Input.Number"} | ({"value": float(asked.value)} if is_number else {})


def _value(value: str) -> Element:
    return {"value": value} if value else {}


# A person is asked for by e-mail address or name: somebody in Teams need not be in the directory of people.
_INPUTS: Mapping[str, Callable[[FormField, str], Element]] = {
    "long_text": _lines,
    "choice": _options,
    "yes_no": _radio,
    "date": _date,
    "number": _number,
}


def _title(label: str) -> str:
    return cut(" ".join(label.split()) or "–", MAX_TITLE)


def _style(choice: Choice) -> Element:
    return {"style": _STYLES[choice.style]} if choice.style in _STYLES else {}


def _in_rows(drawn: Sequence[Element]) -> list[Element]:
    rows = [drawn[i : i + MAX_BUTTONS] for i in range(0, len(drawn), MAX_BUTTONS)]
    return [{"type": "ActionSet", "actions": list(row)} for row in rows]
