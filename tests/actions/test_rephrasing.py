"""Plain words that were made beforehand are used for the very passage that is cited then, and for nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from deskbot.actions.desk import Desk
from deskbot.actions.receive import receive
from deskbot.actions.rephrasing import material_for
from deskbot.desk.conversation import Rephrased
from deskbot.desk.messages import FileIn, Inbound, Reply
from deskbot.store.session import Store
from tests.actions.talking import Talker, posted

ANA, ASKED, SECRET = "ana@acme.example", "How many days of annual leave do I get per year?", "In plain words."
Start = Callable[..., Talker]


def _said(talker: Talker, text: str = ASKED, **more: object) -> Inbound:
    return replace(talker._inbound(text=text), **more)  # type: ignore[arg-type]


def _answer(store: Store, desk: Desk, inbound: Inbound, passage: str) -> Reply:
    with store.write() as session:
        (reply,) = receive(session, desk, inbound, Rephrased(passage, SECRET)).turn.replies
    return reply


def _material(store: Store, desk: Desk, inbound: Inbound) -> str:
    with store.read() as session:
        given = material_for(session, desk, inbound)
    return given.passage_md if given else ""


def test_what_is_looked_up_is_what_is_cited(talker: Start, store: Store, desk: Desk) -> None:
    """The passage found beforehand and the one cited are the same, so its words are used; Slack gets them once."""
    inbound = _said(talker(ANA, "slack"))
    passage = _material(store, desk, inbound)
    reply = _answer(store, desk, inbound, passage)
    assert reply.text_md.startswith(SECRET)
    assert reply.citations[0].quote == passage
    ((channel, _, payload),) = posted(store)
    assert channel == "slack"
    assert payload["text_md"] == reply.text_md
    assert payload["generated"] is True


def test_words_for_another_passage_are_not_used(talker: Start, store: Store, desk: Desk) -> None:
    """An article that changed in between is quoted as it is now."""
    reply = _answer(store, desk, _said(talker(ANA)), "Some earlier text.")
    assert SECRET not in reply.text_md
    assert not reply.generated


def test_looking_up_writes_nothing(talker: Start, store: Store, desk: Desk) -> None:
    """No conversation, no message, no record comes of it."""
    inbound = _said(talker(ANA))
    assert _material(store, desk, inbound)
    assert not inbound.external_id
    assert posted(store) == []
    assert _material(store, desk, inbound) == _material(store, desk, inbound)


@pytest.mark.parametrize(
    "text",
    [
        "How many days of annual leave have I left?",
        "What is the meaning of the quarterly zorblax?",
        "My manager harasses me. How many days of annual leave do I get per year?",
        "my requests",
        "hello",
        "",
        "I need a letter for my bank",
    ],
)
def test_what_no_article_answers_has_nothing_to_put_into_words(
    talker: Start, store: Store, desk: Desk, text: str
) -> None:
    """Personal, unknown and sensitive questions, commands and wishes."""
    assert _material(store, desk, _said(talker(ANA), text)) == ""


def test_strangers_files_edits_and_talk_among_others_have_nothing_either(
    talker: Start, store: Store, desk: Desk
) -> None:
    """Only a linked person's message to the desk is looked up."""
    ana = talker(ANA, "slack")
    assert _material(store, desk, _said(ana, sender="U-UNKNOWN")) == ""
    assert _material(store, desk, _said(ana, kind="edit")) == ""
    assert _material(store, desk, _said(ana, files=(FileIn("a.pdf", "application/pdf", b"x"),))) == ""
    assert _material(store, desk, _said(ana, private=False, mentioned=False)) == ""
    assert _material(store, desk, _said(ana, private=False, mentioned=True))
