"""A draft article from a gap: front matter that `deskbot check` accepts, with the evidence as comments inside it.

Comments of the front matter are part of no article: evidence that its writer forgets to delete is shown to nobody.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from deskbot.answers.sections import slugify
from deskbot.desk.texts import say

REVIEW = timedelta(days=182)
MOST_QUESTIONS = 12  # that the article lists as its own; the evidence has all
_WIDTH = 116


@dataclass(frozen=True, slots=True)
class Question:
    """A question without what tells who asked it: how often it was asked in these words, and when last."""

    text: str
    count: int
    last_at: datetime
    language: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a specialist answered, without what tells to whom."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """What a draft is made of; `people` is None when there are fewer than five, `nearest` are titles with ids."""

    title: str
    owner: str
    language: str
    gap: int
    count: int
    people: int | None
    kind: str
    questions: tuple[Question, ...]
    replies: tuple[Reply, ...]
    nearest: tuple[tuple[str, str], ...]
    on: date

    @property
    def name(self) -> str:
        """The name of the file."""
        slug = slugify(re.sub(r"[^\w\s-]", "", self.title))[:60].strip("-")
        return f"{slug or 'article'}.md"

    @property
    def heading(self) -> str:
        """The title: the question that stands for all, as a heading."""
        text = self.title.rstrip("?!. …").strip()
        return text[:1].upper() + text[1:]


def golden(draft: Draft) -> str:
    """Return lines for a file of golden questions, for the day when the article is published."""
    section = f"FOLDER/{draft.name}#{anchor(draft)}"
    lines = []
    for question in draft.questions[:MOST_QUESTIONS]:
        language = question.language if question.language in ("en", "pt") else draft.language
        lines += [f"- question: {_quoted(question.text)}", f'  section: "{section}"', f"  language: {language}"]
    return "\n".join(lines) + "\n"


def anchor(draft: Draft) -> str:
    """Return the anchor of the section that is to answer."""
    return slugify(say("gaps.draft.answer", draft.language))


def article(draft: Draft) -> str:
    """Return the draft as a Markdown file."""
    return "\n".join(["---", *_front(draft), *_evidence(draft), "---", "", *_body(draft)]) + "\n"


def _front(draft: Draft) -> Iterator[str]:
    yield f"title: {_quoted(draft.heading)}"
    yield f"owner: {draft.owner}"
    yield "audience: employees"
    yield f"language: {draft.language}"
    yield f"review: {draft.on + REVIEW}"
    yield f"kind: draft  # {say('gaps.draft.kind', draft.language)}"
    if draft.questions:
        yield "questions:"
        yield f"  {anchor(draft)}:"
        for question in draft.questions[:MOST_QUESTIONS]:
            yield f"    - {_quoted(question.text)}"


def _body(draft: Draft) -> Iterator[str]:
    yield f"# {draft.heading}"
    yield ""
    yield f"## {say('gaps.draft.answer', draft.language)}"
    yield ""
    yield say("gaps.draft.write", draft.language)


def _evidence(draft: Draft) -> Iterator[str]:
    """Yield the evidence as comments: what was asked, what tickets were answered, what lies near, golden questions."""
    language = draft.language
    people = "<5" if draft.people is None else str(draft.people)
    yield "#"
    yield f"# {say('gaps.draft.evidence', language)}"
    yield f"# {say('gaps.draft.counted', language, gap=draft.gap, count=draft.count, people=people, on=draft.on)}"
    yield "#"
    for question in draft.questions:
        yield f"# {question.count:>4} × {_plain(question.text)} ({question.last_at.date()})"
    if draft.replies:
        yield "#"
        yield f"# {say('gaps.draft.replies', language)}"
        for reply in draft.replies:
            yield from _wrapped(f"{reply.at.date()}: {_plain(reply.text)}")
    if draft.nearest:
        yield "#"
        yield f"# {say('gaps.draft.nearest', language)}"
        yield from (f"#   {_plain(title)} ({section})" for title, section in draft.nearest)
    yield "#"
    yield f"# {say('gaps.draft.golden', language)}"
    yield from (f"#   {line}" for line in golden(draft).splitlines())


def _wrapped(text: str) -> Iterator[str]:
    line = "#   -"
    for word in text.split():
        if len(line) + len(word) >= _WIDTH:
            yield line
            line = "#    "
        line += f" {word}"
    yield line


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _quoted(text: str) -> str:
    return json.dumps(_plain(text), ensure_ascii=False)
