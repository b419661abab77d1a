"""The catalogue: what can be asked for, and each request's form."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from deskbot.desk import requests
from deskbot.desk.access import Viewer
from deskbot.desk.errors import NotFound
from deskbot.desk.messages import Reply
from deskbot.desk.requests import RequestType
from deskbot.desk.texts import say
from deskbot.web.asker import Asker
from deskbot.web.chat import new_key, send_form
from deskbot.web.guard import AskerDep, Posted, ViewerDep, word
from deskbot.web.site import Site, SiteDep

router = APIRouter(include_in_schema=False)


def _offered(site: Site, viewer: Viewer) -> list[RequestType]:
    person = viewer.person
    kinds = site.desk.book.requests.values()
    return [kind for kind in kinds if kind.open_to(person.country, person.contract, person.employer, person.is_manager)]


@router.get("/requests")
def catalogue(site: SiteDep, asker: AskerDep, viewer: ViewerDep) -> Response:
    """Show what this person can ask for, with the team that does the work."""
    roles = site.desk.book.roles
    kinds = [
        (kind, roles[kind.owner].name(asker.language) if kind.owner in roles else kind.owner)
        for kind in sorted(_offered(site, viewer), key=lambda kind: kind.name(asker.language).casefold())
    ]
    return site.pages.draw("requests.html", asker, here="requests", kinds=kinds)


@router.get("/requests/{key}")
def page(site: SiteDep, asker: AskerDep, viewer: ViewerDep, key: str) -> Response:
    """Show a request's form, filled in with what the directory says."""
    kind = _kind(site, asker, viewer, key)
    now = site.desk.now()
    values = requests.prefill(kind, viewer.person, "", language=asker.language, today=now.date())
    form = requests.form(kind, asker.language, values)
    signed = site.desk.tokens.sign_reply(Reply("", form=form), now).form
    assert signed is not None
    html = site.chat.draw_form(signed, action=f"/requests/{key}", csrf=asker.csrf, language=asker.language)
    return _page(site, asker, kind, html)


def _kind(site: Site, asker: Asker, viewer: Viewer, key: str) -> RequestType:
    kind = next((kind for kind in _offered(site, viewer) if kind.key == key), None)
    if kind is None:
        raise NotFound(say("web.not_found", asker.language))
    return kind


def _page(site: Site, asker: Asker, kind: RequestType, html: str, status: int = 200) -> Response:
    role = site.desk.book.roles.get(kind.owner)
    owner = role.name(asker.language) if role else kind.owner
    return site.pages.draw("request.html", asker, status=status, here="requests", kind=kind, owner=owner, html=html)


@router.post("/requests/{key}")
async def submit(
    request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, key: str
) -> Response:
    """Send a request; it opens a conversation of its own, where the answer will be."""
    kind = _kind(site, asker, viewer, key)
    conversation = word(form, "conversation", 64) or new_key()
    turn = await send_form(site, asker, viewer, form, conversation)
    scripted = bool(request.headers.get("hx-request"))
    if turn.form is not None:
        html = site.chat.draw_form(
            turn.form, action=f"/requests/{key}", csrf=asker.csrf, language=asker.language, errors=turn.errors
        )
        if scripted:
            return site.pages.draw("fragment.html", asker, status=422, html=html)
        return _page(site, asker, kind, html, 422)
    to = f"/chat/{conversation}" if turn.replies else "/my"
    return Response(headers={"HX-Redirect": to}) if scripted else RedirectResponse(to, 303)
