"""Every module says what it is for, and no name attracts everything."""

import ast

from tests.house.source import modules, name, tracked

VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc", "flows", "core", "lib"}
LONGEST = 500


def test_every_module_opens_with_a_line_about_itself() -> None:
    """A newcomer reads the first line and knows the room."""
    assert [file for file, tree in modules() if not (ast.get_docstring(tree) or "").strip()] == []


def test_no_module_has_a_name_that_attracts_everything() -> None:
    """One noun, one name."""
    assert [name(path) for path in tracked() if path.suffix == ".py" and path.stem in VAGUE] == []


def test_files_fit_in_the_head() -> None:
    """Only word lists and the first migration may be longer."""
    free = ("deskbot/desk/wording/", "deskbot/store/migrations/versions/")
    long = [
        f"{name(path)}: {count} lines"
        for path in tracked()
        if path.suffix == ".py" and not name(path).startswith(free)
        if (count := path.read_text().count("\n")) > LONGEST
    ]
    assert long == []


def test_public_things_say_what_they_mean() -> None:
    """Every public function and class of the package has a docstring; those inside a function need none."""
    found = [
        f"{file}:{node.lineno}: {node.name}"
        for file, tree in modules()
        for node in _open(tree)
        if not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert found == []


def _open(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    top = [node for node in tree.body if isinstance(node, named)]
    inside = [
        inner for node in top if isinstance(node, ast.ClassDef) and not node.name.startswith("_") for inner in node.body
    ]
    return [*top, *(node for node in inside if isinstance(node, named))]


def test_tables_keep_their_annotations() -> None:
    """Postponed annotations break SQLModel's tables."""
    found = [
        file
        for file, tree in modules("store")
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    assert found == []
