"""YAML that people write, read strictly: plain data with the line of every value, and no way to harm the process.

The parser's events are taken one at a time and put together here, so nesting never recurses in C (where 50,000
brackets kill the process), aliases cannot multiply, a key said twice is a mistake and scalars mean what YAML 1.2 says:
`no` is a word, `12:30:00` and `2026-03-01` are text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from deskbot.desk.errors import DeskError, Fault

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 20
MAX_NODES = 200_000

_CONSTANTS: dict[str, bool | None] = {
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None, "~": None, "": None,
}  # fmt: skip
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Malformed(DeskError):
    """A file is not the YAML that deskbot reads; `fault` says where and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: `data` is plain, `lines` maps a dotted path ("rules.0.id") to the line of its key."""

    data: Any
    lines: Mapping[str, int]

    def line(self, path: str | None) -> int:
        """Return the line of `path`, or of the nearest thing around it."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path.rpartition(".")[0]
        return self.lines.get("", 1)


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being filled."""

    value: dict[str, Any] | list[Any]
    path: str
    key: str | None = None
    key_line: int = 1


@dataclass(slots=True)
class _Builder:
    """Puts events together; raises Malformed at the first thing that is not allowed."""

    file: str
    data: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    nodes: int = 0
    documents: int = 0

    def refuse(self, line: int, message: str, rule: str = "yaml") -> Malformed:
        return Malformed(Fault(self.file, line, "error", rule, message))

    def take(self, event: Any) -> None:
        """Take one event of the parser."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.refuse(line, "a file holds one document; take out the second '---'")
        elif isinstance(event, yaml.AliasEvent):
            raise self.refuse(line, f"aliases such as *{event.anchor} are not allowed; write the value out")
        elif isinstance(event, yaml.NodeEvent):
            self._node(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()

    def _node(self, event: Any, line: int) -> None:
        if event.anchor:
            raise self.refuse(line, f"anchors such as &{event.anchor} are not allowed; write the value out")
        if event.tag:
            raise self.refuse(line, f"the tag {event.tag} is not allowed; write plain values")
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.refuse(line, f"more than {MAX_NODES:,} values in one file; split the file")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        else:
            self._open(event, line)

    def _scalar(self, event: Any, line: int) -> None:
        if _CONTROL.search(event.value):
            raise self.refuse(line, "control characters are not allowed, not as escapes either; take them out")
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._key(top, event.value, line)
        else:
            self._place(_plain(event), line)

    def _key(self, top: _Open, key: str, line: int) -> None:
        if key == "<<":
            raise self.refuse(line, "merge keys (<<) are not allowed; write the keys out")
        if key in top.value:
            raise self.refuse(line, f"the key '{key}' is said twice; keep one", "duplicate-key")
        if not key:
            raise self.refuse(line, "a key is empty; give it a name")
        top.key, top.key_line = key, line

    def _open(self, event: Any, line: int) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self.refuse(line, f"nested more than {MAX_DEPTH} deep; make it flatter")
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            raise self.refuse(line, "a key must be one word or text, not a list or a mapping")
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Open(value, self._place(value, line)))

    def _place(self, value: Any, line: int) -> str:
        """Put a value where it belongs and return its dotted path."""
        if not self.stack:
            self.data, path = value, ""
        else:
            top = self.stack[-1]
            if isinstance(top.value, list):
                name = str(len(top.value))
                top.value.append(value)
            else:
                name, line = str(top.key), top.key_line
                top.value[name] = value
                top.key = None
            path = f"{top.path}.{name}" if top.path else name
        self.lines[path] = line
        return path


def _plain(event: Any) -> str | int | float | bool | None:
    """Return what a scalar means in YAML 1.2; quoted scalars and whatever is not plainly a number are text."""
    text: str = event.value
    if event.style in ("'", '"', "|", ">"):
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text


def load(text: str, file: str) -> Document:
    """Read one YAML text; `file` is the name to show in faults. Raises Malformed, and nothing else."""
    if len(text) > MAX_CHARACTERS:
        raise Malformed(Fault(file, 1, "error", "size", "longer than 1 MB; split the file"))
    if odd := _CONTROL.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise Malformed(Fault(file, line, "error", "yaml", "control characters are not allowed; save it as plain text"))
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except Malformed:
        raise
    except yaml.YAMLError as error:
        raise Malformed(Fault(file, _line_of(error), "error", "yaml", _sentence(error))) from error
    except Exception as error:
        raise Malformed(Fault(file, 1, "error", "yaml", f"cannot be read as YAML ({error})")) from error
    return Document(builder.data, builder.lines)


def _line_of(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return int(mark.line) + 1 if mark else 1


def _sentence(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "the text breaks off"
    return f"is not valid YAML: {problem}; check the indentation, colons, tabs and quotes around this line"
