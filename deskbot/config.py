"""Every setting, read once from the environment or `.env`; only wiring and the command line may import this."""

import json
import os
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_FILE = "demo.json"
CACHE = "cache"
_NOT_YET = "{} is for something that this version does not have; unset it and {}."
ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """The settings are missing something or contradict one another; the message is one sentence for the operator."""


def _setting(name: str, default: Any, description: str) -> Any:
    return Field(default=default, validation_alias=name, description=description)


class Settings(BaseSettings):
    """All settings; each description is what the operators' documentation says of it."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True, frozen=True)

    env: Literal["production", "demo", "test"] = _setting(
        "DESKBOT_ENV",
        "production",
        "production, demo or test; one-click sign-in and DESKBOT_NOW work in demo and test only",
    )
    database_url: str | None = _setting(
        "DESKBOT_DATABASE_URL",
        None,
        "sqlite:///path or postgresql://user@host/name; an SQLite file in the data folder when unset",
    )
    base_url: str = _setting(
        "DESKBOT_BASE_URL", "http://127.0.0.1:8000", "the address people reach the desk at; links and letters carry it"
    )
    secret_key: str | None = _setting(
        "DESKBOT_SECRET_KEY",
        None,
        "seals people's words and signs buttons; made in the data folder when unset; never lose it",
    )
    data_dir: Path = _setting("DESKBOT_DATA_DIR", Path("data"), "where the database, keys and caches lie")
    knowledge_dir: Path = _setting(
        "DESKBOT_KNOWLEDGE_DIR", ROOT / "knowledge", "the folder of articles and letter templates"
    )
    rules_dir: Path = _setting(
        "DESKBOT_RULES_DIR",
        ROOT / "routing_rules",
        "the folder of roles, rules, calendars, SLA policies and request types",
    )
    now: str | None = _setting(
        "DESKBOT_NOW",
        None,
        "demo and test only: an instant (frozen), an offset such as +P3D, or @FILE (reread at each use)",
    )
    zone: str = _setting("DESKBOT_ZONE", "UTC", "the desk's own time zone, for digests of the whole desk")
    semantic: str = _setting("DESKBOT_SEMANTIC", "on", "off = search by words alone, and never load the sentence model")
    model_dir: Path | None = _setting(
        "DESKBOT_MODEL_DIR",
        None,
        "a folder with all-MiniLM-L6-v2 (model.safetensors, tokenizer.json); the installed package's when unset",
    )
    language_model_url: str | None = _setting(
        "DESKBOT_LANGUAGE_MODEL_URL",
        None,
        "https://host/v1 of an OpenAI-compatible model that may put cited passages into plain words; off when unset",
    )
    language_model_name: str | None = _setting(
        "DESKBOT_LANGUAGE_MODEL_NAME", None, "which model is asked there; needed with the address"
    )
    language_model_key: str | None = _setting(
        "DESKBOT_LANGUAGE_MODEL_KEY", None, "the key for that address, sent in the authorization header alone"
    )
    language_model_seconds: float = _setting(
        "DESKBOT_LANGUAGE_MODEL_SECONDS",
        3.0,
        "how long an answer may wait for the model, 0.1 to 8; then it goes as it is",
    )
    external_contact: str | None = _setting(
        "DESKBOT_EXTERNAL_CONTACT", None, "who is told when every handler is party to a ticket (a mail address)"
    )
    slack_bot_token: str | None = _setting("SLACK_BOT_TOKEN", None, "the bot's token (xoxb-...); turns Slack on")
    slack_signing_secret: str | None = _setting("SLACK_SIGNING_SECRET", None, "checks that deliveries come from Slack")
    slack_app_token: str | None = _setting("SLACK_APP_TOKEN", None, "the app's token (xapp-...); turns Socket Mode on")
    slack_client_id: str | None = _setting(
        "SLACK_CLIENT_ID", None, "installation by OAuth is not in this version; leave it unset"
    )
    slack_client_secret: str | None = _setting(
        "SLACK_CLIENT_SECRET", None, "installation by OAuth is not in this version; leave it unset"
    )
    slack_api_url: str = _setting("SLACK_API_URL", "https://slack.com/api/", "another Web API root, for tests")
    teams_client_id: str | None = _setting("TEAMS_CLIENT_ID", None, "the bot's app id; turns Microsoft Teams on")
    teams_client_secret: str | None = _setting("TEAMS_CLIENT_SECRET", None, "the bot's secret")
    teams_tenant_id: str | None = _setting("TEAMS_TENANT_ID", None, "the only tenant that is listened to")
    oidc_issuer: str | None = _setting(
        "OIDC_ISSUER", None, "sign-in by a provider is not in this version; leave it unset"
    )
    oidc_client_id: str | None = _setting("OIDC_CLIENT_ID", None, "as OIDC_ISSUER")
    oidc_client_secret: str | None = _setting("OIDC_CLIENT_SECRET", None, "as OIDC_ISSUER")
    smtp_url: str | None = _setting("SMTP_URL", None, "smtp://user:password@host:587; turns mail on")
    mail_from: str | None = _setting("MAIL_FROM", None, "the address mail is sent from")

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        for sentence in _contradictions(self):
            raise ValueError(sentence)
        return self

    @property
    def database(self) -> str:
        """The database's address, the embedded one when none is set."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'deskbot.db'}"

    @property
    def may_pretend(self) -> bool:
        """Whether this is a demo or a test, where the clock can be set and anybody can be signed in with one click."""
        return self.env != "production"

    @property
    def slack_on(self) -> bool:
        """Whether Slack is connected."""
        return self.slack_bot_token is not None

    @property
    def teams_on(self) -> bool:
        """Whether Microsoft Teams is connected."""
        return self.teams_client_id is not None

    @property
    def mail_on(self) -> bool:
        """Whether mail can be sent."""
        return self.smtp_url is not None


def names() -> dict[str, str]:
    """Return every setting's name with its description."""
    return {str(field.validation_alias): field.description or "" for field in Settings.model_fields.values()}


def _contradictions(settings: Settings) -> list[str]:
    found = [
        f"{field.validation_alias} is set but empty; unset it to switch it off, or give it a value."
        for name, field in Settings.model_fields.items()
        if getattr(settings, name) == ""
    ]
    found += [sentence for given, needed, sentence in _pairs(settings) if given and not needed]
    if settings.now is not None and not settings.may_pretend:
        found.append("DESKBOT_NOW works only with DESKBOT_ENV=demo or test.")
    if not _is_zone(settings.zone):
        found.append(f"DESKBOT_ZONE={settings.zone} is not a time zone; use a name such as Europe/Lisbon.")
    if settings.semantic not in ("on", "off"):
        found.append(f"DESKBOT_SEMANTIC={settings.semantic} can only be on or off.")
    found += _address_faults(settings)
    found += _language_model_faults(settings)
    if os.environ.get("DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS") and settings.env != "test":
        found.append("DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS works only with DESKBOT_ENV=test; unset it.")
    return found


def _pairs(s: Settings) -> list[tuple[object, object, str]]:
    """Settings that need one another: (given, needed, what to say when it is not there)."""
    slack_door = s.slack_signing_secret or s.slack_app_token
    return [
        (
            s.slack_bot_token,
            slack_door,
            "SLACK_BOT_TOKEN needs SLACK_SIGNING_SECRET (events) or SLACK_APP_TOKEN (sockets).",
        ),
        (slack_door, s.slack_bot_token, "SLACK_SIGNING_SECRET and SLACK_APP_TOKEN need SLACK_BOT_TOKEN."),
        (s.slack_client_id or s.slack_client_secret, None, _NOT_YET.format("SLACK_CLIENT_ID", "use SLACK_BOT_TOKEN")),
        (s.teams_client_id, s.teams_client_secret, "TEAMS_CLIENT_ID needs TEAMS_CLIENT_SECRET."),
        (s.teams_client_id, s.teams_tenant_id, "TEAMS_CLIENT_ID needs TEAMS_TENANT_ID."),
        (s.oidc_issuer or s.oidc_client_id, None, _NOT_YET.format("OIDC_ISSUER", "use `deskbot people invite`")),
        (s.smtp_url, s.mail_from, "SMTP_URL needs MAIL_FROM."),
        (
            s.language_model_url,
            s.language_model_name,
            "DESKBOT_LANGUAGE_MODEL_URL needs DESKBOT_LANGUAGE_MODEL_NAME.",
        ),
        (
            s.language_model_name or s.language_model_key,
            s.language_model_url,
            "DESKBOT_LANGUAGE_MODEL_NAME and DESKBOT_LANGUAGE_MODEL_KEY need DESKBOT_LANGUAGE_MODEL_URL.",
        ),
    ]


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def _address_faults(settings: Settings) -> list[str]:
    found = []
    base = urlsplit(settings.base_url)
    if base.scheme not in ("http", "https") or not base.hostname:
        found.append(
            f"DESKBOT_BASE_URL={settings.base_url} is not a web address; use one such as https://hr.example.com."
        )
    scheme = urlsplit(settings.database).scheme.split("+")[0]
    if scheme not in ("sqlite", "postgresql", "postgres"):
        found.append("DESKBOT_DATABASE_URL must start with sqlite:/// or postgresql://.")
    return found


def _language_model_faults(settings: Settings) -> list[str]:
    found = []
    if settings.language_model_url and not _may_be_asked(settings.language_model_url):
        found.append(
            "DESKBOT_LANGUAGE_MODEL_URL must be an https:// address without user, password, ? or #;"
            " http:// is for a model on this machine (127.0.0.1, ::1 or localhost)."
        )
    key = settings.language_model_key or "-"
    if not (key.isascii() and key.isprintable() and " " not in key):
        found.append("DESKBOT_LANGUAGE_MODEL_KEY holds a space or a character that no key has; copy it once more.")
    if not 0.1 <= settings.language_model_seconds <= 8:
        found.append("DESKBOT_LANGUAGE_MODEL_SECONDS must be from 0.1 to 8.")
    return found


def _may_be_asked(url: str) -> bool:
    """Whether a model's address can be used: nothing travels unencrypted but on this machine."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError for a port that is none
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment or not url.isprintable():
        return False
    here = parts.hostname in ("localhost", "::1") or re.fullmatch(r"127(\.\d{1,3}){3}", parts.hostname) is not None
    return parts.scheme == "https" or (parts.scheme == "http" and here)


def load(**values: Any) -> Settings:
    """Read the settings; raise `SettingsError` with one sentence when they are missing something or contradictory.

    In a data folder that `deskbot demo` made, every command works on the demo, unless DESKBOT_ENV says otherwise.
    """
    try:
        return Settings(**_of_demo(values) | values)
    except ValidationError as error:
        first = error.errors()[0]
        text = str(first["msg"]).removeprefix("Value error, ")
        where = f"{first['loc'][0]}: " if first["loc"] else ""
        raise SettingsError(where + text) from error


def _of_demo(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the demo in the data folder was started with; nothing where the mode is set, or there is no demo."""
    written = {**dotenv_values(".env"), **os.environ}
    if "env" in values or "DESKBOT_ENV" in written:
        return {}
    file = Path(values.get("data_dir") or written.get("DESKBOT_DATA_DIR") or "data") / DEMO_FILE
    return json.loads(file.read_text()) if file.exists() else {}


def mark_demo(settings: Settings) -> None:
    """Write into the data folder that it is a demo's, and how that was started."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    started = {"env": settings.env, "base_url": settings.base_url, "zone": settings.zone, "database_url": None}
    (settings.data_dir / DEMO_FILE).write_text(json.dumps(started))


def is_demo(data_dir: Path) -> bool:
    """Whether a data folder is a demo's; one that is absent, or empty but for what was computed, may become one."""
    if (data_dir / DEMO_FILE).exists() or not data_dir.exists():
        return True
    return all(found.name == CACHE for found in data_dir.iterdir())


def secret(settings: Settings) -> bytes:
    """Return the desk's own key: the setting, or 32 random bytes made once in the data folder, readable by us alone."""
    if settings.secret_key is not None:
        return settings.secret_key.encode()
    file = settings.data_dir / "secret.key"
    if not file.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_hex(32))
    return file.read_text().strip().encode()


class SystemClock:
    """The machine's clock, or what `DESKBOT_NOW` says: an instant (frozen), `+P3D` (offset), `@FILE` (reread)."""

    def __init__(self, setting: str | None = None) -> None:
        self._setting = setting
        self._offset = _offset(setting) if setting and setting[0] in "+-" else timedelta()
        self._frozen = _instant(setting) if setting and setting[0] not in "+-@" else None
        if setting and setting.startswith("@"):
            self.now()

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        if self._frozen is not None:
            return self._frozen
        if self._setting and self._setting.startswith("@"):
            return _from_file(Path(self._setting[1:]))
        return datetime.now(UTC) + self._offset


def _instant(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise SettingsError(
            f"DESKBOT_NOW={text} is not an instant; use one such as 2026-03-02T09:00:00+00:00."
        ) from error
    return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo("UTC"))).astimezone(UTC)


def _from_file(file: Path) -> datetime:
    try:
        text = file.read_text().strip()
    except OSError as error:
        raise SettingsError(f"DESKBOT_NOW=@{file} cannot be read; write an instant into that file.") from error
    return datetime.now(UTC) + _offset(text) if text[:1] in ("+", "-") else _instant(text)


def _offset(text: str) -> timedelta:
    match = re.fullmatch(r"([+-])P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    if match is None or not any(match.groups()[1:]):
        raise SettingsError(f"DESKBOT_NOW={text} is not an offset; use one such as +P3D or -PT2H.")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if match.group(1) == "-" else span
