"""A language model behind any OpenAI-compatible address: one request, one text back, and nothing else."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from deskbot.ports import LanguageModelError

LARGEST = 64 * 1024  # bytes of an answer that are read; a wording of a passage takes two
_PATH = "/chat/completions"
_CHARACTERS_OF_A_TOKEN = 2  # rather too few: Portuguese takes more tokens than English


class ChatCompletions:
    """The model named `name` at `url`; `key` goes into the authorisation header alone.

    One client is kept, with its connections. It follows no redirect, reads no proxy or password from the environment,
    offers no tools, and reads no more than `LARGEST` bytes. `seconds` bounds each step; whoever calls bounds the whole.
    """

    def __init__(self, url: str, name: str, key: str = "", seconds: float = 3.0) -> None:
        self._url = url if url.rstrip("/").endswith(_PATH) else url.rstrip("/") + _PATH
        self._name = name
        headers = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "deskbot"}
        if key:
            headers["authorization"] = f"Bearer {key}"
        self._client = httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(seconds),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=4),
            follow_redirects=False,
            trust_env=False,
        )

    async def complete(self, system: str, user: str, longest: int) -> str:
        """Return the model's text, about `longest` characters; raise `LanguageModelError` for whatever is no text."""
        body = {
            "model": self._name,
            "temperature": 0,
            "max_tokens": longest // _CHARACTERS_OF_A_TOKEN + 16,
            "stream": False,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
        }
        try:
            async with self._client.stream("POST", self._url, json=body) as response:
                return said(await _read(response))
        except httpx.TimeoutException as error:
            raise LanguageModelError("late") from error
        except httpx.HTTPError as error:
            raise LanguageModelError("unreachable") from error

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


async def _read(response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise LanguageModelError(f"status_{response.status_code}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise LanguageModelError("malformed")
    data = bytearray()
    async for part in response.aiter_raw():
        data += part
        if len(data) > LARGEST:
            raise LanguageModelError("too_large")
    return bytes(data)


def said(data: bytes) -> str:
    """Return the text of a completion; one that calls tools, was refused or cut off is no text."""
    try:
        choice = json.loads(data)["choices"][0]
        message = choice["message"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise LanguageModelError("malformed") from error
    if not isinstance(choice, Mapping) or not isinstance(message, Mapping) or _is_more(choice, message):
        raise LanguageModelError("no_text")
    text = message.get("content")
    if not isinstance(text, str) or not text.strip():
        raise LanguageModelError("no_text")
    return text


def _is_more(choice: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    wanted = message.get("tool_calls") or message.get("function_call") or message.get("refusal")
    return bool(wanted) or choice.get("finish_reason", "stop") not in ("stop", None)
