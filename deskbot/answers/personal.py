"""Recognises questions about the asker's own record, which no article can answer."""

# ruff: noqa: E501 - each pattern is one line, because it is read whole

import re

from deskbot.desk.folding import fold

_PAY = r"(?:salary|salaries|income|wages?|net pay|gross pay|pay ?check|pay ?slip|pay ?stub|earnings|take[- ]home(?: pay)?|bonus|raise)"
_DAYS = r"(?:pto|vacation|holiday|annual leave|sick|leave|time off|days? off|personal|paid)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # What is left or used of my own days.
        r"\bhow (?:many|much)\b.{0,40}\b(?:do|have|did|are|is)\b.{0,12}\b(?:i|we|me)\b.{0,20}\b(?:left|remaining|used|taken|accrued|accumulated|saved up)\b",
        rf"\bhow (?:many|much)\b.{{0,30}}\b{_DAYS}\b.{{0,40}}\b(?:left|remaining|i(?:'ve| have)? (?:used|taken|spent))\b",
        r"\b(?:total )?number of\b.{0,40}\bi(?:'ve| have)? (?:used|taken|left|spent)\b",
        rf"\b(?:my|the) (?:current |remaining )?{_DAYS}(?: \w+)? balance\b",
        rf"\bmy balance of\b|\bstatus of my\b.{{0,20}}\b{_DAYS}\b",
        r"\bdays off\b.{0,20}\bi(?:'ve| have)\b.{0,12}\b(?:used|taken)\b",
        # The state of my own request.
        rf"\b(?:did|has|have|was|is|were|are|know if|whether|if)\b.{{0,30}}\bmy\b.{{0,30}}\b(?:request|application|claim|{_DAYS})\b.{{0,30}}\b(?:been|gone|go(?:ne)? through|went through|approved|accepted|denied|acknowledged|granted|processed|ok'?d|okayed)\b",
        rf"\b(?:any|hear|heard|news|new info|update|word)\b.{{0,30}}\b(?:my|on)\b.{{0,12}}\b(?:{_DAYS})\b",
        rf"\bwill i be (?:permitted|allowed|able) to (?:take|go on) my\b.{{0,20}}\b{_DAYS}\b",
        rf"^(?:my |o meu |a minha )(?:current |own |monthly |annual )*{_PAY}$",
        # What I myself earn, pay or am scheduled for.
        rf"\b(?:what|what's|whats|how much|tell me|show me|know|check|see)\b.{{0,30}}\bmy (?:own |current |present |annual |monthly |yearly |base |net |gross )*{_PAY}\b(?! (?:date|day|schedule|range|band|review))",
        r"\bhow much\b.{0,20}\b(?:am i|i'm|do i|did i|i)\b.{0,12}\b(?:make|making|earn|earning|earned|made|get paid|getting paid|paid)\b",
        r"\bwhat (?:amount )?(?:am i|i'm|i am|do i)\b.{0,20}\b(?:make|making|earn|earning|paid|getting paid)\b|\bwhat amount i'?m\b",
        r"\bwhat's my pay\b(?! (?:date|day))|\bwhat is my pay\b(?! (?:date|day))",
        r"\bhow much\b.{0,30}\b(?:do|did|will|am|have)?\b.{0,6}\b(?:i|my)\b.{0,20}\b(?:tax|taxes)\b|\bhow much tax(?:es)?\b.{0,20}\b(?:i|my|me)\b|\bmy tax(?:es)? (?:amount|bill|total)\b|\bwhat is the tax amount\b",
        r"\b(?:meetings?|appointments?)\b.{0,20}\b(?:do i have|i have|have i|scheduled|on my calendar)\b|\bdo i have\b.{0,20}\b(?:meetings?|appointments?)\b|\bare there any meetings\b",
        r"\bwho is my (?:manager|boss|supervisor|buddy|hr (?:partner|contact))\b|\bmy (?:employee|staff|personnel) (?:id|number)\b",
        r"\bwhen (?:is|was) my (?:next |last )?(?:review|probation end|contract end|anniversary|start date)\b",
        # Portuguese.
        r"\bquant[oa]s?\b.{0,40}\b(?:me (?:restam|faltam|sobram)|(?:ainda )?tenho|ja (?:gozei|usei|tirei)|gozei|usei)\b.{0,25}\b(?:ferias|dias|folgas?|saldo)?",
        r"\b(?:o |os |qual (?:e )?o )?meu saldo\b|\bsaldo d(?:e|as minhas) ferias\b",
        r"\b(?:quanto (?:ganho|recebo|recebi|vou receber|descontei|desconto))\b|\b(?:qual e|quanto e|diga-?me|ver) o meu (?:salario|ordenado|vencimento|liquido|rendimento)\b",
        r"\bo meu pedido\b.{0,30}\b(?:foi|esta|ja|aprovad[oa]|aceite|recusad[oa])\b|\b(?:as )?minhas ferias (?:foram|ja foram|estao) (?:aprovadas|aceites|marcadas)\b",
    )
)
_POLICY = re.compile(
    r"\bhow many\b.{0,30}\bdo (?:i|we) (?:get|receive|earn|accrue)\b|\bquant[oa]s dias de ferias (?:tenho direito|temos)\b|\btenho direito\b"
)


def is_personal(question: str) -> bool:
    """Return whether the asker wants to know something of their own record: days left, own pay, state of a request."""
    text = " ".join(fold(question).split())[:600]
    if _POLICY.search(text) and not re.search(r"\b(?:left|remaining|used|taken|restam|faltam)\b", text):
        return False
    return any(pattern.search(text) for pattern in _PATTERNS)
