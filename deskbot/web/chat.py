"""The web chat: conversations, one thread, and what a person does in it, through the same door as every channel."""

import hashlib
import re
import secrets
from collections.abc import Mapping

from fastapi import APIRouter, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response, StreamingResponse

from deskbot.desk.access import Viewer
from deskbot.desk.conversation import Turn
from deskbot.desk.errors import NotFound
from deskbot.desk.messages import FileIn
from deskbot.desk.texts import say
from deskbot.store import conversations
from deskbot.store.tables import Conversation
from deskbot.web import live
from deskbot.web.asker import Asker
from deskbot.web.guard import AskerDep, Posted, ViewerDep, word
from deskbot.web.site import Site, SiteDep
from deskbot.web.thread import Line, lines

router = APIRouter(include_in_schema=False)

CHANNEL = "webchat"
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_LARGEST = 10_500_000
_TITLE = 70


def new_key() -> str:
    """Return a fresh key for a conversation or a delivery."""
    return secrets.token_urlsafe(16)


# --- Reading --------------------------------------------------------------------------------------------------------


@router.get("/chat")
def start(site: SiteDep, asker: AskerDep, viewer: ViewerDep) -> Response:
    """Show the empty chat with things that people ask."""
    return _page(site, asker, viewer, new_key(), None, [])


@router.get("/chat/{key}")
def talk(site: SiteDep, asker: AskerDep, viewer: ViewerDep, key: str) -> Response:
    """Show one conversation."""
    found, said = _read(site, viewer, key)
    if found is None:
        raise NotFound(say("web.not_found", asker.language))
    return _page(site, asker, viewer, key, found, said)


@router.get("/chat/{key}/thread")
def thread(site: SiteDep, asker: AskerDep, viewer: ViewerDep, key: str) -> Response:
    """Return the messages of a conversation alone, for a page that was told that they changed."""
    found, said = _read(site, viewer, key)
    if found is None:
        raise NotFound(say("web.not_found", asker.language))
    return site.pages.draw("thread.html", asker, said=drawn(site, asker, key, said), turn=None, key=key, panel="")


@router.get("/chat/{key}/events")
async def events(request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, key: str) -> StreamingResponse:
    """Tell the open page when its conversation changes."""
    found = await run_in_threadpool(_find, site, viewer, key)
    if found is None:
        raise NotFound(say("web.not_found", asker.language))

    async def still() -> bool:
        return await request.app.state.sessions.still(request, site, viewer.person.id) is not None

    return live.stream(request, site, [f"conversation:{found.id}"], still)


def _find(site: Site, viewer: Viewer, key: str) -> Conversation | None:
    """Return the viewer's own conversation; somebody else's looks like none, and takes no message."""
    if not _KEY.fullmatch(key):
        return None
    with site.store.read() as session:
        found = conversations.find(session, CHANNEL, key)
    if found is not None and found.person_id != viewer.person.id:
        raise NotFound(say("web.not_found", viewer.person.language))
    return found


def _read(site: Site, viewer: Viewer, key: str) -> tuple[Conversation | None, list[Line]]:
    found = _find(site, viewer, key)
    if found is None or found.id is None:
        return None, []
    with site.store.read() as session:
        return found, lines(session, site.store.sealer, conversations.messages(session, found.id)[-200:])


def drawn(site: Site, asker: Asker, key: str, said: list[Line]) -> list[tuple[Line, str]]:
    """Return each message with the HTML of what the desk says; only the last one can still be pressed."""
    last = said[-1].id if said else 0
    return [
        (
            line,
            site.chat.draw(line.reply, action=f"/chat/{key}", csrf=asker.csrf, live=line.id == last)
            if line.reply
            else "",
        )
        for line in said
    ]


def _page(
    site: Site, asker: Asker, viewer: Viewer, key: str, found: Conversation | None, said: list[Line], panel: str = ""
) -> Response:
    with site.store.read() as session:
        mine = conversations.of_person(session, viewer.person.id, CHANNEL, 30)
        first = conversations.first_words(session, [talk.id for talk in mine if talk.id])
        titles = {
            number: (site.store.sealer.open(session, words) or "").strip().split("\n")[0][:_TITLE].strip("* ")
            for number, words in first.items()
        }
    return site.pages.draw(
        "chat.html",
        asker,
        here="chat",
        key=key,
        found=found,
        said=drawn(site, asker, key, said),
        talks=[(talk, titles.get(talk.id or 0) or say("web.chat.untitled", asker.language)) for talk in mine],
        asks=[say(f"web.chat.ask.{number}", asker.language) for number in range(1, 5)],
        ask_topics=[say(f"web.chat.topic.{number}", asker.language) for number in range(1, 5)],
        sending=new_key(),
        panel=panel,
    )


# --- Writing --------------------------------------------------------------------------------------------------------


async def deliver(
    site: Site,
    asker: Asker,
    viewer: Viewer,
    conversation: str,
    key: str,
    kind: str,
    *,
    text: str = "",
    verb: str = "",
    value: str = "",
    fields: Mapping[str, str] | None = None,
    files: tuple[FileIn, ...] = (),
) -> Turn:
    """Bring what the person did in by the door of every channel: stored first, then worked at once."""
    await run_in_threadpool(_find, site, viewer, conversation)
    delivery = site.chat.delivery(
        person_id=viewer.person.id,
        conversation=conversation,
        key=key,
        kind=kind,
        received_at=site.desk.now(),
        text=text,
        verb=verb,
        value=value,
        fields=fields,
        files=files,
        language=asker.language,
    )
    new = await site.accept(delivery)
    turn = await site.answer(delivery.key)
    # What is new and has no turn did not work just now: it is kept and tried again, and the person is told so.
    return turn or Turn(toast=say("chat.delayed", asker.language) if new else "")


@router.post("/chat")
def anew(form: Posted) -> Response:
    """Start another conversation."""
    return RedirectResponse("/chat", 303)


@router.post("/chat/{key}")
async def speak(
    request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, key: str
) -> Response:
    """Say something."""
    text, files, turn = word(form, "text"), await files_of(form), Turn()
    if text.strip() or files:
        sent = word(form, "key", 64)
        sent = sent if _KEY.fullmatch(sent) else new_key()
        turn = await deliver(site, asker, viewer, key, sent, "message", text=text, files=files)
    return await _after(request, site, asker, viewer, key, turn)


@router.post("/chat/{key}/press")
async def press(
    request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, key: str
) -> Response:
    """Press a button of a reply."""
    verb, value = word(form, "verb", 100), word(form, "value", 4000)
    turn = await deliver(site, asker, viewer, key, new_key(), "choice", verb=verb, value=value)
    return await _after(request, site, asker, viewer, key, turn)


@router.post("/chat/{key}/form")
async def submit(
    request: Request, site: SiteDep, asker: AskerDep, viewer: ViewerDep, form: Posted, key: str
) -> Response:
    """Send a filled-in form; what is wrong with it comes back beside the fields."""
    turn = await send_form(site, asker, viewer, form, key)
    if turn.errors and turn.form:
        return await refused_form(request, site, asker, viewer, turn, f"/chat/{key}/form", key)
    return await _after(request, site, asker, viewer, key, turn)


async def send_form(site: Site, asker: Asker, viewer: Viewer, form: FormData, conversation: str) -> Turn:
    """Deliver a filled-in form. Its key is a hash of what was filled in: sent twice, it is one request."""
    fields = {name[2:]: word(form, name) for name in form if name.startswith("f.") and isinstance(form[name], str)}
    files = await files_of(form)
    fields |= {name: file.name for name, file in zip(_file_fields(form), files, strict=False)}
    token = word(form, "token", 4000)
    content = repr((conversation, token, sorted(fields.items()), [file.name for file in files]))
    key = hashlib.sha256(content.encode()).hexdigest()[:40]
    name = word(form, "kind", 200)
    return await deliver(
        site, asker, viewer, conversation, key, "form", verb=name, value=token, fields=fields, files=files
    )


async def refused_form(
    request: Request, site: Site, asker: Asker, viewer: Viewer, turn: Turn, action: str, key: str
) -> Response:
    """Give a form back with its errors: alone to a script, on its page to a browser without one."""
    assert turn.form is not None
    html = site.chat.draw_form(turn.form, action=action, csrf=asker.csrf, language=asker.language, errors=turn.errors)
    if request.headers.get("hx-request"):
        return site.pages.draw("fragment.html", asker, status=422, html=html)
    found, said = await run_in_threadpool(_read, site, viewer, key)
    return await run_in_threadpool(_page, site, asker, viewer, key, found, said, html)


async def _after(request: Request, site: Site, asker: Asker, viewer: Viewer, key: str, turn: Turn) -> Response:
    """Show the conversation as it is now, with the form that was asked for."""
    found, said = await run_in_threadpool(_read, site, viewer, key)
    panel = ""
    if turn.form is not None:
        panel = site.chat.draw_form(
            turn.form, action=f"/chat/{key}/form", csrf=asker.csrf, language=asker.language, errors=turn.errors
        )
    if not request.headers.get("hx-request"):
        if panel:
            return await run_in_threadpool(_page, site, asker, viewer, key, found, said, panel)
        return RedirectResponse(f"/chat/{key}" if found else "/chat", 303)
    headers = {"HX-Retarget": "#thread", "HX-Reswap": "innerMorph"}
    return site.pages.draw(
        "thread.html", asker, headers=headers, said=drawn(site, asker, key, said), turn=turn, key=key, panel=panel
    )


def _uploads(form: FormData) -> list[tuple[str, UploadFile]]:
    return [(name, part) for name, part in form.multi_items() if not isinstance(part, str) and part.filename]  # type: ignore[misc]


def _file_fields(form: FormData) -> list[str]:
    return [name[2:] for name, _ in _uploads(form) if name.startswith("f.")]


async def files_of(form: FormData) -> tuple[FileIn, ...]:
    """Return the files sent with a form, ten at most, each cut at the largest size."""
    found = []
    for _, part in _uploads(form)[:10]:
        data = await part.read(_LARGEST)
        found.append(FileIn(part.filename or "file", part.content_type or "application/octet-stream", data))
    return tuple(found)
