"""Tokens that Microsoft did not sign for us, and activities that do not fit their token, are refused."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from deskbot.channels.teams.platform import PUBLIC
from deskbot.channels.teams.verification import (
    FRESH_SECONDS,
    REFRESH_SECONDS,
    Keys,
    KeysUnavailable,
    Passport,
    Verifier,
    fetch_from,
)
from tests.channels.teams.activities import CLIENT, KID, PRIVATE, TENANT, jwk, recorded, token
from tests.channels.teams.service import Service

OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SERVICE = "https://smba.trafficmanager.net/emea"
PUBLIC_PEM = PRIVATE.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


class KeyServer:
    """Hands out keys, counts how often it is asked, and breaks when told to."""

    def __init__(self, *keys: Mapping[str, Any]) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.broken = False
        self.now = 0.0

    async def fetch(self) -> Mapping[str, Any]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.broken:
            raise httpx.ConnectError("down")
        return {"keys": self.keys}

    def kept(self) -> Keys:
        return Keys(self.fetch, lambda: self.now)


@pytest.fixture
def server() -> KeyServer:
    return KeyServer(jwk())


@pytest.fixture
def verifier(server: KeyServer) -> Verifier:
    return Verifier(CLIENT, frozenset({TENANT}), server.kept())


def confused() -> str:
    """Return a token signed with our public key as if it were a shared secret."""
    now = int(time.time())
    head = {"alg": "HS256", "typ": "JWT", "kid": KID}
    claims = {"iss": PUBLIC.issuer, "aud": CLIENT, "exp": now + 600, "serviceurl": SERVICE}
    signed = ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in (head, claims))
    mac = hmac.new(PUBLIC_PEM, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


NOW = int(time.time())
BAD = {
    "none": jwt.encode({"iss": PUBLIC.issuer, "aud": CLIENT, "exp": NOW + 600}, None, "none", headers={"kid": KID}),
    "HS256 with the public key": confused(),
    "PS256": token(algorithm="PS256"),
    "another key under our id": token(key=OTHER),
    "an unknown id": token(headers={"kid": "key-2"}),
    "no id": jwt.encode({"iss": PUBLIC.issuer, "aud": CLIENT, "exp": NOW + 600}, PRIVATE, "RS256"),
    "its own key": token(key=OTHER, headers={"kid": "key-2", "jwk": jwk(OTHER)}),
    "its own key under our id": token(key=OTHER, headers={"jwk": jwk(OTHER)}),
    "keys elsewhere": token(key=OTHER, headers={"jku": "https://evil.example/keys", "x5u": "https://evil.example/x"}),
    "an unknown critical part": token(headers={"crit": ["b64"], "b64": False}),
    "expired": token(exp=NOW - 4_000),
    "not yet": token(nbf=NOW + 4_000),
    "another audience": token(aud="99999999-2222-3333-4444-555555555555"),
    "another issuer": token(iss="https://sts.windows.net/x/"),
    "no exp": token(without=("exp",)),
    "no aud": token(without=("aud",)),
    "no iss": token(without=("iss",)),
    "empty": "",
    "no token at all": "abc",
    "three dots": "a.b.c",
    "not ASCII": "é.é.é",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_a_token_that_microsoft_did_not_sign_for_us_proves_nothing(verifier: Verifier, bad: str) -> None:
    assert await verifier.passport(bad) is None


async def test_a_good_token_names_its_service_and_the_channels_of_its_key(verifier: Verifier) -> None:
    assert await verifier.passport(token(SERVICE)) == Passport(SERVICE, frozenset({"msteams", "webchat"}))


async def test_clocks_may_differ_by_five_minutes(verifier: Verifier) -> None:
    now = int(time.time())
    assert await verifier.passport(token(exp=now - 240, nbf=now + 240)) is not None
    assert await verifier.passport(token(exp=now - 310)) is None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"serviceUrl": SERVICE}, None),
        ({"serviceUrl": "https://evil.example/emea/"}, "another service than the token's"),
        ({"serviceUrl": None}, "another service than the token's"),
        ({"channelId": "webchat"}, "another channel"),
        ({"channelId": "emulator"}, "another channel"),
        ({"channelId": None}, "another channel"),
        ({"conversation": {"id": "a:1", "tenantId": "other"}}, "another tenant"),
        ({"channelData": {"tenant": {"id": "other"}}}, "another tenant"),
        ({"conversation": {"id": "a:1"}, "channelData": {}}, "another tenant"),
    ],
)
def test_an_activity_is_taken_only_where_it_fits_its_token(
    verifier: Verifier, changed: dict[str, Any], reason: str | None
) -> None:
    passport = Passport(SERVICE, frozenset({"msteams", "webchat"}))
    assert verifier.refusal(passport, recorded("message.personal", **changed)) == reason


@pytest.mark.parametrize(
    "service",
    [
        "https://evil.example/teams",
        "https://smba.trafficmanager.net.evil.example/teams",
        "http://smba.trafficmanager.net/teams",
        "https://x.trafficmanager.net/teams",
        "https://user@smba.trafficmanager.net/teams",
        "https://169.254.169.254/teams",
    ],
)
def test_a_service_that_is_none_of_microsoft_s_is_refused_even_with_a_token(verifier: Verifier, service: str) -> None:
    activity = recorded("message.personal", service)
    assert verifier.refusal(Passport(service, frozenset({"msteams"})), activity) == "an unknown service"


def test_a_key_that_may_not_speak_for_teams_is_refused(verifier: Verifier) -> None:
    passport = Passport(SERVICE, frozenset({"webchat"}))
    assert verifier.refusal(passport, recorded("message.personal")) == "another channel"


@pytest.mark.parametrize(("client", "tenants"), [("", {TENANT}), (CLIENT, {""}), (CLIENT, set())])
def test_without_a_bot_or_a_tenant_there_is_no_verifier(server: KeyServer, client: str, tenants: set[str]) -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        Verifier(client, frozenset(tenants), server.kept())


async def test_ten_thousand_unknown_keys_ask_the_key_server_once_a_minute(server: KeyServer) -> None:
    keys = server.kept()
    found = await asyncio.gather(*(keys.find(f"unknown-{n}") for n in range(10_000)))
    assert set(found) == {None}
    assert server.asked == 1
    server.now += REFRESH_SECONDS - 1
    await keys.find("unknown")
    assert server.asked == 1
    server.now += 1
    await keys.find("unknown")
    assert server.asked == 2


async def test_a_new_key_is_found_after_a_rotation(server: KeyServer) -> None:
    keys = server.kept()
    await keys.find(KID)
    server.keys = [jwk(OTHER, "key-2")]
    server.now += REFRESH_SECONDS
    assert await keys.find("key-2") is not None
    assert await keys.find(KID) is None


async def test_known_keys_serve_on_while_the_key_server_is_down(server: KeyServer) -> None:
    keys = server.kept()
    await keys.find(KID)
    server.broken = True
    server.now += FRESH_SECONDS + 1
    assert await keys.find(KID) is not None
    await asyncio.sleep(0.01)
    assert await keys.find(KID) is not None
    assert server.asked == 2


async def test_old_keys_are_renewed_without_making_anybody_wait(server: KeyServer) -> None:
    keys = server.kept()
    await keys.find(KID)
    server.now += FRESH_SECONDS + 1
    server.keys = [jwk(OTHER, "key-2")]
    assert await keys.find(KID) is not None
    for _ in range(10):
        await asyncio.sleep(0)
    assert await keys.find(KID) is None
    assert server.asked == 2


async def test_without_any_key_nothing_is_decided(server: KeyServer) -> None:
    server.broken = True
    with pytest.raises(KeysUnavailable):
        await server.kept().find(KID)


async def test_keys_that_cannot_be_read_are_left_out() -> None:
    server = KeyServer({"kid": "a", "kty": "RSA"}, {"kid": "b", "kty": "EC"}, {"kty": "RSA"}, "no key", jwk())  # type: ignore[arg-type]
    keys = server.kept()
    assert await keys.find("a") is None
    assert await keys.find(KID) is not None


async def test_the_metadata_leads_to_the_keys(service: Service) -> None:
    keys = Keys(fetch_from(service.platform.metadata_url))
    assert await keys.find(KID) is not None
    assert service.key_questions == 1


async def test_metadata_that_points_elsewhere_leads_nowhere(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service_root = service.root
    monkeypatch.setattr(service, "root", "http://127.0.0.1:1")
    keys = Keys(fetch_from(f"{service_root}/v1/.well-known/openidconfiguration"))
    with pytest.raises(KeysUnavailable):
        await keys.find(KID)
