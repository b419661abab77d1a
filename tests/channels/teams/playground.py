"""Talk to the desk in Microsoft 365 Agents Playground by hand: `python -m tests.channels.teams.playground FOLDER PORT`.

The Playground signs nothing, so this desk's door believes it; the product itself has no setting for that. FOLDER gets
the desk's data and the Playground's configuration. Then, with npm's `@microsoft/m365agentsplayground`:

    M365_AGENTS_PLAYGROUND_CONFIG_PATH=FOLDER/playground.yml \\
      npx agentsplayground -e http://127.0.0.1:PORT/api/messages -c msteams -p 56150 --disable-telemetry
"""

import sys
from pathlib import Path

import uvicorn
import yaml

from deskbot.channels.teams.door import Door, Intake
from deskbot.channels.teams.platform import Platform
from deskbot.channels.teams.verification import Keys, Passport, Verifier
from deskbot.config import Settings
from deskbot.wiring import Application
from tests.channels.teams.activities import ALICE, CLIENT, TENANT
from tests.channels.teams.service import bot_token
from tests.web.company import hire

PAGE = "http://localhost:56150"
PLATFORM = Platform(
    services=frozenset({PAGE}), service_url=f"{PAGE}/_connector", token=lambda scope, tenant=None: bot_token()
)


class Believing(Verifier):
    """Believes whoever speaks, as long as they speak of the Playground's service and of our tenant."""

    async def passport(self, token: str) -> Passport | None:
        """Believe it."""
        return Passport(PLATFORM.service_url, frozenset({"msteams"}))


def configuration() -> dict[str, object]:
    """Return who is there: Alice, who is Ana in the directory, and five more, as many as the Playground asks for."""
    others = [
        ("u1", "Bea Nunes"),
        ("u2", "Sam Okafor"),
        ("u3", "Joe Miller"),
        ("u4", "Lia Costa"),
        ("u5", "Eva Brandt"),
    ]
    return {
        "version": "0.1.1",
        "tenantId": TENANT,
        "bot": {"id": CLIENT, "name": "deskbot"},
        "currentUser": _user("user-alice", "Ana Sousa", ALICE),
        "users": [
            _user(key, name, f"00000000-0000-0000-0000-00000000000{n}") for n, (key, name) in enumerate(others, 1)
        ],
        "personalChat": {"id": "personal-chat-1"},
        "groupChat": {"id": "group-chat-1", "name": "Group Chat"},
        "team": {
            "id": "team-1",
            "name": "Acme",
            "aadGroupId": "00000000-0000-0000-0000-000000000031",
            "channels": [{"id": "ch-hr", "name": "hr-help"}],
        },
    }


def _user(key: str, name: str, directory_id: str) -> dict[str, str]:
    given, _, family = name.partition(" ")
    address = f"{given.lower()}@acme.example"
    return {
        "id": key,
        "name": name,
        "userPrincipleName": address,
        "aadObjectId": directory_id,
        "givenName": given,
        "surname": family,
        "email": address,
    }


def main(folder: Path, port: int) -> None:
    """Serve a small company's desk to the Playground."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "playground.yml").write_text(yaml.safe_dump(configuration()))
    settings = Settings(
        _env_file=None,
        env="test",
        data_dir=folder / "data",
        base_url=f"http://127.0.0.1:{port}",
        teams_client_id=CLIENT,
        teams_client_secret="made-up",
        teams_tenant_id=TENANT,
    )
    desk = Application(settings, teams_platform=PLATFORM)
    hire(desk.store, desk.clock.now())
    verifier = Believing(CLIENT, frozenset({TENANT}), Keys(_nowhere), PLATFORM)
    desk.teams_door = Door(verifier, Intake(desk.group.accept, desk._answer, desk.clock.now, settings.base_url))
    uvicorn.run(desk, host="127.0.0.1", port=port, log_level="warning")


async def _nowhere() -> dict[str, object]:
    return {}


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
