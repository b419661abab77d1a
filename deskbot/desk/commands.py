"""Words that are commands to the desk rather than questions: my requests, talk to a person, status, why so long."""

import re
from dataclasses import dataclass
from typing import Literal

CommandName = Literal["my_requests", "person", "help", "status", "why", "catalog", "thanks", "greeting"]

_REFERENCE = re.compile(r"\b(HR-\d{1,9}|ER-[A-HJ-NP-Z2-9]{6})\b", re.IGNORECASE)

# Whole messages only: "help" is a command, "help me read my payslip" is a question.
_WHOLE: tuple[tuple[CommandName, str], ...] = (
    (
        "my_requests",
        r"(show |list |see )?(me )?(all )?my (open )?(requests|tickets|cases|letters)( please)?|status"
        r"|((mostra(r)?|ver|lista(r)?) )?(os )?meus (pedidos|tickets|casos)|(as )?minhas (cartas|declarações)|estado",
    ),
    (
        "person",
        r"(please )?(can|could|may|i want to|i'd like to|i need to|let me)? ?(i )?(talk|speak|chat) (to|with)"
        r" ?(a|an|some|somebody|someone)?"
        r" ?(real |live )?(person|human|people|somebody|someone|agent|hr|specialist)( in hr| from hr)?( please)?"
        r"|(human|person|agent)( please)?|ask hr|contact hr"
        r"|(quero |preciso de |posso )?falar com (uma pessoa|alguem|alguém|um humano|os rh|rh)( por favor)?"
        r"|pessoa|humano",
    ),
    ("help", r"help|/help|\?|what can you do|how does this work|ajuda|o que sabes fazer|como funciona( isto)?"),
    (
        "catalog",
        r"(show |list )?(me )?(the )?(catalog|catalogue|request catalog|requests catalog|all forms|forms)"
        r"|(o )?cat[aá]logo|formul[aá]rios",
    ),
    (
        "why",
        r"why (so long|is (it|this) (so )?late|does (it|this) take so long|the delay)|what('s| is) taking so long"
        r"|(porqu[eê]|por que|porque) (tanto tempo|(é que )?demora( tanto)?|est[aá] atrasado|a demora)",
    ),
    (
        "thanks",
        r"(ok |okay |great |perfect )?(thanks|thank you|thx|ty|cheers)( a lot| so much| very much)?"
        r"|(muito )?obrigad[oa]",
    ),
    (
        "greeting",
        r"hi|hello|hey|hi there|hello there|good (morning|afternoon|evening)|ol[aá]|bom dia|boa tarde|boa noite",
    ),
)
_PATTERNS = tuple((name, re.compile(rf"(?:{pattern})[\s.!?]*", re.IGNORECASE)) for name, pattern in _WHOLE)


@dataclass(frozen=True, slots=True)
class Command:
    """A recognised command; `reference` names the ticket it is about, where one was said."""

    name: CommandName
    reference: str | None = None


def recognise(text: str) -> Command | None:
    """Return the command that a whole message is, or None when it is a question or a request."""
    if len(text) > 120:
        return None
    reference = _REFERENCE.search(text)
    bare = " ".join(_REFERENCE.sub("", text).split())
    found = next((name for name, pattern in _PATTERNS if pattern.fullmatch(bare)), None)
    if reference is None:
        return Command(found) if found else None
    name = reference.group().upper()
    if found in ("why", "person"):
        return Command(found, name)
    about = re.fullmatch(
        r"(what('s| is) )?(the )?(status|state|news|update)?( of| on| about)?[\s:.!?]*"
        r"|(qual [eé] )?o? ?(estado|ponto de situa[cç][aã]o)( d[oe])?[\s?.]*",
        bare,
        re.IGNORECASE,
    )
    return Command("status", name) if about else None
