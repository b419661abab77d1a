"""A conversation in the terminal: lines are worked like any delivery, replies printed, also those that come later."""

import asyncio
import json
import sys
from typing import Any
from uuid import uuid4

from sqlmodel import col, select

from deskbot.channels import terminal
from deskbot.config import Settings, SettingsError
from deskbot.desk.conversation import Turn
from deskbot.desk.messages import Choice, Form, FormField, Reply, reply_from_json
from deskbot.store import conversations, people
from deskbot.store.tables import Answered, Conversation, PersonRow, Ticket
from deskbot.wiring import Application, logs

HELLO = "Ask HR anything. A number presses a button, /new starts a new question, /quit ends."


class Session:
    """One person talking in one terminal."""

    def __init__(self, application: Application, person: PersonRow) -> None:
        self._application = application
        self._person = person
        self._conversation = uuid4().hex
        self._choices: list[Choice] = []
        self._seen = 0

    @classmethod
    async def open(cls, settings: Settings, email: str) -> "Session":
        """Start the desk inside this process and find the person; refuse in words when there is none."""
        if not settings.may_pretend and not email:
            raise SettingsError("Say who asks with --as ADDRESS; it is an administrator's act and kept in the history.")
        logs.configure()
        application = Application(settings, serving=False)
        await application.start()
        await application.ready()
        with application.store.read() as session:
            wanted = people.by_email(session, email) if email else _somebody(session)
        if wanted is None:
            await application.stop()
            known = (
                "Run `deskbot people list` to see who is." if email else "Import people first: `deskbot people import`."
            )
            raise SettingsError(f"There is nobody with the address {email or '(none)'} in the directory. {known}")
        return cls(application, wanted)

    async def close(self) -> None:
        """Stop the desk."""
        await self._application.stop()

    async def talk(self) -> None:
        """Read lines until the end of input; show what the desk and its people say as it comes."""
        print(f"{HELLO}\nYou are {self._person.name} ({self._person.email}).\n")
        later = asyncio.create_task(self._watch())
        try:
            while (line := await asyncio.to_thread(_line)) is not None:
                if line.strip() in ("/quit", "/exit"):
                    break
                await self._say(line.strip())
        finally:
            later.cancel()

    async def ask(self, text: str, key: str) -> dict[str, Any]:
        """Ask one question; returns the answer as data."""
        turn = await self._take(text=text, key=key)
        reply = turn.replies[0] if turn and turn.replies else Reply("")
        return {"text_md": reply.text_md, **self._decided(reply)}

    async def _say(self, line: str) -> None:
        if line == "/new":
            self._conversation, self._choices, self._seen = uuid4().hex, [], 0
            print("A new question, then.\n")
        elif line.isdigit() and 0 < int(line) <= len(self._choices):
            await self._press(self._choices[int(line) - 1])
        elif line:
            await self._show(await self._take(text=line))

    async def _press(self, choice: Choice) -> None:
        turn = await self._take(kind="choice", verb=choice.verb, value=choice.value)
        while turn is not None and turn.form is not None:
            values = await asyncio.to_thread(_fill, turn.form)
            if values is None:
                print("Left the form.\n")
                return
            turn = await self._take(kind="form", verb=turn.form.key, value=turn.form.token, fields=values)
        await self._show(turn)

    async def _take(self, *, key: str = "", **said: Any) -> Turn | None:
        """Put something into the inbox as every channel does, and work it at once."""
        now = self._application.clock.now()
        assert self._person.id is not None
        raw = terminal.delivery(self._person.id, self._conversation, key or uuid4().hex, now, **said)
        await self._application.group.accept(raw)
        return await self._application.inside.worker.answer(raw.key)

    async def _show(self, turn: Turn | None) -> None:
        if turn is None:
            print("Something went wrong; the desk keeps your message and tries again.\n")
            return
        for reply in turn.replies:
            self._print(reply)
        self._seen = self._last()

    def _print(self, reply: Reply) -> None:
        self._choices = list(terminal.choices(reply))
        print("\n" + terminal.render(reply) + "\n", flush=True)

    async def _watch(self) -> None:
        """Print what people of HR write later, without being asked."""
        while True:
            await asyncio.sleep(1)
            for reply in await asyncio.to_thread(self._later):
                self._print(reply)

    def _later(self) -> list[Reply]:
        store = self._application.store
        with store.read() as session:
            row = conversations.find(session, "terminal", self._conversation)
            if row is None or row.id is None:
                return []
            fresh = [m for m in conversations.messages(session, row.id, self._seen) if m.author_kind == "specialist"]
            if not fresh:
                return []
            self._seen = max(message.id or 0 for message in fresh)
            opened = [store.sealer.open(session, message.reply) for message in fresh]
            return [reply_from_json(json.loads(text)) for text in opened if text]

    def _last(self) -> int:
        with self._application.store.read() as session:
            row = conversations.find(session, "terminal", self._conversation)
            said = conversations.messages(session, row.id) if row and row.id else []
            return max((message.id or 0 for message in said), default=0)

    def _decided(self, reply: Reply) -> dict[str, Any]:
        with self._application.store.read() as session:
            row = conversations.find(session, "terminal", self._conversation)
            answered = conversations.last_answered(session, row.id) if row and row.id else None
            return {**_decision(answered, reply), **_ticket(session, row)}


def _decision(answered: Answered | None, reply: Reply) -> dict[str, Any]:
    cited = [
        {"section": c.section, "title": c.title, "version": c.version, "effective": c.effective, "quote": c.quote}
        for c in reply.citations
    ]
    chosen = [choice for choice in reply.choices if choice.verb == "show"]
    sections = list(answered.suggestions) if answered and answered.decision == "suggest" else []
    return {
        "decision": answered.decision if answered else "answer",
        "confidence": answered.confidence if answered else 1.0,
        "citations": cited,
        "suggestions": [{"section": s, "title": c.label} for s, c in zip(sections, chosen, strict=False)],
    }


def _ticket(session: Any, row: Conversation | None) -> dict[str, str]:
    ticket = session.get(Ticket, row.ticket_id) if row and row.ticket_id else None
    return {"ticket": ticket.ref} if ticket else {}


def _somebody(session: Any) -> PersonRow | None:
    found: PersonRow | None = session.exec(
        select(PersonRow).where(PersonRow.status == "active").order_by(col(PersonRow.id))
    ).first()
    return found


def _line() -> str | None:
    print("> ", end="", flush=True)
    line = sys.stdin.readline()
    return line if line else None


def _fill(form: Form) -> dict[str, str] | None:
    """Ask for each field of a form; an empty line takes what is there, /quit and /new leave the form."""
    print(f"\n{form.title}\n{form.intro_md}\n")
    values: dict[str, str] = {}
    for field in form.fields:
        if field.when and values.get(field.when[0]) != field.when[1]:
            continue
        answer = _ask_field(field)
        if answer in ("/quit", "/exit", "/new"):
            return None
        values[field.key] = answer or field.value
    return values


def _ask_field(field: FormField) -> str:
    if field.error:
        print(f"  ! {field.error}")
    for number, (_, label) in enumerate(field.options, 1):
        print(f"    [{number}] {label}")
    hint = f" ({field.hint})" if field.hint else ""
    print(f"{field.label}{hint}{f' [{field.value}]' if field.value else ''}: ", end="", flush=True)
    answer = sys.stdin.readline().strip()
    if answer.isdigit() and field.options and 0 < int(answer) <= len(field.options):
        return field.options[int(answer) - 1][0]
    return answer
