"""What the live content promises of what the desk learned: it takes effect at once and outlives a reload."""

from pathlib import Path

from deskbot.adapters.content.watch import LiveContent
from deskbot.answers.calibration import SHIPPED, Calibration
from tests.adapters.test_check import BASE, PAGE, lay_out

SECTION = "base.md#the-base-page"
LEARNED = {SECTION: ("what about the zebra",), "gone.md#x": ("who is it",)}
LESS = Calibration(1.0, -0.5)


def live(tmp_path: Path) -> LiveContent:
    """Live content over two small folders."""
    lay_out(tmp_path, BASE)
    return LiveContent(tmp_path / "knowledge", tmp_path / "routing_rules", settle=0)


def test_what_was_learned_is_there_at_once_and_stays_over_a_reload(tmp_path: Path) -> None:
    content = live(tmp_path)
    assert content.teach(LEARNED, LESS)
    assert not content.teach(LEARNED, LESS)
    lay_out(tmp_path, {"knowledge/base.md": PAGE + "\n## More\n\nWords.\n"})
    assert content.poll()
    knowledge = content.current.knowledge
    assert knowledge.section(SECTION).questions == ("what about the zebra",)
    assert knowledge.section("base.md#more").questions == ()
    assert knowledge.calibration == LESS


def test_what_was_taken_back_is_gone(tmp_path: Path) -> None:
    content = live(tmp_path)
    content.teach(LEARNED, LESS)
    assert content.teach({}, SHIPPED)
    assert content.current.knowledge.section(SECTION).questions == ()
    assert content.current.knowledge.calibration == SHIPPED
