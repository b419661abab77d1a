"""The gate before the pages: rights, forgeries, sessions, headers."""

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount

from deskbot.actions import sign_in as accounts
from deskbot.desk.access import MATRIX
from deskbot.web.routes import PUBLIC, ROUTES, SIGNED_IN
from deskbot.web.sign_in import safe_next
from tests.web.company import Company


def routes(company: Company) -> set[tuple[str, str]]:
    """Every method and path that the application serves, as FastAPI keeps them."""
    found = set()
    for entry in company.app.routes:
        rooms = entry.original_router.routes if hasattr(entry, "original_router") else [entry]
        for route in rooms:
            if not isinstance(route, Mount):
                assert isinstance(route, APIRoute)
                found |= {(method, route.path) for method in route.methods}
    return found


def test_every_route_names_its_right_and_no_right_is_left_over(company: Company) -> None:
    """A route without a row, or a row without a route, is a mistake."""
    assert routes(company) == set(ROUTES)
    assert set(ROUTES.values()) <= {PUBLIC, SIGNED_IN, *MATRIX}


def test_the_application_serves_nothing_beside_its_rooms_and_static_files(company: Company) -> None:
    """Nothing is mounted that the table of rights does not know."""
    mounts = [route.path for route in company.app.routes if isinstance(route, Mount)]
    assert mounts == ["/static"]


@pytest.mark.parametrize(
    "path", sorted(path for method, path in ROUTES if method == "GET" and ROUTES["GET", path] != PUBLIC)
)
async def test_nobody_sees_a_page_without_signing_in(visit, path: str) -> None:
    """Whoever is not signed in is sent to the sign-in page, whether the thing exists or not."""
    browser = await visit()
    answer = await browser.get(path.replace("{", "").replace("}", "").replace(":path", ""))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("path", ["/queue", "/rules", "/admin", "/digests/2026-W47", "/tickets/HR-1001"])
async def test_what_an_employee_may_not_open_looks_like_what_is_not_there(company: Company, visit, path: str) -> None:
    """Not allowed and absent give the same status, body and headers."""
    company.ticket("joe@acme.example", "My pay is wrong", "payroll")
    browser = await visit("ana")
    refused, absent = await browser.get(path), await browser.get("/tickets/HR-9999")
    assert (refused.status_code, refused.text) == (404, absent.text)
    assert refused.headers == absent.headers


@pytest.mark.parametrize("path", ["/", "/sign-in", "/chat", "/nothing", "/tickets/HR-1", "/healthz", "/static/app.css"])
async def test_every_answer_carries_the_security_headers(visit, path: str) -> None:
    """Errors and redirects too."""
    browser = await visit("ana")
    headers = (await browser.get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    if not path.startswith("/static"):
        assert headers["cache-control"] == "no-store"


async def test_a_form_of_another_site_changes_nothing(company: Company, visit) -> None:
    """Fetch Metadata, Origin and the token each refuse by themselves."""
    browser = await visit("ana")
    good = {"csrf": browser.csrf, "text": "hello"}
    post = browser.client.post
    assert (await post("/chat/12345678", data=good, headers={"sec-fetch-site": "cross-site"})).status_code == 403
    assert (await post("/chat/12345678", data=good, headers={"origin": "https://evil.example"})).status_code == 403
    assert (await post("/chat/12345678", data={"text": "hello"})).status_code == 403
    assert (await post("/chat/12345678", json={"text": "x", "csrf": browser.csrf})).status_code == 415
    assert (await browser.get("/chat/12345678")).status_code == 404


async def test_one_click_sign_in_is_for_this_machine_only(company: Company, visit) -> None:
    """Not behind a proxy, not under another name, not from another address, not from a link on another site."""
    browser = await visit()
    path = "/sign-in/as/ana@acme.example"
    for name in ("x-forwarded-for", "X-Forwarded-Server", "x-real-ip", "cf-connecting-ip", "true-client-ip", "via"):
        assert (await browser.get(path, headers={name: "127.0.0.1"})).status_code == 404
    assert (await browser.get(path, headers={"host": "desk.example"})).status_code == 404
    assert (await browser.get(path, headers={"sec-fetch-site": "cross-site"})).status_code == 200
    assert "deskbot" not in browser.client.cookies
    assert (await browser.get(path)).status_code == 303
    assert "deskbot" in browser.client.cookies


async def test_signing_out_ends_the_session_for_good(visit) -> None:
    """The old cookie opens nothing any more."""
    browser = await visit("ana")
    cookie = browser.client.cookies["deskbot"]
    assert (await browser.post("/sign-out")).status_code == 303
    browser.client.cookies.set("deskbot", cookie)
    assert (await browser.get("/my")).status_code == 303


async def test_signing_in_gives_a_new_session_and_ends_the_old_one(visit) -> None:
    """A session that somebody planted before is worth nothing after."""
    browser = await visit("ana")
    before = browser.client.cookies["deskbot"]
    await browser.get("/sign-in/as/bea@acme.example")
    assert browser.client.cookies["deskbot"] != before
    other = await visit()
    other.client.cookies.set("deskbot", before)
    assert (await other.get("/my")).status_code == 303


async def test_a_local_account_is_set_up_with_a_code_that_works_once(company: Company, visit) -> None:
    """Then address and password open a session, and the code opens nothing."""
    with company.store.write() as session:
        code = accounts.issue_code(session, company.desk, company.id_of("ana@acme.example"))
    browser = await visit()
    setting = {"email": "ana@acme.example", "code": code, "password": "a long enough sentence"}
    assert (await browser.client.post("/sign-in/set-up", data=setting)).status_code == 303
    again = await visit()
    assert (await again.client.post("/sign-in/set-up", data=setting)).status_code == 422
    good = {"email": "ANA@acme.example", "password": "a long enough sentence", "next": "/my"}
    answer = await again.client.post("/sign-in", data=good)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my")


async def test_five_wrong_passwords_lock_the_account_and_the_answer_stays_the_same(company: Company, visit) -> None:
    """A stranger learns neither that the address exists nor that it is locked."""
    with company.store.write() as session:
        code = accounts.issue_code(session, company.desk, company.id_of("ana@acme.example"))
        accounts.set_up(
            session, company.desk, "ana@acme.example", code, accounts.hash_of("a long enough sentence", "en")
        )
    browser = await visit()
    wrong = {"email": "ana@acme.example", "password": "not this"}
    unknown = await browser.client.post("/sign-in", data={"email": "nobody@acme.example", "password": "not this"})
    for _ in range(5):
        refused = await browser.client.post("/sign-in", data=wrong)
        assert (refused.status_code, refused.text) == (401, unknown.text)
    right = {"email": "ana@acme.example", "password": "a long enough sentence"}
    assert (await browser.client.post("/sign-in", data=right)).status_code == 401
    company.clock.advance(minutes=16)
    assert (await browser.client.post("/sign-in", data=right)).status_code == 303


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/queue?view=mine", "/queue?view=mine"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https:evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\\b", "/"),
        ("/ok\n", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_people_stay_on_this_site(asked: str, given: str) -> None:
    """No address of another site passes as a place to go on to."""
    assert safe_next(asked) == given


async def test_too_much_is_refused_before_it_is_read(visit) -> None:
    """A form has a limit."""
    browser = await visit("ana")
    answer = await browser.post("/chat/12345678", text="x" * 1_100_000)
    assert answer.status_code == 413


async def test_readiness_names_the_part_that_is_not_ready(company: Company, visit) -> None:
    """The process is alive all the same."""
    browser = await visit()
    assert (await browser.get("/healthz")).json() == {"status": "ok"}
    assert (await browser.get("/readyz")).status_code == 200
    assert "python_info" in (await browser.get("/metrics")).text
