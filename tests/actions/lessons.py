"""Three small articles to learn for, and live content that takes over what was learned."""

from dataclasses import replace

from deskbot.actions.desk import Desk
from deskbot.answers.calibration import Calibration
from deskbot.answers.knowledge import build

PAGES = {
    "wellbeing.md": "---\ntitle: Wellbeing\nowner: hr_generalist\n---\n\n## Sports allowance\n\nTwenty a month.\n",
    "pay.md": "---\ntitle: Pay\nowner: payroll\n---\n\n## Payday\n\nThe 25th.\n",
    "playbook.md": "---\ntitle: Playbook\nowner: hr_generalist\naudience: hr\n---\n\n## Hard talks\n\nListen first.\n",
}
SECTION = "wellbeing.md#sports-allowance"


class Live:
    """Live content in memory that takes over what was learned."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def teach(self, learned, calibration: Calibration) -> bool:  # type: ignore[no-untyped-def]
        """Build the articles anew with what was learned."""
        book = self.desk.content.current
        self.desk.content.current = replace(  # type: ignore[misc]
            book, knowledge=build(PAGES, learned=learned).calibrated(calibration)
        )
        return True
