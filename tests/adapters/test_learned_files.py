"""What writing learned questions into articles promises: every question is there, and nothing else is touched."""

from pathlib import Path

import pytest

from deskbot.adapters.content.files import Folder
from deskbot.adapters.content.knowledge_folder import KnowledgeReader
from deskbot.adapters.content.learned_files import by_article, with_questions, write
from deskbot.answers.articles import parse_page, read_front_matter
from deskbot.answers.sections import split_front_matter
from deskbot.desk.errors import Conflict, NotFound

HEAD = "---\ntitle: Leave\nowner: leave   # who answers\naliases:\n  - holiday\n---\n"
BODY = "Text.\n\n## Carrying over\n\nFive days.\n\n## 2026\n\nMore.\n"
HARD = ["do I lose days: yes or no?", 'what is "use it or lose it"', "férias # não gozadas", "- dashes [first]"]


def asked(text: str, section: str) -> tuple[str, ...]:
    """Return the questions of a section as the desk reads them from a folder."""
    knowledge, faults = KnowledgeReader().read(Folder(Path("kb"), {"leave.md": text}))
    assert faults == []
    return knowledge.section(section).questions


@pytest.mark.parametrize("head", [HEAD, "", HEAD.replace("aliases", "questions:\n  intro:\n    - how many\naliases")])
def test_questions_are_added_and_all_else_stays(head: str) -> None:
    new = with_questions(head + BODY, "leave.md", {"carrying-over": HARD, "2026": ["next year?"]})
    assert asked(new, "leave.md#carrying-over") == tuple(HARD)
    assert asked(new, "leave.md#2026") == ("next year?",)
    assert new.endswith(BODY)
    kept = [line for line in split_front_matter(head)[0].split("\n") if line and "how many" not in line]
    assert all(line in new for line in kept)
    if "how many" in head:
        assert asked(new, "leave.md") == ("how many",)


def test_a_lenient_reader_finds_the_same_questions() -> None:
    """Foreign tools and evaluation read heads without a YAML parser."""
    new = with_questions(HEAD + BODY, "leave.md", {"carrying-over": ["do days expire", "férias"]})
    page = parse_page(new, "leave.md", read_front_matter(split_front_matter(new)[0]))
    assert page.sections[1].questions == ("do days expire", "férias")


def test_writing_twice_changes_nothing_more() -> None:
    once = with_questions(HEAD + BODY, "leave.md", {"carrying-over": HARD})
    assert with_questions(once, "leave.md", {"carrying-over": HARD}) == once


def test_a_section_that_is_gone_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "leave.md"
    file.write_text(HEAD + BODY)
    with pytest.raises(Conflict, match="#gone"):
        write(tmp_path, "leave.md", {"gone": ["where is it now"]})
    with pytest.raises(NotFound):
        write(tmp_path, "other.md", {"intro": ["where is it now"]})
    assert file.read_text() == HEAD + BODY
    assert [path.name for path in tmp_path.iterdir()] == ["leave.md"]


def test_line_ends_and_byte_order_mark_stay(tmp_path: Path) -> None:
    file = tmp_path / "leave.md"
    file.write_bytes(b"\xef\xbb\xbf" + (HEAD + BODY).replace("\n", "\r\n").encode())
    write(tmp_path, "leave.md", {"intro": ["how many days"]})
    raw = file.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf---\r\n")
    assert b"how many days" in raw
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_sections_are_gathered_by_article() -> None:
    found = by_article({"a.md#x": ("one",), "a.md": ("two",), "b.md#x": ("three",)})
    assert found == {"a.md": {"x": ("one",), "intro": ("two",)}, "b.md": {"x": ("three",)}}


@pytest.mark.parametrize(
    ("head", "line", "said"),
    [
        ("title: A\nquestions:\n  intro: [hi you]\n  gone:\n    - where", 5, "#gone"),
        ("title: A\nquestions:\n  - a plain list", 3, "by the anchor"),
    ],
)
def test_questions_for_a_section_that_is_not_there_are_a_fault_at_their_line(head: str, line: int, said: str) -> None:
    """The article itself goes on being read."""
    texts = {"a.md": f"---\n{head}\n---\nText.\n"}
    knowledge, (fault,) = KnowledgeReader().read(Folder(Path("kb"), texts))
    assert (fault.file, fault.line, fault.severity) == ("kb/a.md", line, "warning")
    assert said in fault.message
    assert knowledge.article("a.md").title == "A"
