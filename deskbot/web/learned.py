"""Questions that wait for an editor's nod, those that were learned, and how sure the desk may be by its outcomes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from deskbot.actions import learning as actions
from deskbot.actions import refit
from deskbot.answers.calibration import FEWEST
from deskbot.desk.access import Viewer
from deskbot.desk.errors import NotFound
from deskbot.desk.texts import say
from deskbot.store import learning
from deskbot.store.tables import CalibrationRun
from deskbot.web.asker import Asker
from deskbot.web.guard import AskerDep, Posted, ViewerDep, word
from deskbot.web.site import Site, SiteDep

router = APIRouter(include_in_schema=False)

_HEIGHT, _BASE, _STEP, _WIDTH = 120, 130, 72, 26


@dataclass(frozen=True, slots=True)
class Pair:
    """Two bars of the chart beside one another: what was said, and what was right; heights in its own units."""

    x: int
    label: str
    low: int
    high: int
    count: int
    said: float
    right: float
    right_share: int


@router.get("/knowledge/learned")
def page(site: SiteDep, asker: AskerDep, viewer: ViewerDep) -> Response:
    """Show what waits for this person, what was learned, and the confidence."""
    return site.pages.draw("learned.html", asker, here="knowledge", **_values(site, viewer))


@router.post("/knowledge/learned/{offer}")
async def decide(
    request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, offer: str
) -> Response:
    """Accept a question in the words as they are now, or leave it out; a second click changes nothing."""
    if not (offer.isascii() and offer.isdigit() and len(offer) < 16):
        raise NotFound(say("web.not_found", asker.language))
    number = int(offer)

    def work() -> Response:
        with site.store.write() as session:
            if word(form, "then") == "decline":
                actions.decline(session, site.desk, viewer, number)
            else:
                actions.accept(session, site.desk, viewer, number, word(form, "question"))
        return _shown(request, site, asker, viewer)

    return await run_in_threadpool(work)


def _shown(request: Request, site: Site, asker: Asker, viewer: Viewer) -> Response:
    if request.headers.get("hx-request"):
        return site.pages.draw("learned_body.html", asker, **_values(site, viewer, moved=True))
    return RedirectResponse("/knowledge/learned", 303)


def _values(site: Site, viewer: Viewer, *, moved: bool = False) -> dict[str, Any]:
    engine = site.desk.book.knowledge.engine
    with site.store.read() as session:
        offers = actions.offers(session, site.desk, viewer)
        known = actions.history(session, site.desk, viewer)
        run = learning.last_run(session, engine)
        outcomes = run.outcomes if run else len(refit.outcomes(learning.told(session, engine)))
    pairs = list(_pairs(run)) if run else []
    return {
        "offers": offers,
        "known": known,
        "run": run,
        "outcomes": outcomes,
        "fewest": FEWEST,
        "pairs": pairs,
        "base": _BASE,
        "wide": _WIDTH,
        "chart_width": 40 + _STEP * 5,
        "moved": moved,
    }


def _pairs(run: CalibrationRun) -> Iterator[Pair]:
    """Yield the bars of what serves now: the new ones of a kept refit, else those from before it."""
    for at, bar in enumerate(run.figures["after" if run.kept else "before"]):
        low, high = round(bar["low"] * 100), round(bar["high"] * 100)
        yield Pair(
            x=30 + at * _STEP,
            label=f"{low}–{high} %",
            low=low,
            high=high,
            count=bar["count"],
            said=round(bar["said"] * _HEIGHT, 1),
            right=round(bar["right"] * _HEIGHT, 1),
            right_share=round(bar["right"] * 100),
        )
