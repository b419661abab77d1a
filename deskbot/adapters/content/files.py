"""Taking the text of files from a folder: bounded, plain UTF-8, and never from outside the folder."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deskbot.desk.errors import Fault

MAX_BYTES = 1_000_000
MAX_LINES = 20_000
MAX_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Folder:
    """The readable texts of a folder by path relative to it, with what could not be read."""

    root: Path
    texts: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def shown(self, name: str) -> str:
        """Return the path as people find it."""
        return str(self.root / name)


def gather(root: Path, suffixes: tuple[str, ...]) -> Folder:
    """Read every file under `root` whose name ends in one of `suffixes`; hidden files and folders are passed over."""
    if not root.is_dir():
        return Folder(root, {}, (Fault(str(root), 1, "error", "folder", "there is no such folder; make it or set it"),))
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for name in listed(root, suffixes):
        text = read_text(root, name)
        if isinstance(text, Fault):
            faults.append(text)
        else:
            texts[name] = text
    return Folder(root, texts, tuple(faults))


def listed(root: Path, suffixes: tuple[str, ...]) -> list[str]:
    """Return the files of a folder by their path in it, in order; links to folders are not followed.

    Looked at every second in folders of thousands of files, so names are put together as text.
    """
    found: list[str] = []
    before = len(os.path.join(root, ""))
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        start = os.path.join(folder, "")[before:].replace(os.sep, "/")
        found += [start + name for name in names if name.endswith(suffixes) and not name.startswith(".")]
        if len(found) > MAX_FILES:
            break
    return sorted(found, key=lambda name: name.split("/"))[:MAX_FILES]


def read_text(root: Path, name: str) -> str | Fault:
    """Return a file's text with plain line ends, or the fault that keeps it from being read."""
    path = root / name
    shown = str(path)
    if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
        return Fault(shown, 1, "error", "symlink", "is a link that leads out of the folder; put the file itself here")
    try:
        with open(shown, "rb", buffering=0) as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return Fault(
            shown, 1, "error", "unreadable", f"cannot be read ({error.strerror or error}); check that it is there"
        )
    return _decoded(shown, data)


def _decoded(shown: str, data: bytes) -> str | Fault:
    if len(data) > MAX_BYTES:
        return Fault(shown, 1, "error", "size", "is larger than 1 MB; split it")
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        return Fault(shown, line, "error", "nul", "holds a NUL character; save it as plain text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Fault(shown, line, "error", "encoding", "is not UTF-8 from this line on; save the file as UTF-8")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > MAX_LINES:
        return Fault(shown, MAX_LINES, "error", "lines", f"has more than {MAX_LINES:,} lines; split it")
    return text


def digest(text: str) -> str:
    """Return the short hash by which a decision names the exact text of a file."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
