"""Every route of the pages with the right it takes: a row of the permission matrix, signing in, or nothing."""

from typing import Final

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed_in"

# A route that is not here cannot be opened, and a test fails. Where the action is about tickets, the page asks the
# policy again with the ticket in hand; a row here is the least that somebody needs to come near the page at all.
ROUTES: dict[tuple[str, str], str] = {
    ("GET", "/"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("GET", "/sign-in"): PUBLIC,
    ("POST", "/sign-in"): PUBLIC,
    ("GET", "/sign-in/as/{email}"): PUBLIC,
    ("POST", "/sign-in/as"): PUBLIC,
    ("GET", "/sign-in/set-up"): PUBLIC,
    ("POST", "/sign-in/set-up"): PUBLIC,
    ("GET", "/verify"): PUBLIC,
    ("POST", "/verify"): PUBLIC,
    ("GET", "/verify/{code}"): PUBLIC,
    ("POST", "/sign-out"): SIGNED_IN,
    ("POST", "/preferences"): PUBLIC,
    ("GET", "/chat"): SIGNED_IN,
    ("POST", "/chat"): SIGNED_IN,
    ("GET", "/chat/{key}"): SIGNED_IN,
    ("POST", "/chat/{key}"): SIGNED_IN,
    ("GET", "/chat/{key}/thread"): SIGNED_IN,
    ("GET", "/chat/{key}/events"): SIGNED_IN,
    ("POST", "/chat/{key}/press"): SIGNED_IN,
    ("POST", "/chat/{key}/form"): SIGNED_IN,
    ("GET", "/my"): "case.open",
    ("GET", "/my/{ref}"): "case.open",
    ("POST", "/my/{ref}"): "case.open",
    ("GET", "/my/{ref}/thread"): "case.open",
    ("GET", "/my/{ref}/events"): "case.open",
    ("GET", "/requests"): "case.open",
    ("GET", "/requests/{key}"): "case.open",
    ("POST", "/requests/{key}"): "case.open",
    ("GET", "/queue"): "queue.read",
    ("GET", "/queue/events"): "queue.read",
    ("GET", "/tickets/{ref}"): SIGNED_IN,
    ("GET", "/tickets/{ref}/timeline"): SIGNED_IN,
    ("GET", "/tickets/{ref}/events"): SIGNED_IN,
    ("GET", "/tickets/{ref}/sections"): "case.reply",
    ("POST", "/tickets/{ref}/reply"): "case.reply",
    ("POST", "/tickets/{ref}/note"): "case.note",
    ("POST", "/tickets/{ref}/assignee"): "case.assign",
    ("POST", "/tickets/{ref}/role"): "case.assign",
    ("POST", "/tickets/{ref}/state"): "case.assign",
    ("POST", "/tickets/{ref}/priority"): "case.assign",
    ("POST", "/tickets/{ref}/tier"): "case.assign",
    ("GET", "/files/{file_id}"): SIGNED_IN,
    ("GET", "/knowledge"): "kb.read",
    ("GET", "/knowledge/changes"): "kb.edit",
    ("GET", "/knowledge/changes/{change}"): "kb.edit",
    ("GET", "/knowledge/changes/{change}/progress"): "kb.edit",
    ("POST", "/knowledge/changes/{change}"): "kb.edit",
    ("GET", "/knowledge/gaps"): "kb.edit",
    ("GET", "/knowledge/gaps/{gap}"): "kb.edit",
    ("GET", "/knowledge/gaps/{gap}/draft"): "kb.edit",
    ("POST", "/knowledge/gaps/{gap}"): "kb.edit",
    ("GET", "/knowledge/learned"): "kb.edit",
    ("POST", "/knowledge/learned/{offer}"): "kb.edit",
    ("GET", "/knowledge/{path:path}"): "kb.read",
    ("GET", "/rules"): "rules.read",
    ("GET", "/rules/replay"): "rules.read",
    ("GET", "/rules/decisions/{ref}"): "rules.read",
    ("GET", "/digests"): "digest.read",
    ("GET", "/digests/{week}"): "digest.read",
    ("GET", "/admin"): "admin.health",
}


def action_of(route: BaseRoute) -> str:
    """Return the action that a route takes; a route that is not in the table is a mistake and stays shut."""
    assert isinstance(route, APIRoute)
    method = next(iter(sorted((route.methods or set()) - {"HEAD"})))
    return ROUTES[(method, route.path)]
