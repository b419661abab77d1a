"""One conversation for every channel: from what was said and what was found to what the desk does and says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from deskbot.desk.messages import Choice, Citation, Form, Reply
from deskbot.desk.texts import say

LABEL = 75  # characters: the most that Slack takes on a button
Decision = Literal["answer", "suggest", "unknown", "sensitive", "personal"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A section as an answer shows it; `note` labels another language or an expired text, in words.

    `rephrased` is the quote in a language model's words, checked against it; "" where the quote itself is shown.
    """

    section: str
    title: str
    heading: str
    version: str
    effective: str | None
    quote: str
    url: str | None = None
    note: str = ""
    rephrased: str = ""

    def citation(self) -> Citation:
        """Return what the reader sees of the source."""
        title = self.title if not self.heading or self.heading == self.title else f"{self.title}: {self.heading}"
        return Citation(self.section, title, self.version, self.effective, self.quote, self.url)


@dataclass(frozen=True, slots=True)
class Rephrased:
    """A passage in other words, made before it was decided to cite it; it serves for that very passage only."""

    passage: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the knowledge base says to one question, for one person. `reason`: "no_article" or "not_found".

    `shipped` is the confidence before it was set right from the desk's own outcomes. `shown` says that the best passage
    has just been shown and is left out here.
    """

    decision: Decision
    confidence: float
    passages: Sequence[Passage] = ()
    reason: str | None = None
    shipped: float | None = None
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What the desk does with one inbound: replies in order, a form to open, its errors, or a short toast."""

    replies: tuple[Reply, ...] = ()
    form: Form | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    toast: str = ""


def ask_hr(answered: int, language: str, *, primary: bool = False) -> Choice:
    """Return the button that makes a ticket of the question; `answered` is the id of the question's record."""
    return Choice("ask_hr", say("chat.ask_hr", language), str(answered), "primary" if primary else "plain")


def answer(finding: Finding, answered: int, language: str) -> Reply:
    """Say what the knowledge base knows: one cited passage, up to three to choose from, or that it does not know."""
    if finding.decision == "answer" and finding.passages:
        return _cited(finding.passages[0], answered, language)
    if finding.shown or (finding.decision == "suggest" and finding.passages):
        return _suggestions(finding, answered, language)
    if finding.decision == "personal":
        return _personal(finding, answered, language)
    return _unknown(finding, answered, language)


def _cited(passage: Passage, answered: int, language: str) -> Reply:
    source = passage.citation()
    if passage.rephrased:
        text = f"{passage.rephrased}\n\n{say('chat.rephrased', language, title=source.title)}"
    else:
        text = f"{passage.note}\n\n{passage.quote}" if passage.note else passage.quote
    choices = (Choice("helped", say("chat.helped", language), str(answered), "primary"), ask_hr(answered, language))
    return Reply(text, (source,), choices, language=language, generated=bool(passage.rephrased))


def _suggestions(finding: Finding, answered: int, language: str) -> Reply:
    key = "chat.did_you_mean"
    if finding.shown:
        key = "chat.closest_shown_others" if finding.passages else "chat.closest_shown"
    choices = (*_to_choose(finding.passages[:3], answered), ask_hr(answered, language, primary=not finding.passages))
    return Reply(say(key, language), choices=choices, language=language)


def _to_choose(passages: Sequence[Passage], answered: int) -> tuple[Choice, ...]:
    return tuple(Choice("show", _label(passage), f"{answered}:{passage.section}") for passage in passages)


def _label(passage: Passage) -> str:
    """Return a section's name for a button: with its article's where both fit, whole words in any case."""
    title = passage.citation().title
    if len(title) > LABEL and passage.heading:
        title = passage.heading
    return title if len(title) <= LABEL else title[: LABEL - 1].rpartition(" ")[0].rstrip(" ,;:") + "…"


def missed(others: Sequence[Passage], answered: int, language: str) -> Reply:
    """Own up to an answer beside the point: what else it could be, and the way to a person with the same question."""
    text = say("chat.missed_others" if others else "chat.missed", language)
    choices = (*_to_choose(others[:3], answered), ask_hr(answered, language, primary=not others))
    return Reply(text, choices=choices, language=language)


def _personal(finding: Finding, answered: int, language: str) -> Reply:
    return Reply(
        say("chat.personal", language),
        choices=(ask_hr(answered, language, primary=True),),
        language=language,
        private=True,
    )


def _unknown(finding: Finding, answered: int, language: str) -> Reply:
    key = "chat.not_found" if finding.reason == "not_found" else "chat.no_article"
    return Reply(say(key, language), choices=(ask_hr(answered, language, primary=True),), language=language)


def offer_form(title: str, key: str, description: str, language: str, answered: int | None = None) -> Reply:
    """Offer a request's form; `answered` adds the way to a person."""
    choices = [Choice("open_form", say("chat.open_form", language), key, "primary")]
    if answered is not None:
        choices.append(ask_hr(answered, language))
    text = say("chat.offer_form", language, title=title)
    return Reply(f"{text}\n\n{description}".strip(), choices=tuple(choices), language=language)


_QUESTION = re.compile(
    r"\s*(how|what|when|where|who|why|which|whose|is|are|am|do|does|did|can|could|may|will|would|should|must|has|have"
    r"|como|quando|onde|quem|qual|quais|quanto|quantos|quantas|o que|que|porque|porqu[eê]|posso|podemos|h[aá]|[eé])\b",
    re.IGNORECASE,
)


def asks(text: str) -> bool:
    """Whether the words are a question rather than a wish: the first gets an answer before it gets a form."""
    return _QUESTION.match(text) is not None or text.rstrip().endswith("?")


def with_form(reply: Reply, title: str, key: str) -> Reply:
    """Add to a cited answer the way to ask for the thing itself."""
    form = Choice("open_form", title[:75], key)
    return replace(reply, choices=(*reply.choices[:1], form, *reply.choices[1:]))


def sensitive_route(
    *,
    language: str,
    reference: str | None,
    promise: str,
    crisis: Sequence[str],
    article: Passage | None,
    health: bool,
) -> Reply:
    """The human route for a text that must never meet an article alone.

    First, where life may be at risk, the emergency and crisis lines of the person's country; then what happens now
    and by when, and only at the end, for a question about the topic, the article.
    """
    parts: list[str] = []
    if crisis:
        parts.append(say("chat.crisis", language) + "\n\n" + "\n".join(f"- {line}" for line in crisis))
    if health:
        parts.append(say("chat.health", language, reference=reference or "", promise=promise))
    elif reference:
        parts.append(say("chat.sensitive_report", language, reference=reference, promise=promise))
    else:
        parts.append(say("chat.sensitive_question", language))
    if article is not None:
        parts.append(say("chat.sensitive_article", language) + f"\n\n{article.quote}")
    choices: tuple[Choice, ...] = ()
    if reference is None and not health:
        choices = (Choice("speak_up", say("chat.speak_up", language), "", "primary"),)
    citations = (article.citation(),) if article is not None else ()
    return Reply("\n\n".join(parts), citations, choices, private=True, language=language)


def opened(reference: str, promise: str, status: str, language: str, *, private: bool) -> Reply:
    """Tell somebody that their ticket is open, who has it and by when."""
    choice = Choice("my_requests", say("chat.my_requests", language), "")
    text = say("chat.opened", language, reference=reference, promise=promise)
    return Reply(text, choices=(choice,), status=status, private=private, language=language)
