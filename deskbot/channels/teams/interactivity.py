"""What a pressed button answers at once: the form in place of the card, a form's faults, or a short word."""

from deskbot.channels.teams import card
from deskbot.channels.teams.card import Element
from deskbot.channels.teams.delivery import Payload, part, text
from deskbot.desk.conversation import Turn
from deskbot.desk.texts import LANGUAGES, say

_MESSAGE = "application/vnd.microsoft.activity.message"


def response(activity: Payload, turn: Turn | None, base_url: str) -> Element:
    """Return the invoke response; a turn of None was worked before or takes longer than Teams waits."""
    language = _language(activity, turn)
    press = card.pressed(part(part(part(activity, "value"), "action"), "data"))
    if turn is None:
        return _word(say("teams.late", language))
    if turn.form is not None:
        return _card(card.form(turn.form, language, base_url, turn.errors))
    if turn.errors:
        return _word(" ".join(turn.errors.values()))
    if press is not None and press.is_form and not turn.toast:
        # A form that was taken must not be sent again: its card goes.
        return _card([card.block(card.words(say("teams.form_taken", language)))])
    return _word(turn.toast or say("teams.taken", language))


def _word(sentence: str) -> Element:
    return {"statusCode": 200, "type": _MESSAGE, "value": sentence}


def _card(body: list[Element]) -> Element:
    return {"statusCode": 200, "type": card.CONTENT_TYPE, "value": card.whole(body)}


def _language(activity: Payload, turn: Turn | None) -> str:
    if turn is not None and turn.replies:
        return turn.replies[0].language
    wanted = text(activity, "locale")[:2].lower()
    return wanted if wanted in LANGUAGES else "en"
