"""Who was told which text of a section: kept with every answer, so that a change can be made good."""

from deskbot.actions.talk import Talk
from deskbot.answers.articles import Section
from deskbot.desk.errors import NotFound
from deskbot.store import recall
from deskbot.store.recall import Text


def text_of(section: Section) -> Text:
    """Return what is kept of a section's text."""
    article = section.article
    heading = section.path[-1] if section.path else ""
    title = article.title if not heading or heading == article.title else f"{article.title}: {heading}"
    return Text(
        section.id,
        section.version,
        title,
        section.text_md,
        article.language,
        article.owner,
        article.effective,
        article.version,
    )


def keep(talk: Talk, section_id: str, version: str, answered_id: int) -> None:
    """Keep that the asker was told a text of a section; somebody unlinked cannot be found again and is not kept."""
    if talk.person is None or talk.conversation.id is None:
        return
    number = recall.known(talk.session, section_id, version) or _new(talk, section_id, version)
    if number is not None:
        recall.told(
            talk.session,
            talk.person.id,
            number,
            talk.conversation.id,
            talk.language,
            talk.now,
            answered_id=answered_id,
        )


def _new(talk: Talk, section_id: str, version: str) -> int | None:
    """Keep a text that is told before the desk has taken stock of the files it lies in."""
    try:
        section = talk.desk.book.knowledge.section(section_id)
    except NotFound:
        return None
    return recall.text_id(talk.session, text_of(section), talk.now) if section.version == version else None
