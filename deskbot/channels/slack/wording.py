"""Slack's own marks in the text people write: mentions, links and escaped characters, turned into what was meant."""

import re

_MARK = re.compile(r"<([^<>\n]{1,3000})>|&(lt|gt|amp);")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&"}
_SIGNS = {"@": "@", "#": "#", "!": "@"}


def meant(text: str, bot_user: str = "") -> str:
    """Return the text as its writer saw it, without mentions of the bot itself.

    `<https://x|label>` becomes "label (https://x)", `<@U1|ana>` "@ana", `<#C1|general>` "#general", `<!here>` "@here",
    `&lt;` "<"; Slack's own documentation names these forms ("Formatting text for app surfaces").
    """
    if bot_user:
        text = re.sub(rf"[ \t]*<@{re.escape(bot_user)}(?:\|[^<>]*)?>[:,]?[ \t]*", " ", text)
    return _MARK.sub(_mark, text).strip()


def _mark(found: re.Match[str]) -> str:
    if found[2]:
        return _ENTITIES[found[2]]
    target, _, label = found[1].partition("|")
    target, label = _entities(target), _entities(label)
    if target[:1] in _SIGNS:
        return _mention(target, label)
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label in {address, address.split("://")[-1].rstrip("/")} else f"{label} ({address})"


def _mention(target: str, label: str) -> str:
    if target.startswith("!date"):
        return label or target
    name = label or target[1:].split("^")[0]
    sign = _SIGNS[target[0]]
    return name if name.startswith(sign) else sign + name


def _entities(text: str) -> str:
    return re.sub(r"&(lt|gt|amp);", lambda m: _ENTITIES[m[1]], text)
