"""What Slack wants answered at once: buttons, forms, commands, shortcuts. Bolt dispatches."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from deskbot.channels.slack import forms
from deskbot.channels.slack.blocks import plain, section
from deskbot.channels.slack.door import Answer
from deskbot.channels.slack.parse import conversation_of, direct_conversation, is_direct, split_id, team_of, user_of
from deskbot.channels.slack.web_api import WebApi
from deskbot.desk.conversation import Turn
from deskbot.desk.errors import DeskError
from deskbot.desk.markup import escape
from deskbot.desk.messages import Form, RawDelivery
from deskbot.desk.texts import say

_ANY = re.compile(".*", re.DOTALL)
_DELIVERY = "delivery"
VIEW_SECONDS = 2.2
"""A form is acknowledged before the door gives up waiting, so that it never just closes."""
_log = logging.getLogger(__name__)

AnswerNow = Callable[[str], Awaitable[Turn | None]]


class Interactivity:
    """Bolt behind our door: it has verified, kept and counted the delivery; bolt finds the listener and acknowledges.

    `answer` works the delivery with that key now and returns the turn, or None when it was worked before.
    """

    def __init__(self, api: WebApi, answer: AnswerNow, base_url: str) -> None:
        self._api = api
        self._answer = answer
        self._base_url = base_url
        self._bolt = self._build()

    async def respond(self, raw: RawDelivery) -> Answer:
        """Return what Slack waits for."""
        request = AsyncBoltRequest(body=json.loads(raw.body), mode="socket_mode", context={_DELIVERY: raw.key})
        response = await self._bolt.async_dispatch(request)
        content_type = response.headers.get("content-type", ["text/plain; charset=utf-8"])[0]
        return Answer(response.status, (response.body or "").encode(), content_type)

    def _build(self) -> AsyncApp:
        # Bolt hands arguments over by name and does not know that a method has its own self.
        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            token = self._api.token(team_id or enterprise_id or "")
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

        bolt = AsyncApp(
            client=AsyncWebClient(base_url=self._api.api_url),
            authorize=authorize,
            request_verification_enabled=False,
            ssl_check_enabled=False,
            url_verification_enabled=False,
            ignoring_self_events_enabled=False,
        )
        bolt.action(_ANY)(self._on_action)
        bolt.view(_ANY)(self._on_view)
        bolt.command(_ANY)(self._on_command)
        bolt.shortcut(_ANY)(self._on_command)
        bolt.options(_ANY)(self._on_options)
        return bolt

    async def _on_action(self, ack: Any, context: Mapping[str, Any], body: dict[str, Any]) -> None:
        await ack()
        turn = await self._turn(context)
        if turn is not None:
            await self._show(turn, body, conversation_of(body))

    async def _on_command(self, ack: Any, context: Mapping[str, Any], body: dict[str, Any]) -> None:
        turn = await self._turn(context)
        if turn is None or turn.form is None:
            text = (turn and turn.toast) or say("slack.taken", _language(turn))
            # Only a slash command can carry words in its acknowledgement.
            await (ack(text=escape(text), response_type="ephemeral") if body.get("command") else ack())
            return
        await ack()
        await self._show(turn, body, direct_conversation(body))

    async def _on_view(self, ack: Any, context: Mapping[str, Any], body: dict[str, Any]) -> None:
        conversation = forms.context(body["view"]).conversation or direct_conversation(body)
        working = asyncio.create_task(self._turn(context))
        await asyncio.wait({working}, timeout=VIEW_SECONDS)
        if not working.done():
            await ack(response_action="update", view=_working(body["view"]))
            await self._toast(_late(await working), body, conversation)
            return
        turn = working.result()
        if turn is None:
            await ack(response_action="update", view=_working(body["view"]))
        elif turn.errors:
            await ack(response_action="errors", errors=forms.errors(body["view"], turn.errors))
        elif turn.form is not None:
            drawn = forms.modal(turn.form, conversation, _language(turn), self._base_url)
            await ack(response_action="update", view=drawn)
        else:
            await ack()
            await self._toast(turn, body, conversation)

    @staticmethod
    async def _on_options(ack: Any) -> None:
        await ack(options=[])

    async def _turn(self, context: Mapping[str, Any]) -> Turn | None:
        """Work the delivery now; what fails here stays in the inbox and is worked again by the worker."""
        try:
            return await self._answer(str(context[_DELIVERY]))
        except DeskError as error:
            return Turn(toast=error.message)
        except Exception:  # noqa: BLE001 (the edge: the delivery is durable, Slack only needs an acknowledgement)
            _log.exception("A Slack delivery could not be answered at once: %s", context[_DELIVERY])
            return None

    async def _show(self, turn: Turn, body: dict[str, Any], conversation: str) -> None:
        if turn.form is None:
            await self._toast(turn, body, conversation)
            return
        try:
            await self._open(turn.form, body, conversation, _language(turn))
        except (SlackApiError, TimeoutError) as error:
            _log.warning("The form %s did not open in Slack: %s", turn.form.key, error)
            await self._toast(Turn(toast=say("slack.press_again", _language(turn))), body, conversation)

    async def _open(self, form: Form, body: dict[str, Any], conversation: str, language: str) -> None:
        view = forms.modal(form, conversation, language, self._base_url)
        await self._api.writes(team_of(body)).views_open(trigger_id=str(body.get("trigger_id")), view=view)

    async def _toast(self, turn: Turn, body: dict[str, Any], conversation: str) -> None:
        """Say a short word to the person alone; there is nothing to repeat when Slack does not take it."""
        _, room, thread = split_id(conversation)
        if not turn.toast or not room:
            return
        client, user = self._api.writes(team_of(body)), user_of(body)
        try:
            if is_direct(room) and not room.startswith("D"):
                opened = await client.conversations_open(users=user)
                room = str(opened["channel"]["id"])
            await client.chat_postEphemeral(channel=room, user=user, text=escape(turn.toast), thread_ts=thread or None)
        except (SlackApiError, TimeoutError) as error:
            _log.warning("Slack did not show a short word: %s", error)


def _late(turn: Turn | None) -> Turn:
    """Return what is still to be said once the form has closed: what was wrong with it, for there is no field left."""
    return Turn(toast=" ".join(turn.errors.values()) or turn.toast) if turn else Turn()


def _working(view: Mapping[str, Any]) -> dict[str, Any]:
    title = str((view.get("title") or {}).get("text") or "deskbot")
    text = escape(say("slack.working"))
    return {"type": "modal", "title": plain(title, forms.MAX_TITLE), "blocks": [section(text)]}


def _language(turn: Turn | None) -> str:
    return turn.replies[0].language if turn and turn.replies else "en"
