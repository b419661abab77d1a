"""The repository's own files, for the tests that read them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "deskbot"


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file that belongs to the repository, those about to be added included."""
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(path for name in told.split("\0") if name and (path := ROOT / name).is_file())


def name(path: Path) -> str:
    """Return a file's name from the repository's root."""
    return path.relative_to(ROOT).as_posix()


def modules(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield name and syntax tree of every module of the package, or of some of its rooms."""
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if not rooms or room in rooms:
            yield name(path), ast.parse(path.read_text())


def imported(node: ast.AST) -> list[str]:
    """Return the modules that a statement imports, whole names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []
