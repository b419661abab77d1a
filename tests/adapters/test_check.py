"""What `deskbot check` promises: every kind of broken file is named with its line and a clear sentence."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from deskbot.adapters.content.check import check
from deskbot.adapters.content.yaml_strict import load
from deskbot.desk.errors import Fault

ROOT = Path(__file__).parents[2]
BROKEN = ROOT / "tests/data/broken"
EXPECTED = load((BROKEN / "expected.yaml").read_text(), "expected.yaml").data
TODAY = date(2026, 3, 2)

ROLES = """\
roles:
  payroll: {title: Payroll, calendar: office, sla_policy: standard, tier: 2}
  leave: {title: Leave, calendar: office, sla_policy: standard, tier: 3}
  hr_generalist: {title: Generalists, calendar: office, sla_policy: standard}
  employee_relations: {title: Employee relations, calendar: office, sla_policy: standard, tier: 4}
"""
RULES = """\
rules:
  - {id: base-er, order: 1, owner: employee_relations, reason: r, when: {tier: [4]}, examples: [{text: a, tier: 4}]}
  - {id: base-leave, order: 2, owner: leave, reason: r, when: {words: ["@ill"]}, examples: [I am ill]}
  - {id: base-pay, order: 900, owner: payroll, reason: r, when: {words: [salary]}, examples: [my salary]}
"""
PAGE = "---\ntitle: The base page\nowner: payroll\n---\n\n# The base page\n\nText.\n"
BASE = {
    "routing_rules/roles.yaml": ROLES,
    "routing_rules/words.yaml": "lists:\n  ill: [ill, sick]\n",
    "routing_rules/rules/a-base.yaml": RULES,
    "routing_rules/calendars/office.yaml": 'zone: Europe/Lisbon\nhours:\n  mon: ["09:00-17:00"]\n',
    "routing_rules/sla/standard.yaml": "title: Standard\nfirst_response: 480\n",
    "knowledge/base.md": PAGE,
}


def lay_out(folder: Path, files: dict[str, str]) -> None:
    """Write files under a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def faults(folder: Path) -> list[Fault]:
    """Check a folder as of a fixed day."""
    return check(folder / "knowledge", folder / "routing_rules", today=TODAY)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Two small folders with nothing wrong in them."""
    lay_out(tmp_path, BASE)
    return tmp_path


def test_good_folders_have_no_faults(base: Path) -> None:
    assert faults(base) == []


@pytest.mark.parametrize("case", EXPECTED, ids=[case["file"] for case in EXPECTED])
def test_a_broken_file_is_named_with_its_line_and_a_sentence(base: Path, case: dict[str, object]) -> None:
    target = base / str(case["file"])
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(BROKEN / str(case["file"]), target)
    found = [fault for fault in faults(base) if fault.file == str(target)]
    told = [str(fault) for fault in found]
    assert any(fault.line == case["line"] and str(case["says"]) in fault.message for fault in found), told


def test_every_broken_file_has_an_expectation() -> None:
    files = {path.relative_to(BROKEN).as_posix() for path in BROKEN.rglob("*.*")} - {"expected.yaml"}
    assert files == {case["file"] for case in EXPECTED}
    assert len(files) >= 45


def test_one_broken_file_takes_nothing_else_away(base: Path) -> None:
    for case in EXPECTED:
        if "rules/rules/" in str(case["file"]) and case["says"] == "valid YAML":
            shutil.copy(BROKEN / str(case["file"]), base / "routing_rules/rules")
    files = {Path(fault.file).name for fault in faults(base)}
    assert len(files) == 3
    assert "a-base.yaml" not in files


def test_a_file_over_one_megabyte_is_refused(base: Path) -> None:
    (base / "knowledge/big.md").write_text(PAGE + "x" * 1_000_001)
    assert [fault.rule for fault in faults(base)] == ["size"]


def test_a_file_over_twenty_thousand_lines_is_refused(base: Path) -> None:
    (base / "knowledge/long.md").write_text(PAGE + "x\n" * 20_001)
    assert [fault.rule for fault in faults(base)] == ["lines"]


def test_a_link_out_of_the_folder_is_refused(base: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n")
    (base / "knowledge/secret.md").symlink_to(tmp_path / "secret.md")
    assert [fault.rule for fault in faults(base)] == ["symlink"]


def test_a_missing_folder_is_one_fault(tmp_path: Path) -> None:
    assert [fault.rule for fault in check(tmp_path / "k", tmp_path / "r", today=TODAY)].count("folder") == 2


def test_a_role_without_which_work_has_no_owner_is_missed(base: Path) -> None:
    (base / "routing_rules/roles.yaml").write_text(ROLES.replace("  hr_generalist:", "  other:"))
    assert any(fault.rule == "missing-role" for fault in faults(base))


def test_what_this_project_ships_has_no_faults() -> None:
    assert check(ROOT / "knowledge", ROOT / "routing_rules", today=date(2026, 11, 23)) == []
