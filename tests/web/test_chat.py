"""The web chat: questions, buttons, forms, files, and whose conversation it is."""

import re
from dataclasses import replace

from deskbot.store import conversations, tickets
from tests.web.company import Company

KEY = "conversation-1"


async def test_a_question_is_answered_with_its_source(visit) -> None:
    """The passage, the article's title, its version and a link."""
    browser = await visit("ana")
    answer = await browser.post(f"/chat/{KEY}", text="How long is the probation period?", key="delivery-1")
    assert answer.headers["location"] == f"/chat/{KEY}"
    page = (await browser.get(f"/chat/{KEY}")).text
    assert '<figure class="cite">' in page
    assert re.search(r'href="http://127.0.0.1:8000/knowledge/joining/probation[^"]*"', page)
    assert "version " in page


async def test_the_same_delivery_twice_is_one_message(company: Company, visit) -> None:
    """A second click, or a browser that sends again, changes nothing."""
    browser = await visit("ana")
    for _ in range(2):
        await browser.post(f"/chat/{KEY}", text="How long is the probation period?", key="delivery-1")
    with company.store.read() as session:
        talk = conversations.find(session, "webchat", KEY)
        assert talk is not None
        said = [m.author_kind for m in conversations.messages(session, talk.id or 0)]
    assert said == ["employee", "bot"]


async def test_nobody_reads_or_writes_in_somebody_elses_conversation(visit) -> None:
    """It looks as if it were not there."""
    ana, joe = await visit("ana"), await visit("joe")
    await ana.post(f"/chat/{KEY}", text="How long is the probation period?", key="delivery-1")
    for path in (f"/chat/{KEY}", f"/chat/{KEY}/thread", f"/chat/{KEY}/events"):
        assert (await joe.get(path)).status_code == 404
    assert (await joe.post(f"/chat/{KEY}", text="me too", key="delivery-2")).status_code == 404
    assert "me too" not in (await ana.get(f"/chat/{KEY}")).text


def pressed(page: str, verb: str) -> dict[str, str]:
    """Return the fields of a button on the page."""
    found = re.search(rf'name="verb" value="{verb}">\s*<input type="hidden" name="value" value="([^"]+)"', page)
    assert found is not None
    return {"verb": verb, "value": found.group(1)}


async def test_ask_hr_opens_one_ticket_however_often_it_is_pressed(company: Company, visit) -> None:
    """The reference and the promise are in the thread."""
    browser = await visit("ana")
    await browser.post(f"/chat/{KEY}", text="How long is the probation period?", key="delivery-1")
    button = pressed((await browser.get(f"/chat/{KEY}")).text, "ask_hr")
    for _ in range(2):
        await browser.post(f"/chat/{KEY}/press", **button)
    page = (await browser.get(f"/chat/{KEY}")).text
    assert "HR-1001" in page
    with company.store.read() as session:
        assert tickets.by_ref(session, "HR-1002") is None


async def test_a_form_is_offered_filled_in_refused_and_taken(company: Company, visit) -> None:
    """Errors come back beside their fields with what was typed; the second try opens the ticket."""
    browser = await visit("ana")
    await browser.post(f"/chat/{KEY}", text="I need an employment letter for my bank", key="delivery-1")
    button = pressed((await browser.get(f"/chat/{KEY}")).text, "open_form")
    page = (await browser.post(f"/chat/{KEY}/press", **button)).text
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    first = {"kind": "employment-letter", "token": token.group(1)}
    refused = await browser.post(f"/chat/{KEY}/form", **first)
    assert 'class="error"' in refused.text
    filled = {"f.letter_type": "bank", "f.language": "en", "f.with_salary": "no"}
    done = await browser.post(f"/chat/{KEY}/form", **first, **filled)
    assert done.status_code == 303
    assert "HR-1001" in (await browser.get(f"/chat/{KEY}")).text


async def test_words_of_people_are_shown_and_never_run(visit) -> None:
    """Mark-up in a message is text."""
    browser = await visit("ana")
    await browser.post(f"/chat/{KEY}", text="<script>alert(1)</script> <b>bold</b>", key="delivery-1")
    page = (await browser.get(f"/chat/{KEY}")).text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_a_file_comes_back_as_a_download_and_only_to_its_owner(visit) -> None:
    """With the type its content shows, in a sandbox, under its own name."""
    ana, joe = await visit("ana"), await visit("joe")
    answer = await ana.client.post(
        f"/chat/{KEY}",
        data={"csrf": ana.csrf, "text": "my payslip", "key": "delivery-1"},
        files={"files": ("../evil<b>.html", b"<script>alert(1)</script>", "text/html")},
    )
    assert answer.status_code == 303
    page = (await ana.get(f"/chat/{KEY}")).text
    assert "evil&lt;b&gt;.html" in page
    link = re.search(r'href="(/files/\d+)"', page)
    assert link is not None
    file = await ana.get(link.group(1))
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''evil")
    assert file.headers["content-type"].startswith("text/plain")
    assert file.headers["content-security-policy"].startswith("sandbox")
    assert (await joe.get(link.group(1))).status_code == 404


async def test_the_chat_speaks_portuguese_to_those_who_read_it(visit) -> None:
    """The directory's language, and the one chosen by hand after."""
    browser = await visit("ines")
    assert "Olá Inês" in (await browser.get("/chat")).text
    browser.client.cookies.set("deskbot_language", "en")
    assert "Hello Inês" in (await browser.get("/chat")).text


async def test_what_does_not_work_just_now_is_kept_and_the_person_is_told(company: Company, visit, monkeypatch) -> None:
    """A press or a message is never followed by silence, not even when the database is away for a moment."""

    async def fails(key: str) -> None:
        return None

    ana = await visit("ana")
    site = replace(company.app.state.site, answer=fails)
    monkeypatch.setattr(company.app.state, "site", site)
    scripted = {"hx-request": "true"}
    data = {"csrf": ana.csrf, "text": "When is payday?", "key": "message-0001"}
    answer = await ana.client.post("/chat/conversation-1", data=data, headers=scripted)
    assert "I have it, and I am trying again." in answer.text
