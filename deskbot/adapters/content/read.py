"""The folders of HR people turned into one Policybook: whatever can be read counts, whatever cannot is a fault."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deskbot.adapters.content.files import Folder, gather
from deskbot.adapters.content.knowledge_folder import SYNONYMS, read_knowledge
from deskbot.adapters.content.letters_folder import read_letters
from deskbot.adapters.content.rules_folder import RulesFolder, drop_broken, read_rules
from deskbot.adapters.content.yaml_strict import Document
from deskbot.desk.errors import Fault
from deskbot.desk.requests import Catalogue, request_rules
from deskbot.desk.routing import FALLBACK_ROLE, SEALED_ROLE, Router, compile_rules
from deskbot.desk.working_time import compile_calendar
from deskbot.ports import Policybook

RULE_SUFFIXES = (".yaml", ".yml", ".ics")
PAGE_SUFFIXES = (".md", SYNONYMS)
# Calendars are compiled for these years at first and grow by themselves.
_YEARS = (2025, 2027)
NEEDED_ROLES = (FALLBACK_ROLE, SEALED_ROLE)


@dataclass(frozen=True, slots=True)
class Reading:
    """Both folders as read: the book to decide with, and what `check` looks at besides."""

    book: Policybook
    pages: Folder
    heads: Mapping[str, Document]
    rules: RulesFolder


def read(knowledge_dir: Path, rules_dir: Path) -> Policybook:
    """Read both folders. `faults` holds what is wrong; one broken file never empties the rest."""
    return assemble(gather(knowledge_dir, PAGE_SUFFIXES), gather(rules_dir, RULE_SUFFIXES)).book


def assemble(pages: Folder, rules: Folder) -> Reading:
    """Build a Policybook from texts that were read already."""
    found = read_rules(rules)
    drop_broken(found)
    for role in NEEDED_ROLES:
        if role not in found.roles:
            message = f"the role '{role}' is missing; without it some work has no owner"
            found.faults.append(Fault(rules.shown("roles.yaml"), 1, "error", "missing-role", message))
    letters, letter_faults = read_letters(pages)
    knowledge, heads, page_faults = read_knowledge(pages)
    book = Policybook(
        knowledge=knowledge,
        router=router_of(found),
        roles=found.roles,
        requests=Catalogue(found.requests, found.known_words),
        calendars={key: compile_calendar(spec, *_YEARS) for key, spec in found.calendars.items()},
        policies=found.policies,
        crisis=found.crisis,
        letters=replace(letters, employers=found.employers),
        faults=tuple(sorted({*found.faults, *pages.faults, *letter_faults, *page_faults})),
        version=_version(pages.texts, rules.texts),
    )
    return Reading(book, pages, heads, found)


def router_of(found: RulesFolder) -> Router:
    """Compile the rules of a folder together with those of its catalogue."""
    rules = [replace(rule, tier=max(rule.tier, _request_tier(found, rule.request_type))) for rule in found.rules]
    floors = {key: role.tier for key, role in found.roles.items()} or {FALLBACK_ROLE: 1}
    return compile_rules([*rules, *request_rules(found.requests)], found.word_lists, floors, found.known_words)


def _request_tier(found: RulesFolder, request_type: str | None) -> int:
    return found.requests[request_type].tier if request_type in found.requests else 0


def _version(*folders: Mapping[str, Any]) -> str:
    total = hashlib.sha256()
    for texts in folders:
        for name in sorted(texts):
            total.update(f"{name}\0{texts[name]}\0".encode("utf-8", "surrogatepass"))
    return total.hexdigest()[:16]
