"""What learned questions promise: who asks like that gets the section, and nobody else gets less."""

import pytest

from benchmarks.learning import by_words, figures, halves
from deskbot.answers.audience import Audience
from deskbot.answers.calibration import Calibration
from deskbot.answers.knowledge import EVERYTHING, build

PAGES = {
    "leave.md": "---\ntitle: Leave\n---\n\n## Carrying over\n\nFive days to 31 March.\n\n## Ask\n\nTwo weeks ahead.\n",
    "pay.md": "---\ntitle: Pay\n---\n\n## Payday\n\nThe 25th.\n\n## Payslips\n\nIn the portal each month.\n",
    "hr.md": "---\ntitle: Playbook\naudience: hr\n---\n\n## Exceptions\n\nThe lead decides.\n",
}
LEARNED = {"leave.md#carrying-over": ["what becomes of my unused balance at new year"]}


@pytest.mark.parametrize(
    "question",
    ["what becomes of my unused balance at new year?", "unused balance at new year", "new year unused balance"],
)
def test_who_asks_like_that_gets_the_section(question: str) -> None:
    """Without the learned question none of its words is anywhere."""
    assert build(PAGES).find(question, EVERYTHING).decision != "answer"
    found = build(PAGES, learned=LEARNED).find(question, EVERYTHING)
    assert found.ranked[0][0].id == "leave.md#carrying-over"
    assert found.decision == "answer"


@pytest.mark.parametrize("question", ["when is payday", "where is my payslip", "how long ahead do I ask", "new shoes"])
def test_other_questions_are_answered_as_before(question: str) -> None:
    before, after = build(PAGES).find(question, EVERYTHING), build(PAGES, learned=LEARNED).find(question, EVERYTHING)
    assert [section.id for section, _ in before.ranked] == [section.id for section, _ in after.ranked]
    assert before.confidence == pytest.approx(after.confidence)


def test_a_learned_question_brings_nobody_to_what_they_may_not_read() -> None:
    """Neither found nor counted, whatever was learned."""
    taught = build(PAGES, learned={"hr.md#exceptions": ["who signs off an odd case"]})
    found = taught.find("who signs off an odd case", Audience())
    assert "hr.md#exceptions" not in [section.id for section, _ in found.ranked]
    assert found.decision != "answer"
    assert taught.find("who signs off an odd case", EVERYTHING).ranked[0][0].id == "hr.md#exceptions"


def test_questions_of_sections_that_are_gone_are_passed_over() -> None:
    assert build(PAGES, learned={"gone.md#x": ["where is it"]}).find("where is it", EVERYTHING).decision != "answer"


def test_a_calibration_changes_the_confidence_and_nothing_else() -> None:
    plain = build(PAGES)
    found, less = plain.find("when is payday", EVERYTHING), plain.calibrated(Calibration(1.0, -1.0))
    calibrated = less.find("when is payday", EVERYTHING)
    assert calibrated.shipped == found.shipped == found.confidence
    assert calibrated.confidence < found.confidence
    assert calibrated.ranked == found.ranked


@pytest.mark.slow
def test_learning_helps_where_another_question_is_known_and_harms_no_other() -> None:
    """Random halves of the labelled questions teach the others, by words alone; `benchmarks.learning` says more."""
    found = figures(halves(12, by_words))
    assert found["known right after"] - found["known right before"] >= 0.04
    assert found["known answered after"] - found["known answered before"] >= 0.10
    assert found["others right after"] - found["others right before"] >= -0.01
    assert found["answered wrong after"] - found["answered wrong before"] <= 0.01
    assert found["outside answered after"] - found["outside answered before"] <= 0.01
