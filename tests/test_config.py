"""Settings are read once, and what is missing or contradictory is one sentence."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deskbot.config import SettingsError, SystemClock, is_demo, load, mark_demo, secret


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without settings, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("DESKBOT_ENV", "DESKBOT_DATA_DIR", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SMTP_URL"):
        monkeypatch.delenv(name, raising=False)


def _model(url: str, key: str = "k") -> dict[str, str]:
    names = ("DESKBOT_LANGUAGE_MODEL_URL", "DESKBOT_LANGUAGE_MODEL_NAME", "DESKBOT_LANGUAGE_MODEL_KEY")
    return dict(zip(names, (url, "m", key), strict=True))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is set but empty"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_BOT_TOKEN needs SLACK_SIGNING_SECRET"),
        ({"SLACK_SIGNING_SECRET": "s"}, "need SLACK_BOT_TOKEN"),
        ({"TEAMS_CLIENT_ID": "a"}, "TEAMS_CLIENT_ID needs TEAMS_CLIENT_SECRET"),
        ({"OIDC_ISSUER": "https://id.example.com"}, "OIDC_ISSUER is for something that this version does not have"),
        ({"SMTP_URL": "smtp://localhost"}, "SMTP_URL needs MAIL_FROM"),
        ({"DESKBOT_NOW": "+P3D"}, "DESKBOT_NOW works only with DESKBOT_ENV=demo or test"),
        ({"DESKBOT_ENV": "staging"}, "DESKBOT_ENV"),
        ({"DESKBOT_ZONE": "Mars/Olympus"}, "is not a time zone"),
        ({"DESKBOT_BASE_URL": "hr.example.com"}, "is not a web address"),
        ({"DESKBOT_DATABASE_URL": "mysql://x"}, "must start with sqlite:/// or postgresql://"),
        ({"DESKBOT_SEMANTIC": "maybe"}, "DESKBOT_SEMANTIC=maybe can only be on or off"),
        ({"DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS": "1"}, "works only with DESKBOT_ENV=test"),
        ({"DESKBOT_LANGUAGE_MODEL_URL": ""}, "DESKBOT_LANGUAGE_MODEL_URL is set but empty"),
        ({"DESKBOT_LANGUAGE_MODEL_SECONDS": ""}, "DESKBOT_LANGUAGE_MODEL_SECONDS"),
        ({"DESKBOT_LANGUAGE_MODEL_SECONDS": "60"}, "DESKBOT_LANGUAGE_MODEL_SECONDS must be from 0.1 to 8"),
        ({"DESKBOT_LANGUAGE_MODEL_URL": "https://m.example/v1"}, "needs DESKBOT_LANGUAGE_MODEL_NAME"),
        ({"DESKBOT_LANGUAGE_MODEL_NAME": "m"}, "need DESKBOT_LANGUAGE_MODEL_URL"),
        ({"DESKBOT_LANGUAGE_MODEL_KEY": "k"}, "need DESKBOT_LANGUAGE_MODEL_URL"),
        (_model("https://m.example/v1", "a b"), "DESKBOT_LANGUAGE_MODEL_KEY holds a space"),
        (_model("http://m.example/v1"), "must be an https:// address"),
        (_model("http://127.0.0.1.m.example/v1"), "must be an https:// address"),
        (_model("https://user:word@m.example/v1"), "must be an https:// address"),
        (_model("https://m.example/v1?key=1"), "must be an https:// address"),
        (_model("https://m.example:port/v1"), "must be an https:// address"),
        (_model("file:///etc/passwd"), "must be an https:// address"),
    ],
)
def test_a_wrong_setting_is_one_sentence(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], sentence: str) -> None:
    """The operator reads what is wrong and what to do, in one line."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load()
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_production_is_the_default_and_nothing_is_connected() -> None:
    """Without settings there is an embedded database and no channel but our own pages."""
    settings = load()
    assert settings.env == "production"
    assert settings.database.startswith("sqlite:///")
    assert not (settings.slack_on)
    assert not (settings.teams_on)
    assert not (settings.mail_on)
    assert not (settings.may_pretend)


@pytest.mark.parametrize(
    "url", ["https://m.example/v1", "http://127.0.0.1:11434/v1", "http://[::1]/v1", "http://localhost"]
)
def test_a_model_may_be_far_and_encrypted_or_on_this_machine(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """These addresses are taken, and the time has a default."""
    for name, value in _model(url).items():
        monkeypatch.setenv(name, value)
    assert load().language_model_url == url
    assert load().language_model_seconds == 3.0


def test_the_key_is_made_once_and_only_we_can_read_it(tmp_path: Path) -> None:
    """A second start finds the same key, in a file of ours alone."""
    settings = load(data_dir=tmp_path / "data")
    key = secret(settings)
    assert secret(settings) == key
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o077 == 0


def test_commands_work_on_the_demo_where_its_folder_is(tmp_path: Path) -> None:
    """A demo marks its folder; elsewhere, and when the mode is set, nothing changes."""
    mark_demo(load(env="demo", data_dir=tmp_path / "data", base_url="http://127.0.0.1:9000"))
    assert load().env == "demo"
    assert load().base_url == "http://127.0.0.1:9000"
    assert load(data_dir=tmp_path / "other").env == "production"


def test_a_demo_is_never_built_over_something_else(tmp_path: Path) -> None:
    """A folder that holds files and no demo is left alone."""
    assert is_demo(tmp_path / "absent")
    (tmp_path / "deskbot.db").write_text("a real company")
    assert not is_demo(tmp_path)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2026-03-02T09:00:00+00:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T10:00:00+01:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T09:00:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
    ],
)
def test_the_clock_can_be_frozen(said: str, told: datetime) -> None:
    """An instant stands still."""
    assert SystemClock(said).now() == told


def test_the_clock_can_be_set_by_a_file_while_it_runs(tmp_path: Path) -> None:
    """The file is read again at each use."""
    file = tmp_path / "now"
    file.write_text("2026-03-02T09:00:00+00:00")
    clock = SystemClock(f"@{file}")
    file.write_text("2026-03-03T09:00:00+00:00")
    assert clock.now() == datetime(2026, 3, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize("said", ["tomorrow", "+3 days", "+P", "@/no/such/file"])
def test_a_clock_that_cannot_be_read_is_refused_in_words(said: str) -> None:
    """DESKBOT_NOW says what it takes."""
    with pytest.raises(SettingsError, match="DESKBOT_NOW"):
        SystemClock(said)
