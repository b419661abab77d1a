"""Where a stranger checks a letter: by its code or its file. Few words, no pay, and few tries a minute."""

import ipaddress

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from deskbot.actions import letters
from deskbot.desk.letters import read_code
from deskbot.web.guard import AskerDep, Posted, word
from deskbot.web.sign_in import Tries
from deskbot.web.site import SiteDep

router = APIRouter(include_in_schema=False)

LARGEST = 5 * 1024 * 1024
CHECKS_A_MINUTE = 5
_TRIES = Tries(CHECKS_A_MINUTE)


def network(peer: str) -> str:
    """Return what counts as one peer: an address, of IPv6 its /64, which is what one household or office has."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else peer


def _limited(request: Request) -> bool:
    return not _TRIES.allow(network(request.client.host if request.client else ""))


@router.get("/verify")
def ask(site: SiteDep, asker: AskerDep) -> Response:
    """Ask for a code or a file."""
    return site.pages.draw("verify.html", asker, sentence="")


@router.get("/verify/{code}")
def by_code(request: Request, site: SiteDep, asker: AskerDep, code: str) -> Response:
    """Say what is known of the letter with this code."""
    if _limited(request):
        return _refuse(site, asker, "verify.limited", 429)
    with site.store.write() as session:
        found = letters.verify(session, site.desk, code=code, language=asker.language)
    return site.pages.draw("verified.html", asker, found=found, by_file=False)


@router.post("/verify")
def by_form(request: Request, site: SiteDep, asker: AskerDep, form: Posted) -> Response:
    """Check a typed code, on its own page, or a letter's file, byte by byte; the file is not kept."""
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return RedirectResponse(f"/verify/{read_code(word(form, 'code', 200)) or '-'}", 303)
    with upload.file as stream:
        content = stream.read(LARGEST + 1)
    if _limited(request):
        return _refuse(site, asker, "verify.limited", 429)
    if len(content) > LARGEST:
        return _refuse(site, asker, "verify.too_large", 413)
    with site.store.write() as session:
        found = letters.verify(session, site.desk, pdf=content, language=asker.language)
    return site.pages.draw("verified.html", asker, found=found, by_file=True)


def _refuse(site: SiteDep, asker: AskerDep, key: str, status: int) -> Response:
    headers = {"Retry-After": "60"} if status == 429 else {}
    return site.pages.draw("verify.html", asker, status=status, headers=headers, sentence=key)
