"""HR roles as the files describe them; who is in a role is data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from deskbot.desk.plain_data import Plain

STRATEGIES = ("load", "turn", "skill", "seeded")
ROLE_KEYS = ("title", "purpose", "calendar", "sla_policy", "tier", "strategy")


@dataclass(frozen=True, slots=True)
class Role:
    """An HR function that owns work.

    `title` is by language. `calendar` and `sla_policy` name files. `tier` is the lowest confidentiality of its work,
    `strategy` how the person in the role is chosen.
    """

    key: str
    title: Mapping[str, str]
    calendar: str
    sla_policy: str
    tier: int = 1
    strategy: str = "load"
    purpose: Mapping[str, str] = field(default_factory=dict)

    def name(self, language: str) -> str:
        """Return the title in the language, English where there is none."""
        return self.title.get(language) or self.title["en"]


def parse_role(plain: Plain, key: str) -> Role:
    """Read one role. Raises Invalid with the dotted path of the first mistake."""
    plain.allow(ROLE_KEYS)
    return Role(
        key=key,
        title=plain.by_language("title"),
        calendar=plain.text("calendar"),
        sla_policy=plain.text("sla_policy"),
        tier=plain.whole("tier", 1, 0, 4),
        strategy=plain.one_of("strategy", STRATEGIES, "load"),
        purpose=plain.by_language("purpose", required=False),
    )
