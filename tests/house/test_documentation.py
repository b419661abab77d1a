"""The documentation tells the truth: nothing that exists goes unsaid, and what is said works."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

import run as front
from deskbot import config
from deskbot.cli import COMMANDS
from deskbot.cli import app as deskbot
from deskbot.desk.tickets import STATES
from tests.house.source import ROOT, modules, name, tracked

PAGES = [path for path in tracked() if path.suffix == ".md" and name(path).startswith(("README", "CHANGELOG", "docs/"))]
COMMAND = get_command(deskbot)


def page(path: str) -> str:
    """Return the text of one page."""
    return (ROOT / path).read_text()


def leaves(command: Any = COMMAND, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every command with the words that call it."""
    if not isinstance(command, TyperGroup):
        yield " ".join(words), command
        return
    context = command.make_context("deskbot", [], resilient_parsing=True)
    for word in command.list_commands(context):
        inner = command.get_command(context, word)
        assert inner is not None
        yield from leaves(inner, (*words, word))


LEAVES = dict(leaves())


@pytest.mark.parametrize(("setting", "meaning"), config.names().items(), ids=list(config.names()))
def test_every_setting_is_explained(setting: str, meaning: str) -> None:
    """The operators' page says of each setting what the settings themselves say."""
    assert f"| `{setting}` | {meaning} |" in page("docs/operators/settings.md")


@pytest.mark.parametrize("words", LEAVES)
def test_every_command_is_explained_with_its_options(words: str) -> None:
    """Each command has a section on the page of commands, which names every option."""
    sections = re.split(r"^##+ ", page("docs/operators/commands.md"), flags=re.MULTILINE)
    section = next((text for text in sections if text.startswith(f"`deskbot {words}`")), None)
    assert section, f"docs/operators/commands.md has no section `deskbot {words}`"
    options = [option for parameter in LEAVES[words].params for option in parameter.opts if option.startswith("--")]
    assert [option for option in options if f"`{option}" not in section] == []


def test_every_command_of_the_list_can_be_loaded() -> None:
    """The list of commands is true."""
    assert {words.split()[0] for words in LEAVES} == set(COMMANDS)


def keys() -> Iterator[tuple[str, str]]:
    """Yield every key that a file of the HR team may hold, with the name of its list."""
    for file, tree in modules("desk", "answers", "adapters"):
        for node in tree.body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            if isinstance(target, ast.Name) and re.fullmatch(r"_?([A-Z_]+_)?KEYS", target.id):
                for text in ast.walk(node):
                    if isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value:
                        yield f"{file} {target.id}", text.value


def test_every_key_of_the_files_is_explained() -> None:
    """Rules, requests, roles, calendars, policies, articles: no key that the HR team's pages do not name."""
    words = set(re.findall(r"[\w-]+", " ".join(path.read_text() for path in PAGES if "docs/hr/" in name(path))))
    found = list(keys())
    assert len(found) > 40
    assert [f"{where}: {key}" for where, key in found if key not in words] == []


def test_every_state_of_a_ticket_is_explained() -> None:
    """The pages for HR people name each state."""
    text = " ".join(path.read_text() for path in PAGES if "docs/hr/" in name(path))
    assert [state for state in STATES if f"`{state}`" not in text] == []


def said_commands() -> Iterator[tuple[str, list[str]]]:
    """Yield each line of a code block that calls deskbot, with the words after its name."""
    for path in PAGES:
        for block in re.findall(r"^ *```\w*\n(.*?)^ *```", path.read_text(), flags=re.DOTALL | re.MULTILINE):
            for line in block.splitlines():
                called = re.match(r"\s*(?:\$ )?(?:[A-Z_]+=\S+ )*(deskbot|python3 run\.py)(?= |$)(.*)", line)
                if called:
                    rest = re.split(r"\s[|<>#]|\s\\$", called[2])[0]
                    yield f"{name(path)}: {line.strip()}", shlex.split(rest)


SAID = dict(said_commands())


@pytest.mark.parametrize("where", SAID)
def test_what_the_pages_tell_people_to_type_exists(where: str) -> None:
    """Each command of a page answers `--help`, and knows the options that the page gives it."""
    words = SAID[where] or ["demo"]
    if words[0] in front.WORKSHOP and "run.py" in where:
        return
    command = next((leaf for leaf in LEAVES if words[: len(leaf.split())] == leaf.split()), None)
    assert command, f"There is no such command: {where}"
    asked = CliRunner().invoke(deskbot, [*command.split(), "--help"])
    assert asked.exit_code == 0, asked.output
    known = {option for parameter in LEAVES[command].params for option in parameter.opts} | {"--help"}
    assert [word for word in words if word.startswith("--") and word.split("=")[0] not in known] == []


def links() -> Iterator[tuple[str, Path, str]]:
    """Yield each link from a page to another file of the repository: where it stands, its file and its anchor."""
    for path in PAGES:
        text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
        for target in re.findall(r"\]\(<?([^)\s>]+)>?[^)]*\)|(?:src|srcset|href)=\"([^\"]+)\"", text):
            link = target[0] or target[1]
            if not re.match(r"[a-z]+:", link):
                file, _, anchor = link.partition("#")
                yield f"{name(path)}: {link}", (path.parent / file if file else path), anchor


def slug(heading: str) -> str:
    """Return the anchor of a heading as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize(("where", "file", "anchor"), list(links()), ids=lambda value: str(value)[-60:])
def test_links_between_pages_lead_somewhere(where: str, file: Path, anchor: str) -> None:
    """No dead link within the repository."""
    assert file.exists(), where
    if anchor and file.suffix == ".md":
        assert anchor in {slug(line.lstrip("#")) for line in file.read_text().splitlines() if line.startswith("#")}, (
            where
        )


def test_every_page_can_be_found() -> None:
    """Each page is linked from another one."""
    linked = {file.resolve() for _, file, _ in links()}
    assert [name(path) for path in PAGES if path.name not in ("README.md", "CHANGELOG.md") and path not in linked] == []
