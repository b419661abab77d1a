"""One turn of a conversation as actions see it, and the replies about somebody's own requests."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from deskbot.actions import clocks
from deskbot.actions.desk import Desk
from deskbot.answers.audience import Audience
from deskbot.desk import sla
from deskbot.desk.access import Grant, Viewer, reads
from deskbot.desk.commands import Command
from deskbot.desk.conversation import Rephrased, Turn
from deskbot.desk.messages import Choice, Inbound, Reply
from deskbot.desk.people import Person
from deskbot.desk.requests import RequestType
from deskbot.desk.texts import say
from deskbot.store import people, tickets
from deskbot.store.tables import Conversation, Ticket


@dataclass(slots=True)
class Talk:
    """Who said what, where and when, with everything a turn needs; `person` is None for somebody unlinked."""

    desk: Desk
    session: Session
    inbound: Inbound
    person: Person | None
    conversation: Conversation
    now: datetime
    language: str
    notices: list[str] = field(default_factory=list)
    rephrased: Rephrased | None = None  # a passage in plain words, for when it turns out to be the answer
    apart: bool = False  # what is said this turn stays out of the ticket that the conversation reaches
    _viewer: Viewer | None = None
    _ticket: Ticket | None = None  # held, because the session forgets what nobody else holds

    def ticket(self) -> Ticket | None:
        """Return the ticket that this conversation's messages reach."""
        found = self.conversation.ticket_id
        if found is None:
            return None
        if self._ticket is None or self._ticket.id != found:
            self._ticket = self.session.get(Ticket, found)
        return self._ticket

    def viewer(self) -> Viewer | None:
        """Return the rights of the person who talks."""
        if self._viewer is None and self.person is not None:
            self._viewer = people.viewer(self.session, self.person.id)
        return self._viewer

    def audience(self) -> Audience | None:
        """Return what retrieval needs to know of the reader; None sees public articles only."""
        viewer = self.viewer()
        if viewer is None:
            return None
        someone = viewer.person
        return Audience(
            country=someone.country,
            contract=someone.contract,
            is_manager=someone.is_manager,
            roles=frozenset(viewer.roles),
            language=self.language,
        )

    def reply(self, text: str, *, choices: tuple[Choice, ...] = (), private: bool = False, status: str = "") -> Reply:
        """Return a reply in the reader's language."""
        return Reply(text, choices=choices, private=private, status=status, language=self.language)

    def owner(self, ticket: Ticket) -> str:
        """Return the owner role's name in the reader's language."""
        role = self.desk.book.roles.get(ticket.role)
        return role.name(self.language) if role else ticket.role

    def promise(self, ticket: Ticket) -> str:
        """Return who answers by when, in words, in the reader's zone."""
        due = ticket.first_response_due if ticket.first_response_at is None else ticket.next_reply_due
        due = due or ticket.resolution_due
        return sla.promise(
            self.owner(ticket),
            due,
            self.now,
            self.language,
            self.person.zone if self.person else self.desk.zone,
            clocks.working_time(self.desk, ticket),
        )

    def status(self, ticket: Ticket) -> str:
        """Return the short line about a ticket that goes with a reply."""
        state = say(f"ticket.state.{ticket.state}", self.language)
        return f"{ticket.ref} · {self.owner(ticket)} · {state}"


def status_replies(talk: Talk, command: Command) -> Turn:
    """Answer a command: my requests, status of one, why it takes so long, help, the catalogue, thanks."""
    language = talk.language
    if command.name == "thanks":
        return Turn((talk.reply(say("chat.thanks", language)),))
    if command.name == "greeting":
        name = talk.person.given_name or talk.person.name if talk.person else ""
        return Turn((talk.reply(say("chat.greeting" if name else "chat.greeting_unlinked", language, name=name)),))
    if command.name == "help":
        return Turn((talk.reply(say("chat.help", language)),))
    if talk.person is None:
        return Turn((talk.reply(say("chat.unlinked", language, url=talk.desk.base_url), private=True),))
    if command.name == "my_requests":
        return my_requests(talk)
    if command.name == "catalog":
        return _catalogue(talk)
    if command.name == "person":
        return _to_person(talk)
    return _about_ticket(talk, command)


def _to_person(talk: Talk) -> Turn:
    """Ask what it is about, so that it reaches the right person; in a ticket's conversation, say who has it."""
    ticket = talk.ticket()
    if ticket is not None and ticket.live:
        return Turn((talk.reply(talk.promise(ticket), status=talk.status(ticket), private=True),))
    talk.conversation.state = {**talk.conversation.state, "wants_person": True}
    return Turn((talk.reply(say("chat.person_ask", talk.language), private=True),))


def my_requests(talk: Talk) -> Turn:
    """List the asker's own tickets, the same in every channel."""
    viewer = talk.viewer()
    rows = tickets.of_requester(talk.session, viewer) if viewer else []
    if not rows:
        url = f"{talk.desk.base_url}/requests"
        return Turn((talk.reply(say("chat.no_requests", talk.language, url=url), private=True),))
    lines = [_request_line(talk, row) for row in rows[:10]]
    text = say("chat.requests", talk.language) + "\n\n" + "\n".join(lines)
    page = Choice("my_page", say("chat.my_requests", talk.language), url=f"{talk.desk.base_url}/my")
    return Turn((talk.reply(text, choices=(page,), private=True),))


def home(talk: Talk) -> Reply:
    """Return the page that a channel shows of its own accord: one's requests, and what one can ask for."""
    if talk.person is None:
        return talk.reply(say("chat.unlinked", talk.language, url=talk.desk.base_url), private=True)
    mine, offered = my_requests(talk).replies[0], _catalogue(talk).replies[0]
    return replace(mine, choices=(*mine.choices, *offered.choices))


def _request_line(talk: Talk, ticket: Ticket) -> str:
    title = say("ticket.sealed_title", talk.language)
    if ticket.tier < 3:
        title = talk.desk.sealer.open(talk.session, ticket.title) or ""
    running = ticket.live and ticket.state not in ("resolved", "closed")
    return say(
        "chat.request_line",
        talk.language,
        reference=ticket.ref,
        title=title,
        state=say(f"ticket.state.{ticket.state}", talk.language),
        owner=talk.owner(ticket),
        promise=f" · {talk.promise(ticket)}" if running else "",
    )


def _catalogue(talk: Talk) -> Turn:
    offered = [kind for kind in talk.desk.book.requests.values() if talk.person and is_offered(kind, talk.person)]
    choices = tuple(Choice("open_form", kind.name(talk.language)[:75], kind.key) for kind in offered[:9])
    page = Choice("catalogue_page", say("chat.catalog", talk.language)[:75], url=f"{talk.desk.base_url}/requests")
    return Turn((talk.reply(say("chat.catalog", talk.language), choices=(*choices, page), private=True),))


def is_offered(kind: RequestType, person: Person) -> bool:
    """Whether a request type is offered to this person."""
    return kind.open_to(person.country, person.contract, person.employer, person.is_manager)


def _about_ticket(talk: Talk, command: Command) -> Turn:
    ticket = tickets.by_ref(talk.session, command.reference) if command.reference else talk.ticket()
    viewer = talk.viewer()
    if ticket is None and command.reference is None and viewer is not None:
        mine = [row for row in tickets.of_requester(talk.session, viewer) if row.live]
        ticket = mine[0] if mine else None
    if ticket is None or viewer is None or reads(viewer, tickets.facts(talk.session, ticket)) < Grant.OWN:
        unknown = say("chat.unknown_reference", talk.language, reference=command.reference or "")
        return Turn((talk.reply(unknown, private=True),))
    if command.name == "why":
        return Turn((talk.reply(why(talk, ticket), private=True, status=talk.status(ticket)),))
    return Turn((talk.reply(_request_line(talk, ticket).removeprefix("- "), private=True),))


def why(talk: Talk, ticket: Ticket) -> str:
    """Explain the ticket's clock in words, in the reader's language and zone."""
    found = clocks.clocks(talk.session, talk.desk, ticket, talk.now)
    return sla.explain_words(
        found,
        clocks.policy_of(talk.desk, ticket),
        clocks.working_time(talk.desk, ticket),
        talk.now,
        talk.language,
        talk.person.zone if talk.person else talk.desk.zone,
    )
