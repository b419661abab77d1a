"""What `deskbot route`, `rules` and `check` promise on the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deskbot.adapters.content.read import read
from deskbot.cli.check import app as check_app
from deskbot.cli.route import answers
from deskbot.cli.rules import app as rules_app
from deskbot.ports import Policybook
from tests.adapters.test_check import BASE, lay_out

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def book() -> Policybook:
    """The rules and articles that this project ships."""
    return read(ROOT / "knowledge", ROOT / "routing_rules")


def routed(book: Policybook, **line: object) -> dict[str, object]:
    return next(answers([json.dumps(line)], book))


def test_a_line_is_answered_with_the_agreed_keys(book: Policybook) -> None:
    found = routed(book, id="1", text="My salary is too low this month")
    assert {"id", "role", "priority", "tier", "rule", "reason", "near_misses"} <= set(found)
    assert (found["id"], found["role"], found["tier"], found["rule"]) == ("1", "payroll", 2, "pay-amount")


def test_a_form_goes_to_its_owner(book: Policybook) -> None:
    found = routed(book, id=2, text="x", request_type="bank-change", fields={"holder": "Ana"}, person={"country": "PT"})
    assert (found["role"], found["rule"]) == ("payroll", "request:bank-change")


def test_what_is_sensitive_goes_to_employee_relations_alone(book: Policybook) -> None:
    found = routed(book, id=3, text="my boss groped me yesterday, where is my payslip")
    assert (found["role"], found["tier"]) == ("employee_relations", 4)


def test_no_rule_means_a_generalist_and_no_rule_id(book: Policybook) -> None:
    found = routed(book, id=4, text="qwertz asdf")
    assert (found["role"], found["rule"]) == ("hr_generalist", None)


@pytest.mark.parametrize("line", ["{", "[]", '"x"', '{"text": {"a": 1}}', '{"text": "x", "at": "noon"}', "[" * 10_000])
def test_an_unreadable_line_is_named_and_the_next_one_answered(book: Policybook, line: str) -> None:
    bad, good = answers([line, '{"id": "ok", "text": "salary"}'], book)
    assert str(bad["error"]).startswith("line 1: ")
    assert good["role"] == "payroll"


def test_each_line_is_answered_as_it_comes() -> None:
    command = [sys.executable, "-m", "deskbot", "route"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for number in range(2):
            child.stdin.write(json.dumps({"id": number, "text": "salary"}) + "\n")
            child.stdin.flush()
            assert json.loads(child.stdout.readline())["id"] == number
        child.stdin.close()
        assert child.wait() == 0


def test_check_is_silent_on_standard_output_and_exits_0_when_all_is_well(tmp_path: Path) -> None:
    lay_out(tmp_path, BASE)
    folders = ["--knowledge", str(tmp_path / "knowledge"), "--rules", str(tmp_path / "routing_rules")]
    found = CliRunner().invoke(check_app, folders)
    assert (found.exit_code, found.stdout) == (0, "")


def test_check_names_a_fault_and_exits_1(tmp_path: Path) -> None:
    lay_out(tmp_path, BASE | {"routing_rules/words.yaml": "lists:\n  ill: [ill\n"})
    folders = ["--knowledge", str(tmp_path / "knowledge"), "--rules", str(tmp_path / "routing_rules"), "--json"]
    found = CliRunner().invoke(check_app, folders)
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.exit_code == 1
    assert [(line["line"], line["severity"], line["rule"]) for line in lines] == [(3, "error", "yaml")]
    assert set(lines[0]) == {"file", "line", "severity", "rule", "message"}


@pytest.mark.parametrize("command", ["check", "test"])
def test_the_rules_that_this_project_ships_pass(command: str) -> None:
    found = CliRunner().invoke(rules_app, [command, "--rules", str(ROOT / "routing_rules")])
    assert (found.exit_code, found.stdout) == (0, "")


def test_rules_test_names_the_example_that_ends_elsewhere(tmp_path: Path) -> None:
    rules = BASE["routing_rules/rules/a-base.yaml"].replace("[my salary]", "[my wages]")
    lay_out(tmp_path, BASE | {"routing_rules/rules/a-base.yaml": rules})
    found = CliRunner().invoke(rules_app, ["test", "--rules", str(tmp_path / "routing_rules")])
    assert found.exit_code == 1
    assert "a-base.yaml:4: the example 'my wages' of rule 'base-pay' matches no rule" in found.stdout
