"""The manifest is one Slack accepts, and asks for what the channel uses."""

import json
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from deskbot.channels.slack.manifest import manifest
from deskbot.cli.slack import app
from tests.channels.slack.payloads import DATA

SCHEMA = json.loads((DATA / "slack-app-manifest.v2.schema.json").read_text())


@pytest.mark.parametrize("oauth", [False, True])
@pytest.mark.parametrize("socket", [False, True])
def test_every_manifest_is_valid(socket: bool, oauth: bool) -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(manifest("https://hr.example.com/", socket=socket, oauth=oauth))


def addresses(part: Any) -> set[str]:
    if isinstance(part, dict):
        return {address for value in part.values() for address in addresses(value)}
    if isinstance(part, list):
        return {address for value in part for address in addresses(value)}
    return {part} if isinstance(part, str) and part.startswith("https://") else set()


def test_over_http_there_is_one_address_and_over_a_socket_none() -> None:
    assert addresses(manifest("https://hr.example.com")) == {"https://hr.example.com/slack/events"}
    assert addresses(manifest("https://hr.example.com", socket=True)) == set()
    assert addresses(manifest("https://hr.example.com", socket=True, oauth=True)) == {
        "https://hr.example.com/slack/oauth_redirect"
    }


def test_the_command_prints_yaml_to_paste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKBOT_BASE_URL", "https://hr.example.com")
    printed = CliRunner().invoke(app, ["manifest", "--socket"])
    assert yaml.safe_load(printed.stdout) == manifest("https://hr.example.com", socket=True)
