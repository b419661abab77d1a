"""Logs say what failed and where, and never what people wrote."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from deskbot.wiring import logs


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The production form of logs, taken back afterwards."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    yield
    root.handlers, root.level = before, level
    structlog.reset_defaults()


def _fail_with(said: str) -> None:
    words = said
    raise RuntimeError(f"no room for {len(words)} letters")


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("ours", [True, False])
def test_a_trace_shows_lines_and_no_variables(capsys: pytest.CaptureFixture[str], ours: bool) -> None:
    """What somebody wrote stays out of the log, also when the code that held it broke."""
    logs.configure()
    secret = "my boss is called Fernanda\r\n{}"
    try:
        _fail_with(secret)
    except RuntimeError as error:
        if ours:
            structlog.get_logger().error("delivery failed", exc_info=error)
        else:
            logging.getLogger("library").error("delivery failed", exc_info=error)
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.strip().splitlines()
    assert json.loads(line)["event"] == "delivery failed"
    assert "_fail_with" in line
    assert "Fernanda" not in line
