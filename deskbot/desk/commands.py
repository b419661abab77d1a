"""Words that are commands to the desk rather than questions: my requests, talk to a person, status, why so long."""

import re
from dataclasses import dataclass
from typing import Literal

CommandName = Literal["my_requests", "person", "help", "status", "why", "catalog", "thanks", "greeting", "not_it"]

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
        r"((ok(ay)?|great|perfect|cool|nice|awesome|super|got it|oh|ah|all right|alright)\W+){0,2}"
        r"(thanks|thank you|thx|ty|tks|cheers)( a lot| so much| very much| a million| again)?"
        r"(\W+(that|this) (helps|helped|is (great|perfect|helpful|all i needed)|was (helpful|quick))( a lot)?"
        r"|\W+(bye|you'?re the best|have a (nice|good|great) (day|weekend|evening)))?"
        r"|((ok|boa|[oó]timo|perfeito|certo|ah)\W+){0,2}(muit[oa]s? )?(obrigad(o|a|inh[oa])|grat[oa])"
        r"( pela (ajuda|resposta|informa[cç][aã]o)| por tudo)?"
        r"|ok(ay)?|great|perfect|cool|got it|perfeito|[oó]timo",
    ),
    (
        "not_it",
        r"(no\W+|nope\W+|sorry\W+|but\W+|hmm+\W+)?((that|this|it)( is|'?s|’s| was)?)?( ?not|n'?t|n’t)"
        r" (at all )?(really )?"
        r"(what (i|i'?m|i am|i was) (asked|asking( for| about)?|meant?|looking for|wanted|need(ed)?|wanted to know)"
        r"|it|right|my question|(an |the )?answer( to my question| my question)?|help(ful|ing)?)"
        r"|(that |this |it )(did(n'?t| not)|does(n'?t| not)) (help|answer (it|that|my question|me))"
        r"|you (did(n'?t| not)|have(n'?t| not)|are(n'?t| not)) answer(ed|ing)?( me| it| my question)?"
        r"|(that'?s |that is )?(the )?wrong( answer)?"
        r"|(n[aã]o[, ]+)?(isso )?n[aã]o (foi|era|[eé]) (bem )?(isso|isto|essa|o)( o)?( que (eu )?(te |lhe )?"
        r"(perguntei|queria( saber)?|quis dizer|procuro|procurava|pedi))?"
        r"|(isso )?n[aã]o (me )?(respond(e|eu|este)|ajud(a|ou))( [aà]( minha)? pergunta| a isso)?"
        r"|(est[aá] )?(a )?(resposta )?errad[oa]",
    ),
    (
        "greeting",
        r"hi|hello|hey|hi there|hello there|good (morning|afternoon|evening)|ol[aá]|bom dia|boa tarde|boa noite",
    ),
)
_TAIL = r"(?:\W|(?<=\W)[:;=][dp]\b|\b(?:xd|lol)\b)*"  # full stops, smiles and what else follows without a word
_PATTERNS = tuple((name, re.compile(rf"(?:{pattern}){_TAIL}", re.IGNORECASE)) for name, pattern in _WHOLE)


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
