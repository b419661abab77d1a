"""Activities as Microsoft 365 Agents Playground sent them, tokens as Microsoft signs them, with a key made here."""

import copy
import json
import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

SCHEMAS = Path(__file__).resolve().parents[2] / "data" / "schemas"
RECORDED: dict[str, Any] = json.loads((SCHEMAS / "teams-activities.recorded.json").read_text())["activities"]
CARD_SCHEMA: dict[str, Any] = json.loads((SCHEMAS / "adaptive-card-1.5.schema.json").read_text())

CLIENT = "11111111-2222-3333-4444-555555555555"
TENANT = "00000000-0000-0000-0000-0000000000001"
ALICE = "00000000-0000-0000-0000-00000000a11ce"
ISSUER = "https://api.botframework.com"
KID = "key-1"
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(key: rsa.RSAPrivateKey = PRIVATE, kid: str = KID, **more: Any) -> dict[str, Any]:
    """Return the public half of a key as the key server lists it."""
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**public, "kid": kid, "use": "sig", "endorsements": ["msteams", "webchat"], **more}


def token(
    service_url: str = "https://smba.trafficmanager.net/emea",
    *,
    key: Any = PRIVATE,
    algorithm: str = "RS256",
    headers: dict[str, Any] | None = None,
    without: tuple[str, ...] = (),
    **claims: Any,
) -> str:
    """Return a token as Microsoft signs it; named claims are changed, those of `without` left out."""
    now = int(time.time())
    said = {"iss": ISSUER, "aud": CLIENT, "nbf": now - 60, "exp": now + 3600, "serviceurl": service_url, **claims}
    kept = {name: value for name, value in said.items() if name not in without}
    return jwt.encode(kept, key, algorithm=algorithm, headers={"kid": KID, **(headers or {})})


def recorded(name: str, service_url: str = "https://smba.trafficmanager.net/emea/", **changed: Any) -> dict[str, Any]:
    """Return a recorded activity as it would come from this service."""
    return {**copy.deepcopy(RECORDED[name]), "serviceUrl": service_url, **changed}


def message(text: str, identifier: str = "m-1", service_url: str = "https://smba.trafficmanager.net/emea/") -> Any:
    """Return a message that Alice writes to the bot."""
    return recorded("message.personal", service_url, text=text, id=identifier)


def press(
    data: dict[str, Any], identifier: str = "i-1", service_url: str = "https://smba.trafficmanager.net/emea/"
) -> Any:
    """Return the press of a card's button in Alice's chat."""
    found = recorded("invoke.adaptiveCard_action", service_url, id=identifier)
    found["value"]["action"]["data"] = data
    return found


def as_json(activity: Any) -> bytes:
    """Return the bytes Teams would send."""
    return json.dumps(activity).encode()
