"""The digest in words: one Markdown text that every channel draws, from the figures alone."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from deskbot.desk.digest import is_quiet, parse_week
from deskbot.desk.texts import say

MASKED = "–"
LISTED = 12  # breaches named in a message; the page names them all
_BARS = "▁▂▃▄▅▆▇█"
_LOCALES = {"en": "en_GB", "pt": "pt_PT"}
Names = Mapping[Any, str]


def to_markdown(figures: Mapping[str, Any], language: str, names: Names, base_url: str = "") -> str:
    """Return the digest as Markdown. `names` gives role keys and person ids their names in the reader's language."""
    parts = [f"# {title(figures, language, names)}", _summary(figures, language)]
    if is_quiet(figures):
        parts.append(say("digest.quiet", language))
    else:
        parts += [_times(figures, language), _breaches(figures, language, names, base_url), _backlog(figures, language)]
        parts += [_recurring(figures, language, names), _questions(figures, language), _load(figures, language, names)]
    parts.append(_foot(figures, language, base_url))
    return "\n\n".join(part for part in parts if part)


def title(figures: Mapping[str, Any], language: str, names: Names) -> str:
    """Return the digest's heading: whose it is and which week."""
    week = parse_week(figures["week"])
    whose = names.get(figures["role"]) or figures["role"] or say("digest.whole_desk", language)
    days = f"{_day(week.monday, language)} – {_day(week.monday + timedelta(days=6), language, year=True)}"
    return say("digest.title", language, whose=whose, week=week.number, days=days)


def _day(day: date, language: str, *, year: bool = False) -> str:
    pattern = {"en": "d MMMM", "pt": "d 'de' MMMM"}.get(language, "d MMMM")
    if year:
        pattern += " 'de' y" if language == "pt" else " y"
    return str(format_date(day, pattern, locale=_LOCALES.get(language, "en_GB")))


def number(value: float | None, language: str) -> str:
    """Return a figure in words; None is a masked one."""
    return MASKED if value is None else str(format_decimal(value, locale=_LOCALES.get(language, "en_GB")))


def percent(value: float | None, language: str) -> str:
    """Return a share such as "94 %"."""
    return MASKED if value is None else f"{number(round(value), language)} %"


def span(minutes: float | None) -> str:
    """Return business minutes as hours and minutes."""
    if minutes is None:
        return MASKED
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest and hours < 10 else f"{hours} h"


def sparkline(counts: Sequence[int | None]) -> str:
    """Return counts as a row of little bars; a masked one is a dash."""
    highest = max((count for count in counts if count), default=0)
    return "".join(MASKED if c is None else _BARS[round(c * 7 / highest) if highest else 0] for c in counts)


def _summary(figures: Mapping[str, Any], language: str) -> str:
    trend = figures["trend"]
    before = trend[-2] if len(trend) > 1 else {}
    lines = [
        f"- **{say(f'digest.{key}', language)}: {number(figures[key], language)}**"
        f"{_change(figures[key], before.get(key), language)}  {sparkline([point[key] for point in trend])}"
        for key in ("opened", "resolved")
    ]
    lines.append(f"- **{say('digest.open', language)}: {number(figures['backlog']['count'], language)}**")
    csat = figures["csat"]
    if csat["count"]:
        rated = say("digest.csat", language, share=percent(csat["satisfied"], language), count=csat["count"])
        lines.append(f"- {rated}")
    return "\n".join(lines)


def _change(count: int | None, before: int | None, language: str) -> str:
    if count is None or before is None:
        return ""
    sign = "+" if count > before else "−" if count < before else "±"
    return say("digest.change", language, change=f"{sign}{number(abs(count - before), language)}")


def _times(figures: Mapping[str, Any], language: str) -> str:
    lines = []
    for key in ("first_response", "resolution"):
        told = figures[key]
        if told["count"]:
            words = say(
                "digest.times",
                language,
                clock=say(f"digest.{key}", language),
                median=span(told["median"]),
                p90=span(told["p90"]),
                share=percent(told["in_target"], language),
            )
            lines.append(f"- {words}")
    return _section("digest.how_fast", language, lines)


def _breaches(figures: Mapping[str, Any], language: str, names: Names, base_url: str) -> str:
    breaches = figures["breaches"]
    count = breaches["count"]
    if count == 0:
        return f"## {say('digest.none_late', language)}"
    lines = [
        f"- {say('digest.cause.' + cause, language)}: {number(times, language)}"
        for cause, times in sorted(breaches["causes"].items(), key=lambda item: (-item[1], item[0]))
    ]
    lines += [_late(breach, language, names, base_url) for breach in breaches["list"][:LISTED]]
    more = len(breaches["list"]) - LISTED
    if more > 0:
        lines.append(f"- {say('digest.more', language, count=more)}")
    return _section("digest.late", language, lines, count=number(count, language))


def _late(breach: Mapping[str, Any], language: str, names: Names, base_url: str) -> str:
    ref = f"[{breach['ref']}]({base_url}/tickets/{breach['ref']})" if base_url else breach["ref"]
    clock = say(f"digest.{breach['clock']}", language).lower()
    cause = say("digest.cause." + breach["cause"], language).lower()
    return f"- {ref} · {names.get(breach['role'], breach['role'])} · {clock}: {cause}"


def _backlog(figures: Mapping[str, Any], language: str) -> str:
    ages = figures["backlog"]["ages"]
    if not figures["backlog"]["count"]:
        return ""
    lines = [f"- {age_label(age['up_to_days'], language)}: {number(age['count'], language)}" for age in ages]
    return _section("digest.age", language, lines)


def age_label(up_to_days: int | None, language: str) -> str:
    """Return the name of a bucket of the backlog's age."""
    if up_to_days is None:
        return say("digest.age_more", language, days=30)
    return say("digest.age_day" if up_to_days == 1 else "digest.age_to", language, days=up_to_days)


def _recurring(figures: Mapping[str, Any], language: str, names: Names) -> str:
    found = figures["recurring"]
    told = [(entry["key"], entry["count"]) for key in ("request_types", "sections", "tags") for entry in found[key]]
    lines = [f"- {names.get(key, key)}: {number(count, language)}" for key, count in told]
    return _section("digest.recurring", language, lines)


def _questions(figures: Mapping[str, Any], language: str) -> str:
    asked = figures["questions"]
    keys = [key for key in ("no_article", "not_found") if asked[key]]
    lines = [f"- {say('digest.' + key, language)}: {number(asked[key], language)}" for key in keys]
    if asked["helped"] is not None:
        lines.append(f"- {say('digest.helped', language)}: {percent(asked['helped'], language)}")
    return _section("digest.questions", language, lines)


def _load(figures: Mapping[str, Any], language: str, names: Names) -> str:
    rows = [row for row in figures["load"] if any(row[key] for key in ("opened", "resolved", "open"))]
    if not rows:
        return ""
    head = [say("digest.who", language), *(say(f"digest.{key}", language) for key in ("opened", "resolved", "open"))]
    lines = ["| " + " | ".join(head) + " |", "| --- | ---: | ---: | ---: |"]
    for row in rows:
        key = row["person"] if "person" in row else row["role"]
        name = say("digest.nobody", language) if key is None else names.get(key, str(key))
        cells = [name.replace("|", "/"), *(number(row[k], language) for k in ("opened", "resolved", "open"))]
        lines.append("| " + " | ".join(cells) + " |")
    return f"## {say('digest.load', language)}\n\n" + "\n".join(lines)


def _section(key: str, language: str, lines: Sequence[str], **values: object) -> str:
    return f"## {say(key, language, **values)}\n\n" + "\n".join(lines) if lines else ""


def _foot(figures: Mapping[str, Any], language: str, base_url: str) -> str:
    text = say("digest.foot", language, as_of=figures["as_of"][:16].replace("T", " "), zone=figures["zone"])
    if base_url:
        where = f"{base_url}/digests/{figures['week']}" + (f"?role={figures['role']}" if figures["role"] else "")
        text += f" [{say('digest.link', language)}]({where})"
    return f"_{text}_" if not base_url else text
