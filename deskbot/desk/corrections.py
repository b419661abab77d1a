"""What somebody is told when a text that the desk told them has changed."""

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from deskbot.desk.conversation import ask_hr
from deskbot.desk.messages import Citation, Reply
from deskbot.desk.texts import say

_LOCALES = {"en": "en_GB", "pt": "pt_PT"}


@dataclass(frozen=True, slots=True)
class Correction:
    """A change as one person is told it.

    `before` and `after` are the passages that differ, in Markdown, either of them empty; `told_on` is the date in the
    person's zone on which they were told the text before. `source` cites the text that holds now, its quote the whole
    passage; None when the text no longer applies. `again`: they were told that it no longer applied, and it does.
    `answered` is the id of the question's record, for the button that asks HR.
    """

    title: str
    told_on: date
    before: str = ""
    after: str = ""
    source: Citation | None = None
    again: bool = False
    answered: int | None = None


def reply(told: Correction, today: date, language: str) -> Reply:
    """Say what was told and when, what holds now and since when, with its source, and the way to a person."""
    choices = (ask_hr(told.answered, language),) if told.answered is not None else ()
    citations = (told.source,) if told.source is not None else ()
    text = "\n\n".join(_parts(told, today, language))
    return Reply(text, citations, choices, private=True, language=language)


def _parts(told: Correction, today: date, language: str) -> list[str]:
    date_told = day(told.told_on, language)
    if told.source is None:
        return [say("recall.ended", language, title=told.title, date=date_told)]
    if told.again:
        return [
            say("recall.again", language, title=told.title, date=date_told),
            _since(told.source, today, language),
            told.source.quote,
        ]
    parts = [say("recall.changed" if told.before else "recall.added", language, title=told.title, date=date_told)]
    if told.before:
        heading = "recall.before" if told.after else "recall.gone"
        parts += [_bold(say(heading, language, date=date_told)), told.before]
    return [*parts, _since(told.source, today, language), told.after or told.source.quote]


def _since(source: Citation, today: date, language: str) -> str:
    """Return the line over the new text: what holds now, or from a later day on, and its version."""
    begins = date.fromisoformat(source.effective) if source.effective else None
    heading = say("recall.now", language)
    if begins is not None and begins > today:
        heading = say("recall.from", language, date=day(begins, language))
    return f"{_bold(heading)} ({say('recall.version', language, version=source.version[:7])})"


def _bold(heading: str) -> str:
    return f"**{heading}**"


def day(on: date, language: str) -> str:
    """Return a date in words: "3 November 2026"."""
    return str(format_date(on, "long", locale=_LOCALES.get(language, "en_GB")))
