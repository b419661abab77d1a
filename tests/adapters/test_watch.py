"""What the live content promises: changes arrive, broken files never replace good ones, and faults are told."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from deskbot.adapters.content.trial import survive
from deskbot.adapters.content.watch import LiveContent
from deskbot.desk.routing import Facts
from tests.adapters.test_check import BASE, RULES, lay_out


@pytest.fixture
def live(tmp_path: Path) -> LiveContent:
    """Live content over two small folders."""
    lay_out(tmp_path, BASE)
    return LiveContent(tmp_path / "knowledge", tmp_path / "routing_rules", settle=0)


def write(tmp_path: Path, name: str, text: str) -> None:
    """Write a file in a way that its stamp surely changes."""
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, ns=(1, path.stat().st_mtime_ns - 10**9))


def owner(live: LiveContent, text: str) -> str:
    return live.current.router.decide(Facts(text=text)).role


def test_nothing_is_read_again_when_nothing_changed(live: LiveContent) -> None:
    before = live.current
    assert not live.poll()
    assert live.current is before


def test_a_changed_rule_is_live_after_a_poll(live: LiveContent, tmp_path: Path) -> None:
    write(tmp_path, "routing_rules/rules/a-base.yaml", RULES.replace("[salary]", "[salary, zebra]"))
    assert owner(live, "a zebra") == "hr_generalist"
    assert live.poll()
    assert owner(live, "a zebra") == "payroll"


def test_a_broken_file_keeps_its_last_good_text_and_its_fault_is_told(live: LiveContent, tmp_path: Path) -> None:
    write(tmp_path, "routing_rules/rules/a-base.yaml", RULES + "  - {id: x\n")
    write(tmp_path, "routing_rules/words.yaml", "lists:\n  ill: [ill, sick, poorly]\n")
    assert live.poll()
    assert owner(live, "my salary") == "payroll"
    assert owner(live, "I am poorly") == "leave"
    assert [Path(fault.file).name for fault in live.faults] == ["a-base.yaml"]


def test_a_repaired_file_takes_its_fault_away(live: LiveContent, tmp_path: Path) -> None:
    write(tmp_path, "routing_rules/rules/a-base.yaml", "rules: [")
    live.poll()
    assert live.faults
    write(tmp_path, "routing_rules/rules/a-base.yaml", RULES)
    assert live.poll()
    assert live.faults == ()


def test_files_that_no_longer_fit_together_leave_the_last_good_whole(live: LiveContent, tmp_path: Path) -> None:
    before = live.current
    write(tmp_path, "routing_rules/roles.yaml", BASE["routing_rules/roles.yaml"].replace("  leave:", "  absence:"))
    assert not live.poll()
    assert live.current is before
    assert any("no role 'leave'" in fault.message for fault in live.faults)


def test_a_new_broken_file_holds_nothing_else_up(live: LiveContent, tmp_path: Path) -> None:
    write(tmp_path, "routing_rules/rules/new.yaml", "rules: {")
    write(tmp_path, "knowledge/base.md", BASE["knowledge/base.md"].replace("Text.", "Other text."))
    assert live.poll()
    assert "Other text." in live.current.knowledge.sections[-1].text_md
    assert len(live.faults) == 1


def test_a_page_with_a_broken_head_keeps_its_last_good_text(live: LiveContent, tmp_path: Path) -> None:
    write(tmp_path, "knowledge/base.md", "---\ntitle: [\n---\n\n# Worse\n")
    assert live.poll()
    assert live.current.knowledge.articles[0].title == "The base page"
    assert live.faults


def test_a_folder_that_is_gone_for_a_moment_changes_nothing(live: LiveContent, tmp_path: Path) -> None:
    before = live.current
    (tmp_path / "knowledge").rename(tmp_path / "away")
    assert not live.poll()
    assert live.current is before
    assert [fault.rule for fault in live.faults] == ["folder"]
    (tmp_path / "away").rename(tmp_path / "knowledge")
    live.poll()
    assert live.faults == ()


def test_a_deleted_article_is_gone(live: LiveContent, tmp_path: Path) -> None:
    (tmp_path / "knowledge/base.md").unlink()
    assert live.poll()
    assert live.current.knowledge.articles == ()


def test_a_file_still_being_written_waits(tmp_path: Path) -> None:
    lay_out(tmp_path, BASE)
    live = LiveContent(tmp_path / "knowledge", tmp_path / "routing_rules", settle=3600)
    (tmp_path / "routing_rules/rules/a-base.yaml").write_text("rules: []\n")
    assert not live.poll()


def test_a_file_that_kills_its_reader_is_named_and_the_desk_lives() -> None:
    killer = (
        "import json,sys,os,signal\n"
        "for name, text in json.load(sys.stdin).items():\n"
        "    print(json.dumps(name), flush=True)\n"
        "    if 'boom' in text: os.kill(os.getpid(), signal.SIGSEGV)\n"
    )
    faults = survive({"good.yaml": "a", "bad.yaml": "boom", "worse.md": "boom"}, (sys.executable, "-c", killer))
    assert [fault.file for fault in faults] == ["bad.yaml", "worse.md"]


def test_the_folders_may_be_replaced_as_a_whole(live: LiveContent, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "knowledge", tmp_path / "new")
    write(tmp_path, "new/second.md", "---\ntitle: Second\nowner: leave\n---\n\n# Second\n\nMore.\n")
    (tmp_path / "knowledge").rename(tmp_path / "old")
    (tmp_path / "new").rename(tmp_path / "knowledge")
    assert live.poll()
    assert len(live.current.knowledge.articles) == 2
