"""One reply, every channel: whatever a channel cannot draw it says in text, and nobody's words become its mark-up."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskbot.answers.markdown import to_html
from deskbot.channels.email.render import render as mail
from deskbot.channels.slack.render import render as slack
from deskbot.channels.teams.render import render as teams
from deskbot.channels.terminal.render import render as terminal
from deskbot.channels.webchat import WebChat
from deskbot.desk.messages import Choice, Citation, FileLink, Reply

BASE = "https://hr.example.com"
FULL = Reply(
    "Everybody gets **twenty-five** days.\n\n| Office | Days |\n| --- | --- |\n| Lisbon | 25 |\n\n- one\n- two",
    citations=(
        Citation(
            "leave.md#days", "Annual leave", "abc1234", "2026-01-15", "twenty-five", f"{BASE}/knowledge/leave#days"
        ),
    ),
    choices=(
        Choice("helped", "That helped", "TOKEN-1", "primary"),
        Choice("ask_hr", "Ask HR", "TOKEN-2"),
        Choice("page", "My page", url=f"{BASE}/my"),
    ),
    files=(FileLink("letter.pdf", "application/pdf", f"{BASE}/files/7", 7),),
    status="HR-1042 · Payroll · Open",
)


def _slack(reply: Reply) -> str:
    return json.dumps([[message.text, message.blocks] for message in slack(reply, BASE)], ensure_ascii=False)


def _teams(reply: Reply) -> str:
    return json.dumps(teams(reply, BASE), ensure_ascii=False, default=vars)


def _mail(reply: Reply) -> str:
    drawn = mail(reply, BASE, to_html)
    return drawn.text + drawn.html


def _webchat(reply: Reply) -> str:
    return WebChat(to_html).draw(reply, action="/chat/1", csrf="c", live=True)


def _terminal(reply: Reply) -> str:
    return terminal(reply)


DRAWERS: dict[str, Callable[[Reply], str]] = {
    "slack": _slack,
    "teams": _teams,
    "email": _mail,
    "webchat": _webchat,
    "terminal": _terminal,
}


@pytest.mark.parametrize("channel", DRAWERS)
@pytest.mark.parametrize(
    "part", ["twenty-five", "Lisbon", "two", "Annual leave", "letter.pdf", "HR-1042", "Payroll", "/my"]
)
def test_no_channel_drops_a_part_of_a_reply(channel: str, part: str) -> None:
    """Text, table, list, source, file, status and link are all there, in whatever form the channel has for them."""
    assert part in DRAWERS[channel](FULL)


@pytest.mark.parametrize("channel", DRAWERS)
def test_the_articles_own_words_are_in_reach_where_a_model_worded_them(channel: str) -> None:
    """The article is one click away everywhere, and where there is room its words stand there too."""
    drawn = DRAWERS[channel](replace(FULL, text_md="Other words.", generated=True))
    assert "Annual leave" in drawn
    assert f"{BASE}/knowledge/leave#days" in drawn or "twenty-five" in drawn
    assert channel not in ("webchat", "email", "teams") or "twenty-five" in drawn


@pytest.mark.parametrize("channel", ["slack", "teams", "webchat", "terminal"])
def test_every_button_can_be_pressed_where_people_answer(channel: str) -> None:
    """Both choices are offered; mail, which takes nothing in, sends people to the page instead."""
    drawn = DRAWERS[channel](FULL)
    assert "That helped" in drawn
    assert "Ask HR" in drawn


_HOSTILE = st.one_of(
    st.sampled_from(
        ["<!channel>", "<!here>", "<@U123>", "<#C1>", "<at>all</at>", "<script>alert(1)</script>", "</b><img src=x>"]
    ),
    st.text(max_size=60),
)


@settings(max_examples=60, deadline=None)
@given(said=st.lists(_HOSTILE, min_size=1, max_size=4).map(" ".join))
def test_what_a_person_writes_never_becomes_a_ping_or_mark_up(said: str) -> None:
    """A specialist's words are shown as they were typed, in every channel."""
    reply = Reply(said, speaker="Bea <@U1>", status="HR-1")
    assert "<!" not in _slack(reply)
    assert "<@U" not in _slack(reply)
    assert "<at>" not in _teams(reply)
    for html in (_webchat(reply), mail(reply, BASE, to_html).html):
        assert "<script" not in html
        assert "<img src=x" not in html
