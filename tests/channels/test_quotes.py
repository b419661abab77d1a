"""A quoted passage in every channel: tables stay tables, lists stay lists, links lead somewhere."""

import json

from deskbot.answers.markdown import to_html
from deskbot.channels.email.render import render as mail
from deskbot.channels.slack.render import render as slack
from deskbot.channels.teams.render import render as teams
from deskbot.channels.terminal.render import render as terminal
from deskbot.desk.messages import Reply

BASE = "https://desk.example"
QUOTE = """\
Your notice depends on your contract:

| Contract | Notice |
| --- | --: |
| permanent | 30 days |
| fixed-term, short | 15 days |

- Tell your manager, see [the last day](/knowledge/leaving/last-day).
- Write to HR.
"""


def test_the_terminal_draws_straight_columns() -> None:
    shown = terminal(Reply(QUOTE))
    assert (
        "Contract           Notice\n-----------------  -------\npermanent          30 days\nfixed-term, short  15 days"
        in shown
    )
    assert "- Write to HR." in shown


def test_slack_and_teams_get_tables_lists_and_whole_addresses() -> None:
    for sent in (slack(Reply(QUOTE), BASE), teams(Reply(QUOTE), BASE)):
        said = json.dumps(sent, default=lambda part: getattr(part, "__dict__", str(part)))
        assert "| permanent | 30 days |" in said
        assert "- Write to HR." in said
        assert f"[the last day]({BASE}/knowledge/leaving/last-day)" in said


def test_a_mail_has_the_table_in_both_its_parts() -> None:
    """The head of the table stays a head, and every cell keeps its tag."""
    sent = mail(Reply(QUOTE), BASE, to_html)
    assert "permanent | 30 days" in sent.text
    assert f"the last day ({BASE}/knowledge/leaving/last-day)" in sent.text
    assert "<thead>" in sent.html
    assert sent.html.count("<th ") == 2
    assert sent.html.count("<td ") == 4
    assert "30 days</td>" in sent.html
