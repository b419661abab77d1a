"""What Slack waits for is answered at once: forms opened, refused in words, closed; commands acknowledged."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from deskbot.channels.slack import delivery, forms, interactivity
from deskbot.channels.slack.door import Answer
from deskbot.channels.slack.interactivity import Interactivity
from deskbot.channels.slack.web_api import WebApi
from deskbot.desk.conversation import Turn
from deskbot.desk.errors import NotAllowed
from deskbot.desk.messages import Form, FormField, Reply
from tests.channels.slack.payloads import ALICE, NOW, TEAM, command, pressed, submitted
from tests.channels.slack.recorder import Recorder, recording, refuse

FORM = Form(
    "leave", "Parental leave", (FormField("why", "text", "Why"), FormField("day", "date", "From")), "Send", token="t"
)
VIEW = forms.modal(FORM, f"{TEAM}:D01ALICE:{NOW}.000100")
Respond = Callable[..., Any]


@pytest.fixture
async def slack() -> AsyncIterator[Recorder]:
    async with recording() as recorder:
        yield recorder


@pytest.fixture
async def respond(slack: Recorder) -> AsyncIterator[Respond]:
    api = WebApi(lambda _: "xoxb-1", slack.url + "/api/")
    await api.start()

    async def answered(payload: dict[str, Any], turn: Turn | Exception | None, *, rounds: int = 0) -> Answer:
        async def answer(_key: str) -> Turn | None:
            for _ in range(rounds):
                await asyncio.sleep(0)
            if isinstance(turn, Exception):
                raise turn
            return turn

        raw = delivery.raw(delivery.of(payload, None), datetime.fromtimestamp(NOW, UTC))
        response = await Interactivity(api, answer, "https://desk.example").respond(raw)
        await _everything_else()
        return response

    yield answered
    await api.close()


async def _everything_else() -> None:
    """Wait for what goes on after the acknowledgement."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    listeners = [task for task in others if "slack_bolt" in repr(task) or "_on_" in repr(task)]
    await asyncio.gather(*listeners)


async def test_a_button_can_open_a_form(slack: Recorder, respond: Respond) -> None:
    response = await respond(pressed("open_form"), Turn(form=FORM))
    assert (response.status, response.body) == (200, b"")
    (opened,) = slack.named("views.open")
    assert opened["trigger_id"] == pressed()["trigger_id"]
    assert opened["view"]["callback_id"] == "leave"
    assert forms.context(opened["view"]).conversation == f"{TEAM}:D01ALICE:{NOW}.000100"


async def test_a_form_that_opens_too_late_asks_to_press_again(slack: Recorder, respond: Respond) -> None:
    slack.failures["views.open"] = [refuse("expired_trigger_id")]
    await respond(pressed("open_form"), Turn(form=FORM))
    (told,) = slack.named("chat.postEphemeral")
    assert (told["user"], told["channel"]) == (ALICE, "D01ALICE")
    assert "again" in told["text"]


async def test_a_short_word_is_shown_to_the_presser_alone(slack: Recorder, respond: Respond) -> None:
    await respond(pressed(), Turn(toast="Done <!here>"))
    (told,) = slack.named("chat.postEphemeral")
    assert (told["user"], told["text"]) == (ALICE, "Done &lt;!here&gt;")


async def test_a_refused_form_says_so_at_the_field(respond: Respond) -> None:
    response = await respond(submitted(VIEW, {}), Turn(errors={"why": "Please say why."}))
    assert json.loads(response.body) == {"response_action": "errors", "errors": {"why": "Please say why."}}


async def test_a_taken_form_closes(respond: Respond) -> None:
    response = await respond(submitted(VIEW, {}), Turn((Reply("HR-1001 is open."),)))
    assert (response.status, response.body) == (200, b"")


async def test_a_form_can_lead_to_the_next(respond: Respond) -> None:
    answer = json.loads((await respond(submitted(VIEW, {}), Turn(form=FORM))).body)
    assert (answer["response_action"], answer["view"]["callback_id"]) == ("update", "leave")


@pytest.mark.parametrize("turn", [None, ConnectionError("the database is away")])
async def test_a_form_that_is_kept_but_not_yet_worked_is_never_shown_as_lost(respond: Respond, turn: Any) -> None:
    answer = json.loads((await respond(submitted(VIEW, {}), turn)).body)
    assert answer["response_action"] == "update"
    assert "answer in our conversation" in str(answer["view"]["blocks"])


async def test_a_form_that_takes_long_is_acknowledged_and_its_faults_told_afterwards(
    slack: Recorder, respond: Respond, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interactivity, "VIEW_SECONDS", 0.0)
    refused = Turn(errors={"why": "Please say why."})
    answer = json.loads((await respond(submitted(VIEW, {}), refused, rounds=50)).body)
    assert answer["response_action"] == "update"
    assert [told["text"] for told in slack.named("chat.postEphemeral")] == ["Please say why."]


async def test_a_command_is_acknowledged_in_words_for_its_writer_alone(respond: Respond) -> None:
    answer = json.loads((await respond(command(), Turn((Reply("Nada.", language="pt"),)))).body)
    assert answer == {"text": "Recebido. Respondo-lhe na nossa conversa.", "response_type": "ephemeral"}


async def test_a_command_can_open_a_form(slack: Recorder, respond: Respond) -> None:
    await respond(command("letter"), Turn(form=FORM))
    assert slack.named("views.open")[0]["trigger_id"] == "99.88.77"


async def test_a_refusal_in_words_is_shown_to_the_presser(slack: Recorder, respond: Respond) -> None:
    await respond(pressed(), NotAllowed("You may not do this."))
    assert slack.named("chat.postEphemeral")[0]["text"] == "You may not do this."


async def test_a_shortcut_is_acknowledged(respond: Respond) -> None:
    payload = {"type": "message_action", "callback_id": "hr_from_message", "message": {"text": "x", "ts": "1.1"}}
    response = await respond(pressed(**payload), Turn())
    assert (response.status, response.body) == (200, b"")


async def test_an_old_click_that_was_worked_before_says_nothing(slack: Recorder, respond: Respond) -> None:
    response = await respond(pressed(), None)
    assert response.status == 200
    assert not slack.calls
