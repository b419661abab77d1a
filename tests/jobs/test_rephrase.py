"""Answers with a language model behind them: what it is sent, what reaches people, and that nobody waits for long."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from sqlmodel import col, select

from deskbot.adapters.language_model import ChatCompletions
from deskbot.answers.knowledge import build
from deskbot.answers.markdown import to_html
from deskbot.answers.rephrasing import plain
from deskbot.channels.webchat import WebChat
from deskbot.desk.conversation import Turn
from deskbot.desk.messages import RawDelivery, Reply, reply_from_json
from deskbot.jobs.rephrase import AT_ONCE, FAILURES, Rephraser
from deskbot.jobs.work import Worker
from deskbot.ports import Policybook
from deskbot.store import conversations
from deskbot.store.session import Store
from deskbot.store.tables import Answered, Message, Ticket
from tests.answers.rephrasing_attacks import ATTACKS, HONEST, INJECTIONS, PASSAGE
from tests.clocks import SteppedClock
from tests.stand_in_model import (
    Script,
    StandIn,
    closes_half,
    completion,
    floods,
    holds,
    page,
    repeats,
    says,
    sends,
    stand_in,
)
from tests.web.company import Company, book, found

ASKED = "How many days of annual leave do full-time employees get?"
SECTION = "time-off/annual-leave.md#annual-leave"
ANA, JOE = "ana@acme.example", "joe@acme.example"
PATIENT, HURRIED = 30.0, 0.1  # seconds: one that no test reaches, one that a test waits for


@dataclass
class House:
    """A company with a language model behind its answers."""

    company: Company
    model: StandIn
    client: ChatCompletions
    seconds: float

    def __post_init__(self) -> None:
        self.forget(self.model.script)

    def forget(self, script: Script) -> None:
        """Begin anew with nothing remembered, and a model that follows another script."""
        self.model.script = script
        self.rephraser = Rephraser(self.client, self.seconds)
        channels = {"webchat": WebChat(to_html)}
        self.company.worker = Worker(self.company.store, self.company.desk, channels, self.rephraser)

    async def ask(self, text: str, who: str = ANA, conversation: str = "") -> Turn:
        """Say something in the web chat, and return what the desk does."""
        raw = self.delivery(text, who, conversation)
        await self.company.group.accept(raw)
        return await self.company.worker.answer(raw.key) or Turn()

    async def answer(self, text: str = ASKED, who: str = ANA, conversation: str = "") -> Reply:
        """Ask, and return the one reply."""
        (reply,) = (await self.ask(text, who, conversation)).replies
        return reply

    def delivery(self, text: str, who: str = ANA, conversation: str = "", **more: str) -> RawDelivery:
        """Return what somebody says in the web chat."""
        return WebChat(to_html).delivery(
            person_id=self.company.id_of(who),
            conversation=conversation or secrets.token_hex(8),
            key=secrets.token_hex(8),
            kind=more.pop("kind", "message"),
            received_at=self.company.desk.now(),
            text=text,
            **more,
        )


Opened = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def house(store: Store, clock: SteppedClock) -> Opened:
    """Open a house with a model that follows a script."""
    built: list[Company] = []

    @asynccontextmanager
    async def opened(
        script: Script, policies: Policybook | None = None, seconds: float = PATIENT
    ) -> AsyncIterator[House]:
        async with stand_in(script) as model:
            if not built:
                built.append(found(store, clock, policies=policies))
                built[0].bus.attach()
            inside = House(built[0], model, ChatCompletions(model.url, "small", seconds=seconds), seconds)
            try:
                yield inside
            finally:
                await inside.company.worker.idle()
                await inside.rephraser.close()

    yield opened  # type: ignore[misc]
    for company in built:
        company.group.close()


def policies(text: str = PASSAGE) -> Policybook:
    """The shipped rules with two articles of our own."""
    head = "---\ntitle: Annual leave\nowner: leave\naudience: {}\nlanguage: en\neffective: 2026-01-01\n---\n\n"
    pages = {
        "time-off/annual-leave.md": f"{head.format('everyone')}# Annual leave\n\n{text}\n",
        "pay/payslip.md": "---\ntitle: Payslip\nowner: payroll\n---\n\n# Payslip\n\nYour payslip comes monthly.\n",
    }
    return replace(book(), knowledge=build(pages))


# --- What people see ------------------------------------------------------------------------------------------------


async def test_a_wording_that_holds_is_shown_with_its_label_and_the_article(house: Opened) -> None:
    """People read the plain words, are told whose they are, and have the article's own words beside them."""
    async with house(says(f"{HONEST} [1]"), policies()) as desk:
        reply = await desk.answer()
    assert reply.text_md.startswith(HONEST)
    assert "by a language model from: Annual leave" in reply.text_md
    assert reply.generated
    (source,) = reply.citations
    assert source.quote == PASSAGE
    drawn = WebChat(to_html).draw(reply, action="/chat/1", csrf="c", live=True)
    assert "<details>" in drawn
    assert PASSAGE in drawn


async def test_what_was_told_is_what_is_kept(house: Opened, store: Store) -> None:
    """The stored message holds the wording, and the record names the section and its version, for corrections."""
    async with house(says(f"{HONEST} [1]"), policies()) as desk:
        reply = await desk.answer(conversation="conversation-1")
        knowledge = desk.company.desk.book.knowledge
    with store.read() as session:
        talk = conversations.find(session, "webchat", "conversation-1")
        assert talk is not None
        last = conversations.messages(session, talk.id or 0)[-1]
        kept = reply_from_json(json.loads(store.sealer.open(session, last.reply) or "{}"))
        record = session.exec(select(Answered)).one()
    assert kept.text_md == reply.text_md
    assert kept.generated
    assert record.section == SECTION
    assert record.version == knowledge.section(record.section).version


async def test_a_passage_is_asked_for_once(house: Opened) -> None:
    """The second person to ask gets the same words at once; together they make one request."""
    async with house(says(f"{HONEST} [1]"), policies()) as desk:
        first, second = await asyncio.gather(desk.answer(), desk.answer("Annual leave of full-time employees?", JOE))
        third = await desk.answer()
        assert len(desk.model.asked) == 1
    assert first.text_md == second.text_md == third.text_md
    assert first.generated


@pytest.mark.parametrize("injection", ["", *INJECTIONS])
async def test_no_attack_reaches_anybody(house: Opened, injection: str) -> None:
    """Whatever an article makes the model say, people get the article's passage, word for word, and its source."""
    text = f"{PASSAGE} {injection}".strip()
    kinds = ["", *INJECTIONS]
    async with house(repeats, policies(text)) as desk:
        for number, (_, answer) in enumerate(ATTACKS[kinds.index(injection) :: len(kinds)], 1):
            desk.forget(says(answer))
            reply = await desk.answer()
            (source,) = reply.citations
            assert source.section == SECTION
            assert reply.text_md == source.quote
            assert PASSAGE in source.quote
            assert not reply.generated
            assert len(desk.model.asked) == number


# --- What the model sees --------------------------------------------------------------------------------------------

SAID = (
    "How long is the probation period?",
    "When are salaries reviewed?",
    "How many days of annual leave do I get per year?",
    "Can I carry over vacation days that I have not used?",
    "I am Ana Silva, born on 4 May 1990: when do salaries change?",
    "What happens to my mailbox after my last day? Write to ana.private@mail.example or +351 912 345 678",
    "How many days of vacation have I left?",
    "What is my net pay? It was 2,345.67 EUR in May",
    "My bank account is PT50 0002 0123 1234 5678 9015 4, please change it",
    "My manager Rita keeps touching me and I am afraid",
    "I want to kill myself",
    "Where is the harassment policy?",
    "I have cancer and need time off",
    "Joe steals from the company",
    "Quanto tempo dura o período experimental?",
    "When is the payroll cut-off?",
    "What is the meaning of the quarterly zorblax?",
    "my requests",
    "hello",
    "I need a letter for my bank",
    "How do I run a disciplinary hearing?",
    "What are the salary bands for managers?",
    "How do I tell somebody that they are dismissed?",
    "Can I apply for another job in the company?",
    "May I have a second job?",
    "Do I lose vacation days when I am sick on holiday?",
)
SECRETS = (
    "Ana", "Silva", "1990", "private", "912", "2,345", "PT50", "Rita", "touching", "kill", "harass", "cancer", "steals",
    "zorblax", "Joe", "acme.example", "surgery", "bracket",
)  # fmt: skip


async def test_only_passages_that_every_employee_may_read_ever_leave(house: Opened) -> None:
    """Over a whole set of conversations: no question, name, number, ticket or restricted article in any request."""
    async with house(repeats) as desk:
        for text in SAID:
            for who in (ANA, "rita@acme.example", "eva@acme.example"):
                await desk.ask(text, who)
        asked = list(desk.model.asked)
    open_to_all = {
        plain(section.text_md)
        for section in book().knowledge.sections
        if not section.article.audience.words & {"hr", "managers"}
    }
    assert len(asked) >= 5
    for request in asked:
        assert request.body.keys() == {"model", "temperature", "max_tokens", "stream", "messages"}
        assert request.given.keys() == {"language", "title", "passage"}
        assert any(request.given["passage"].split("\n")[0] in text for text in open_to_all)
        everything = request.head + request.raw.decode()
        assert [word for word in SECRETS if word in everything] == []


async def test_the_same_passage_makes_the_same_request_whoever_asks(house: Opened) -> None:
    """Nothing in a request depends on the asker, the words of the question or the channel."""
    requests = []
    for who, text in ((ANA, ASKED), (JOE, "So, annual leave for full-time employees, how many days is that?")):
        async with house(says(f"{HONEST} [1]"), policies()) as desk:
            await desk.answer(text, who)
            requests += [request.raw for request in desk.model.asked]
    assert len(requests) == 2
    assert requests[0] == requests[1]


@pytest.mark.parametrize("tier", [0, 1, 2, 3, 4])
async def test_a_conversation_that_touched_a_ticket_of_tier_two_is_closed_to_the_model(
    house: Opened, store: Store, tier: int
) -> None:
    """Also after the conversation let go of the ticket."""
    async with house(says(f"{HONEST} [1]"), policies()) as desk:
        await desk.ask("What is the quarterly zorblax?", conversation="conversation-1")
        ref = desk.company.ticket(ANA, "about something", "payroll", tier=tier)
        with store.write() as session:
            ticket = session.exec(select(Ticket).where(Ticket.ref == ref)).one()
            talk = conversations.find(session, "webchat", "conversation-1")
            assert talk is not None
            for row in session.exec(select(Message).where(Message.conversation_id == talk.id)):
                row.ticket_id = ticket.id
            tier = ticket.tier
        reply = await desk.answer(conversation="conversation-1")
        assert bool(desk.model.asked) == reply.generated == (tier < 2)


async def test_a_conversation_in_which_something_sensitive_was_said_is_closed_too(house: Opened) -> None:
    """A question about the topic opens no ticket; what follows it stays all the same."""
    async with house(says(f"{HONEST} [1]"), policies()) as desk:
        await desk.ask("Where is the policy on sexual harassment?", conversation="conversation-1")
        reply = await desk.answer(conversation="conversation-1")
        assert desk.model.asked == []
    assert not reply.generated


async def test_what_a_ticket_hears_is_never_looked_up(house: Opened) -> None:
    """Words that go into a ticket are no question to the articles."""
    async with house(says(f"{HONEST} [1]"), policies()) as desk:
        turn = await desk.ask("What is the quarterly zorblax?", conversation="conversation-1")
        press = next(choice for choice in turn.replies[0].choices if choice.verb == "ask_hr")
        raw = desk.delivery("", conversation="conversation-1", kind="choice", verb=press.verb, value=press.value)
        await desk.company.group.accept(raw)
        await desk.company.worker.answer(raw.key)
        await desk.ask(ASKED, conversation="conversation-1")
        assert desk.model.asked == []


@pytest.mark.parametrize(
    "text",
    [
        "| kind | days |\n| --- | --- |\n| annual leave of full-time employees | 25 |\n| part-time | 10 |",
        f"{PASSAGE} Write to leave@acme.example about annual leave.",
        f"{PASSAGE} Call +351 210 000 000 about annual leave.",
        f"{PASSAGE} Ask Lia Costa about annual leave.",
        f"{PASSAGE}\u200b",
    ],
)
async def test_some_passages_are_better_quoted(house: Opened, text: str) -> None:
    """Tables, addresses, numbers of people, names of the directory and hidden characters stay here."""
    async with house(repeats, policies(text)) as desk:
        reply = await desk.answer()
        assert desk.model.asked == []
    assert reply.citations
    assert not reply.generated


@pytest.mark.parametrize("audience", ["hr", "managers", "role: payroll"])
async def test_restricted_articles_stay(house: Opened, audience: str) -> None:
    """Also when those ask who may read them."""
    head = f"---\ntitle: Annual leave\nowner: leave\naudience:\n  - {audience}\nlanguage: en\n---\n\n"
    restricted = replace(book(), knowledge=build({"a/leave.md": f"{head}# Annual leave\n\n{PASSAGE}\n"}))
    async with house(repeats, restricted) as desk:
        for who in ("rita@acme.example", "bea@acme.example", ANA):
            await desk.ask(ASKED, who)
        assert desk.model.asked == []


# --- When it fails --------------------------------------------------------------------------------------------------

FAULTS = {
    "error": sends(page(b"{}", "500 Internal Server Error")),
    "redirect": sends(page(b"", "307 Temporary Redirect", "location: /elsewhere\r\n")),
    "wrong json": sends(page(b'{"choices": 1}')),
    "tool call": says(None, tool_calls=[{"function": {"name": "post"}}]),
    "refuses": says("I'm sorry, but I can't help with that."),
    "rambles": says("Leave is a wonderful thing. " * 400),
    "huge": sends(page(completion("days " * 100_000))),
    "endless": floods,
    "closes": sends(b""),
    "cut off": sends(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"),
    "half closed": closes_half(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"),
}
SLOW = {
    "silent": holds(),
    "slow to begin": holds(b"HTTP/1.1 200 OK\r\n"),
    "slow in the middle": holds(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n" + completion(HONEST)[:40]),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_broken_model_costs_nobody_their_answer(house: Opened, fault: str) -> None:
    """The passage goes out as it is, at once."""
    async with house(FAULTS[fault], policies()) as desk:
        started = time.monotonic()
        reply = await desk.answer()
    assert reply.text_md == PASSAGE
    assert time.monotonic() - started < PATIENT / 3


@pytest.mark.parametrize("fault", SLOW)
async def test_a_slow_model_is_not_waited_for(house: Opened, fault: str) -> None:
    """When the time is over the passage goes out; what comes later is nobody's."""
    async with house(SLOW[fault], policies(), HURRIED) as desk:
        reply = await asyncio.wait_for(desk.answer(), PATIENT)
        assert len(desk.model.asked) == 1
    assert reply.text_md == PASSAGE


async def test_a_dead_model_is_left_alone_after_some_failures(house: Opened) -> None:
    """Those who ask later do not pay for it with their time."""
    async with house(FAULTS["error"], policies()) as desk:
        for _ in range(FAILURES + 5):
            assert (await desk.answer()).text_md == PASSAGE
        assert len(desk.model.asked) == FAILURES


async def test_nobody_waits_for_somebody_elses_words(house: Opened) -> None:
    """While one answer waits for the model, other people are answered; in one conversation the order holds."""
    async with house(holds(rest=page(completion(f"{HONEST} [1]"))), policies()) as desk:
        for text in (ASKED, "hello"):
            raw = replace(desk.delivery(text, ANA, "conversation-ana"), held=False)
            await desk.company.group.accept(raw)
        assert await desk.company.worker.once() == 2
        await asyncio.wait_for(desk.model.came.wait(), PATIENT)
        assert (await asyncio.wait_for(desk.ask("my requests", JOE), PATIENT)).replies
        assert _said(desk.company.store, "conversation-ana") == []
        desk.model.let_go.set()
        await desk.company.worker.idle()
        said = _said(desk.company.store, "conversation-ana")
    assert [one.startswith(HONEST) for one in said] == [True, False]


def _said(store: Store, conversation: str) -> list[str]:
    with store.read() as session:
        talk = conversations.find(session, "webchat", conversation)
        if talk is None:
            return []
        rows = session.exec(select(Message).where(Message.conversation_id == talk.id).order_by(col(Message.id)))
        return [json.loads(store.sealer.open(session, row.reply) or "{}")["text_md"] for row in rows if row.reply]


async def test_only_a_few_requests_are_made_at_once(house: Opened) -> None:
    """Whoever comes while many wait gets the passage at once."""
    head = "---\ntitle: {}\nowner: leave\nlanguage: en\n---\n\n# {}\n\n{}\n"
    names = ["Annual leave", "Study leave", "Jury leave", "Moving leave", "Wedding leave", "Volunteer leave"]
    texts = {
        f"a/{n}.md": head.format(name, name, PASSAGE.replace("annual leave", name.lower()))
        for n, name in enumerate(names)
    }
    async with house(holds(), replace(book(), knowledge=build(texts))) as desk:
        asked = [asyncio.create_task(desk.answer(f"How many days of {name.lower()} do I get?")) for name in names]
        waiting = set(asked)
        while len(waiting) > AT_ONCE:
            done, waiting = await asyncio.wait(waiting, timeout=PATIENT, return_when=asyncio.FIRST_COMPLETED)
            assert all(PASSAGE[-40:] in task.result().text_md for task in done)
        desk.model.let_go.set()
        await asyncio.gather(*asked)
