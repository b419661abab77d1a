"""Health for machines: alive, ready, and figures for Prometheus; and the front door that sends people on."""

from dataclasses import asdict

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse

from deskbot.desk.access import may
from deskbot.web.guard import AskerDep
from deskbot.web.site import Site, SiteDep

router = APIRouter()


@router.get("/", include_in_schema=False)
async def front(asker: AskerDep) -> Response:
    """Send people to what is theirs: the queue for those who work in it, the chat for everybody else."""
    if asker.viewer is None:
        return RedirectResponse("/sign-in", 303)
    return RedirectResponse("/queue" if may(asker.viewer, "queue.read") else "/chat", 303)


@router.get("/healthz")
async def alive() -> JSONResponse:
    """Say that the process serves."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
async def ready(site: SiteDep) -> JSONResponse:
    """Say whether every part is ready, by name; 503 while one is not.

    The semantic engine is told apart: while it computes or is missing, words alone are searched, and the desk serves.
    """
    parts = await run_in_threadpool(parts_of, site)
    good = all(sentence == "ok" for sentence in parts.values())
    body = {"status": "ok" if good else "not ready", "parts": parts, "semantic": asdict(site.semantic())}
    return JSONResponse(body, 200 if good else 503)


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Return the process's figures."""
    return Response(await run_in_threadpool(generate_latest), media_type=CONTENT_TYPE_LATEST)


def parts_of(site: Site) -> dict[str, str]:
    """Try every part; "ok", or "failed" where it raised, without saying more to strangers."""
    parts = {}
    for name, check in site.health.items():
        try:
            check()
        except Exception:  # noqa: BLE001 - the edge: a check may fail in any way, and that is its answer
            parts[name] = "failed"
        else:
            parts[name] = "ok"
    return parts
