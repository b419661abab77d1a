"""Plain words for a cited passage from a language model, within a time budget; whatever goes wrong, there are none."""

import asyncio
from collections import OrderedDict

import structlog
from prometheus_client import Counter

from deskbot.answers.faithful import LONGER, faithful
from deskbot.answers.rephrasing import Material, request
from deskbot.ports import LanguageModel, LanguageModelError

AT_ONCE = 4  # requests; whoever comes while so many wait gets the passage at once
FAILURES = 3  # in a row, then the model is left alone
REST_SECONDS = 30.0
REMEMBERED = 1000
log = structlog.get_logger()
_COUNTED = Counter("deskbot_rephrasings", "Passages that a language model was to put into plain words", ["outcome"])


class Rephraser:
    """Asks the model once for each passage and remembers what came of it, also that it was of no use.

    `seconds` is the whole budget of one question. A model that fails several times in a row is not waited for again
    until it has rested: nobody pays for a dead one with their time.
    """

    def __init__(self, model: LanguageModel, seconds: float) -> None:
        self._model = model
        self._seconds = seconds
        self._known: OrderedDict[Material, str] = OrderedDict()
        self._asked: dict[Material, asyncio.Task[str]] = {}
        self._failures = 0
        self._rests_until = 0.0

    async def rephrase(self, given: Material) -> str:
        """Return the passage in plain words that were checked against it, or "" where it is to be shown as it is."""
        if given in self._known:
            self._known.move_to_end(given)
            return self._counted("remembered", self._known[given])
        task = self._asked.get(given)
        if task is None:
            if asyncio.get_running_loop().time() < self._rests_until:
                return self._counted("resting")
            if len(self._asked) >= AT_ONCE:
                return self._counted("busy")
            task = self._asked[given] = asyncio.create_task(self._ask(given))
            task.add_done_callback(lambda done: self._asked.pop(given, None))
        # Several people may wait for the same passage; one who gives up does not take it from the others.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Give up what is asked, and close the model's connections."""
        for task in list(self._asked.values()):
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)
        await self._model.close()

    async def _ask(self, given: Material) -> str:
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._model.complete(*request(given), round(LONGER * len(given.text)))
        except TimeoutError:
            return self._failed("late")
        except LanguageModelError as error:
            return self._failed(error.reason)
        except Exception as error:
            # The edge: a fault of ours or of a library must not cost anybody their answer.
            log.error("the language model broke", error=type(error).__name__, exc_info=error)
            return self._failed("broken")
        self._failures = 0
        verdict = faithful(answer, given.text, given.language, given.title)
        if verdict.reason:
            log.info("a rephrasing was refused", reason=verdict.reason)
        self._remember(given, verdict.text)
        return self._counted("refused" if verdict.reason else "used", verdict.text)

    def _failed(self, reason: str) -> str:
        self._failures += 1
        if self._failures >= FAILURES:
            self._failures = 0
            self._rests_until = asyncio.get_running_loop().time() + REST_SECONDS
        log.warning("the language model failed", reason=reason)
        return self._counted("failed")

    def _remember(self, given: Material, text: str) -> None:
        self._known[given] = text
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _counted(self, outcome: str, text: str = "") -> str:
        _COUNTED.labels(outcome).inc()
        return text
