"""The semantic engine as the settings want it: found, loaded, and its vectors kept complete while the desk serves."""

import asyncio
import json
import sys
from typing import TYPE_CHECKING

import structlog

from deskbot.adapters.model import ModelMissing
from deskbot.adapters.vector_cache import FILE
from deskbot.config import Settings
from deskbot.web.site import Semantic
from deskbot.wiring import memory

if TYPE_CHECKING:
    from deskbot.adapters.content.watch import LiveContent
    from deskbot.adapters.meaning import Semantics

OFF = "The semantic engine is switched off by DESKBOT_SEMANTIC."
LOOK_SECONDS = 1.0  # how soon an edited article is understood
AGAIN_SECONDS = 60.0  # after a failure
log = structlog.get_logger()


def open_semantics(settings: Settings) -> "Semantics":
    """Load the sentence model and open the vectors in the data folder; raises `ModelMissing`, also when it is off."""
    if settings.semantic == "off":
        raise ModelMissing(OFF)
    from deskbot.adapters.meaning import Semantics

    return Semantics(settings.model_dir, settings.data_dir / FILE)


class Understanding:
    """Gives the live content its meaning, and has missing vectors computed beside; until then words alone serve."""

    def __init__(self, settings: Settings, content: "LiveContent") -> None:
        self.state = Semantic("off" if settings.semantic == "off" else "loading")
        self._settings = settings
        self._content = content
        self._stopped = asyncio.Event()

    def attach(self) -> None:
        """Load the model and use the vectors that are there; for a single question that does not wait for more."""
        if self._settings.semantic == "off":
            return
        try:
            semantics = open_semantics(self._settings)
        except ModelMissing as missing:
            log.warning("words alone are searched", reason=missing.message)
            self.state = Semantic("missing")
            return
        self._content.search_by(semantics.attach)
        self._semantics = semantics

    async def run(self) -> None:
        """Load the model, then complete the vectors after each change of the files, until `stop`."""
        await asyncio.to_thread(self.attach)
        await asyncio.to_thread(memory.settle)
        while self.state.word not in ("off", "missing") and not self._stopped.is_set():
            await self._wait(LOOK_SECONDS if await self._complete() else AGAIN_SECONDS)
        await self._stopped.wait()

    def stop(self) -> None:
        """End; vectors that are being computed wait for the next start."""
        self._stopped.set()

    async def _complete(self) -> bool:
        """Compute what is missing, and use it; False where that failed."""
        semantics = self._semantics
        if semantics.missing:
            wanted = list(semantics.missing)
            code = await self._compute(wanted)
            await asyncio.to_thread(self._content.search_by, semantics.attach)
            # Where nothing of it came back, the same work would be done again and again.
            if (code or set(wanted) <= set(semantics.missing)) and not self._stopped.is_set():
                log.error("vectors could not be computed", exit_status=code)
                return False
        self.state = Semantic("ready", semantics.known, semantics.known)
        return True

    async def _compute(self, texts: list[str]) -> int:
        self.state = Semantic("computing", 0, len(texts))
        folder, cache = self._settings.model_dir or "", self._settings.data_dir / FILE
        command = [sys.executable, "-m", "deskbot.adapters.encoder", str(folder), str(cache)]
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        except OSError as error:
            return error.errno or 1  # No memory or no processes left: words alone serve, and it is tried again.
        progress = asyncio.create_task(self._progress(process, texts))
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait((progress, stopped), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            if not progress.done():
                process.kill()
            await progress
        return await process.wait()

    async def _progress(self, process: asyncio.subprocess.Process, texts: list[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(texts).encode())
        process.stdin.close()
        async for line in process.stdout:
            self.state = Semantic("computing", int(line), len(texts))

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except TimeoutError:
            return
