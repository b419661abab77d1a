"""A language model's address can answer in any way it likes: a text comes of it, or one word for the log."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from deskbot.adapters.language_model import LARGEST, ChatCompletions, said
from deskbot.ports import LanguageModelError
from tests.stand_in_model import Script, StandIn, closes_half, completion, floods, page, says, sends, stand_in


@asynccontextmanager
async def client(script: Script, key: str = "") -> AsyncIterator[tuple[ChatCompletions, StandIn]]:
    """A stand-in, and a client that speaks to it."""
    async with stand_in(script) as model:
        asking = ChatCompletions(model.url, "small", key, seconds=5.0)
        try:
            yield asking, model
        finally:
            await asking.close()


async def test_a_request_is_one_instruction_and_one_text_without_tools_or_chance() -> None:
    """Temperature 0, no tools, no stream, a limit on length; the key in its header alone."""
    async with client(says("Fine."), "sk-secret") as (asking, model):
        assert await asking.complete("Be short.", "{}", 400) == "Fine."
        (asked,) = model.asked
    assert asked.head.startswith("POST /v1/chat/completions HTTP/1.1")
    assert "Authorization: Bearer sk-secret".lower() in asked.head.lower()
    assert b"sk-secret" not in asked.raw
    assert "cookie" not in asked.head.lower()
    assert asked.body == {
        "model": "small",
        "temperature": 0,
        "max_tokens": 216,
        "stream": False,
        "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "{}"}],
    }


REFUSED = {
    "error 500": (sends(page(b"{}", "500 Internal Server Error")), "status_500"),
    "too many requests": (sends(page(b"", "429 Too Many Requests", "retry-after: 1\r\n")), "status_429"),
    "no access": (sends(page(b"{}", "401 Unauthorized")), "status_401"),
    "another address": (sends(page(b"", "302 Found", "location: /v1/chat/completions\r\n")), "status_302"),
    "moved for good": (sends(page(b"", "308 Permanent Redirect", "location: http://127.0.0.1:1/\r\n")), "status_308"),
    "html": (sends(page(b"<html>Sign in</html>")), "malformed"),
    "nothing": (sends(page(b"")), "malformed"),
    "no json": (sends(page(b'{"choices": [')), "malformed"),
    "a list": (sends(page(b"[]")), "malformed"),
    "no choices": (sends(page(b'{"choices": []}')), "malformed"),
    "an error in 200": (sends(page(b'{"error": {"message": "quota"}}')), "malformed"),
    "no utf-8": (sends(page(b"\xff\xfe\x00")), "malformed"),
    "deep": (sends(page(b"[" * 60_000)), "malformed"),
    "packed": (sends(page(b"x", head="content-encoding: gzip\r\n")), "malformed"),
    "huge": (sends(page(completion("x" * (LARGEST + 1)))), "too_large"),
    "endless": (floods, "too_large"),
    "no http": (sends(b"SSH-2.0-OpenSSH_9.2\r\n"), "unreachable"),
    "closed at once": (sends(b""), "unreachable"),
    "cut off": (sends(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{"), "unreachable"),
    "half closed": (closes_half(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{"), "unreachable"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_no_completion_is_one_word(case: str) -> None:
    """Wrong status, wrong form, too much, too little: always the same error, and never a second request."""
    script, reason = REFUSED[case]
    async with client(script) as (asking, model):
        with pytest.raises(LanguageModelError) as refused:
            await asking.complete("", "", 100)
        assert len(model.asked) == 1
    assert refused.value.reason == reason


async def test_nobody_there_is_one_word() -> None:
    """A port on which nothing listens."""
    async with stand_in(says("")) as model:
        gone = model.url
    asking = ChatCompletions(gone, "small")
    with pytest.raises(LanguageModelError, match="unreachable"):
        await asking.complete("", "", 100)
    await asking.close()


@pytest.mark.parametrize(
    "data",
    [
        completion(None),
        completion(""),
        completion([{"type": "text", "text": "parts"}]),
        completion("I post it.", tool_calls=[{"type": "function", "function": {"name": "post"}}]),
        completion("I post it.", function_call={"name": "post", "arguments": "{}"}),
        completion("No.", refusal="I cannot do that."),
        completion("Half a sen").replace(b'"stop"', b'"length"'),
        completion("").replace(b'"stop"', b'"content_filter"'),
        b'{"choices": [{"message": "text"}]}',
    ],
)
def test_what_calls_tools_refuses_or_is_cut_off_is_no_text(data: bytes) -> None:
    """Only a finished text counts."""
    with pytest.raises(LanguageModelError, match="no_text"):
        said(data)


async def test_the_environment_sends_no_text_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a shell or a container sets for others does not lead our texts elsewhere."""
    async with stand_in(says("From elsewhere.")) as elsewhere, client(says("From the model.")) as (_, model):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, elsewhere.url)
        asking = ChatCompletions(model.url, "small")
        assert await asking.complete("", "", 100) == "From the model."
        assert elsewhere.asked == []
        await asking.close()


def test_unset_nothing_of_it_is_loaded() -> None:
    """Off by default: no client is made, and its module is not even imported."""
    program = (
        "import sys; from deskbot.config import Settings; import deskbot.wiring.inside;"
        "from deskbot.wiring.rephrasing import open_rephraser; assert open_rephraser(Settings(_env_file=None)) is None;"
        "sys.exit('deskbot.adapters.language_model' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
