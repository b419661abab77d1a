"""The company's own words for one thing."""

from pathlib import Path

from deskbot.adapters.content.files import gather
from deskbot.adapters.content.knowledge_folder import read_knowledge
from deskbot.adapters.content.read import PAGE_SUFFIXES
from deskbot.answers.knowledge import EVERYTHING

PAGE = "# Team evenings\n\nThe company pays for one team evening a month.\n"


def _found(folder: Path, question: str) -> list[str]:
    knowledge, _, faults = read_knowledge(gather(folder, PAGE_SUFFIXES))
    assert [fault for fault in faults if fault.rule == "synonyms"] == []
    return [section.id for section, _ in knowledge.find(question, EVERYTHING).ranked]


def test_a_companys_own_word_finds_the_article_that_uses_another(tmp_path: Path) -> None:
    """A group in `_synonyms.yaml` makes its words one."""
    (tmp_path / "evenings.md").write_text(PAGE)
    assert _found(tmp_path, "zwickel") == []
    (tmp_path / "_synonyms.yaml").write_text("- [zwickel, team evening]\n")
    assert _found(tmp_path, "zwickel") == ["evenings.md#team-evenings"]


def test_a_broken_group_is_named_by_its_line_and_the_others_count(tmp_path: Path) -> None:
    """One wrong line costs nothing else."""
    (tmp_path / "evenings.md").write_text(PAGE)
    (tmp_path / "_synonyms.yaml").write_text("- [zwickel, team evening]\n- alone\n")
    _, _, faults = read_knowledge(gather(tmp_path, PAGE_SUFFIXES))
    (fault,) = [fault for fault in faults if fault.rule == "synonyms"]
    assert fault.line == 2
    assert "two or more words" in fault.message
