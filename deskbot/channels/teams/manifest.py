"""The package that an administrator uploads to Teams: the app's manifest and its two icons, made from the settings."""

import io
import json
import struct
import zipfile
import zlib
from typing import Any
from urllib.parse import urlsplit

SCHEMA = "https://developer.microsoft.com/json-schemas/teams/v1.29/MicrosoftTeams.schema.json"
VERSION = "1.0.0"
ACCENT = "#1F5E4B"
COLOR_SIZE, OUTLINE_SIZE = 192, 32
"""Pixels of the two icons (learn.microsoft.com, "Design icons for your app")."""
_SCOPES = ["personal", "team", "groupChat"]
_COMMANDS = (
    ("help", "What I can do, and how"),
    ("my requests", "Your requests and who has them"),
    ("talk to a person", "Bring a question to the right person in HR"),
    ("catalogue", "What you can ask HR for"),
)
_Pixel = tuple[int, int, int, int]


def manifest(client_id: str, base_url: str) -> dict[str, Any]:
    """Return the app's manifest for the desk at this address."""
    commands = [{"title": title, "description": text} for title, text in _COMMANDS]
    return {
        "$schema": SCHEMA,
        "manifestVersion": "1.29",
        "version": VERSION,
        "id": client_id,
        "developer": {
            "name": "deskbot",
            "websiteUrl": base_url,
            "privacyUrl": base_url,
            "termsOfUseUrl": base_url,
        },
        "name": {"short": "HR desk", "full": "HR service desk"},
        "description": {
            "short": "Answers questions about work and brings the rest to HR.",
            "full": "Ask in your own words. The HR desk answers from your company's own articles and names its source. "
            "What it does not know goes to the right person in HR, and you see who has it and by when.",
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "bots": [
            {
                "botId": client_id,
                "scopes": _SCOPES,
                "supportsFiles": True,
                "isNotificationOnly": False,
                "commandLists": [{"scopes": ["personal"], "commands": commands}],
            }
        ],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [urlsplit(base_url).netloc],
    }


def package(client_id: str, base_url: str) -> bytes:
    """Return the zip file to upload; the same settings always give the same bytes."""
    files = {
        "manifest.json": json.dumps(manifest(client_id, base_url), indent=2).encode(),
        "color.png": png(COLOR_SIZE, _rgb(ACCENT), (255, 255, 255, 255)),
        "outline.png": png(OUTLINE_SIZE, (0, 0, 0, 0), (255, 255, 255, 255)),
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return held.getvalue()


def png(size: int, ground: _Pixel, ink: _Pixel) -> bytes:
    """Return a square picture of a speech bubble as a PNG file with transparency (ISO/IEC 15948)."""
    rows = b"".join(
        b"\0" + b"".join(bytes(ink if _is_bubble(x / size, y / size) else ground) for x in range(size))
        for y in range(size)
    )
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks))


def _chunk(part: tuple[bytes, bytes]) -> bytes:
    kind, content = part
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _is_bubble(x: float, y: float) -> bool:
    """Tell whether a point of the unit square is part of the bubble: a rounded box with a tail and three dots in it."""
    left, right, top, bottom, corner = 0.18, 0.82, 0.22, 0.66, 0.1
    near_x, near_y = min(max(x, left + corner), right - corner), min(max(y, top + corner), bottom - corner)
    box = (x - near_x) ** 2 + (y - near_y) ** 2 <= corner**2
    tail = bottom <= y <= 0.82 and 0.3 <= x <= 0.3 + (0.82 - y)
    dots = any((x - dot) ** 2 + (y - 0.44) ** 2 <= 0.045**2 for dot in (0.34, 0.5, 0.66))
    return (box or tail) and not dots


def _rgb(color: str) -> _Pixel:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16), 255
