"""Live updates: a stream that tells an open page that what it shows has changed; the page then reads it again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from fastapi import Request
from starlette.responses import StreamingResponse

from deskbot.web.guard import Forged
from deskbot.web.site import Site

RECHECK_SECONDS = 4.0  # how often the right to listen is looked up again, and how long a lost right can linger
_CHANGED = "event: changed\ndata: 1\n\n"


def stream(
    request: Request, site: Site, topics: Sequence[str], still_allowed: Callable[[], Awaitable[bool]]
) -> StreamingResponse:
    """Return a stream of `changed` events for these topics; it ends as soon as the right to listen is gone."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forged
    body = _events(site, topics, still_allowed)
    return StreamingResponse(body, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _events(
    site: Site, topics: Sequence[str], still_allowed: Callable[[], Awaitable[bool]]
) -> AsyncIterator[str]:
    """Yield an event at once, for what changed while the page was on its way, and then one for each change."""
    changes = site.bus.subscribe(topics)
    waiting = asyncio.ensure_future(_next(changes))
    try:
        await asyncio.sleep(0)
        yield _CHANGED
        while await still_allowed():
            done, _ = await asyncio.wait({waiting}, timeout=RECHECK_SECONDS)
            if not done:
                yield ": still here\n\n"
                continue
            waiting.result()
            waiting = asyncio.ensure_future(_next(changes))
            yield _CHANGED
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def _next(changes: AsyncIterator[str]) -> str:
    return await anext(changes)
