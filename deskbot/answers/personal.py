"""Recognises questions about the asker's own record, which no article can answer."""

# ruff: noqa: E501 - each pattern is one line, because it is read whole

import re

from deskbot.desk.folding import fold

_PAY = r"(?:salary|salaries|income|wages?|net pay|gross pay|pay ?check|pay ?slip|pay ?stub|earnings|take[- ]home(?: pay)?|bonus|raise)"
_DAYS = r"(?:pto|vacation|holidays?|annual leave|sick|leave|time off|days? off|personal|paid)"
_OWN = r"(?:own |current |present |annual |monthly |yearly |base |net |gross |total )*"
# Words that may follow "how much do I earn" without making it a question about a rule ("... on a Sunday").
_NOW = r"(?:[ ,]+(?:right|now|this|last|a|an|per|each|every|the|at|in|by|for|month|year|week|hour|work|here|so|far|currently|today|after|before|tax(?:es)?|net|gross|of|my|job|money))*"
_AGORA = r"(?:[ ,]+(?:eu|este|neste|no|o|por|ao|em|de|do|a|mes|ano|semana|hora|passado|hoje|agora|atualmente|liquido|bruto|limpo|salario|ordenado|irs|20\d\d))*"
_GATHERED = r"(?:got|gotten|received|used|taken|spent|banked|vested|accrued|accumulated|earned|claimed|collected|logged|worked|saved up|contributed)"
_DONE = r"(?:approved|shipped|paid|processed|sent|delivered|arrived|signed|received|reimbursed|granted|submitted|accepted|denied|rejected|updated)"
_END = r"[ ?!.]*$"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # What is left or used of my own days.
        r"\bhow (?:many|much)\b.{0,40}\b(?:do|have|did|are|is)\b.{0,12}\b(?:i|we|me)\b.{0,20}\b(?:left(?! to (?!take|use|book))|remaining|used|taken|accrued|accumulated|saved up)\b",
        rf"\bhow (?:many|much)\b.{{0,30}}\b{_DAYS}\b.{{0,40}}\b(?:left(?! to (?!take|use|book))|remaining|i(?:'ve| have)? (?:used|taken|spent))\b",
        r"\b(?:total )?number of\b.{0,40}\bi(?:'ve| have)? (?:used|taken|left|spent)\b",
        rf"\b(?:my|the) (?:current |remaining )?{_DAYS}(?: \w+)? balance\b",
        rf"\bmy balance of\b|\bstatus of my\b.{{0,20}}\b{_DAYS}\b",
        r"\bdays off\b.{0,20}\bi(?:'ve| have)\b.{0,12}\b(?:used|taken)\b",
        # The state of my own request.
        rf"\b(?:did|has|have|was|is|were|are|know if|whether|if)\b.{{0,30}}\bmy\b.{{0,30}}\b(?:request|application|claim|{_DAYS})\b.{{0,30}}\b(?:been|gone|go(?:ne)? through|went through|approved|accepted|denied|acknowledged|granted|processed|ok'?d|okayed)\b",
        rf"\b(?:any|hear|heard)\b.{{0,12}}\b(?:news|info|update|updates|word|back|anything)\b.{{0,12}}\bmy\b.{{0,12}}\b{_DAYS}\b",
        rf"\bwill i be (?:permitted|allowed|able) to (?:take|go on) my\b.{{0,20}}\b{_DAYS}\b(?: days?| leave| time| off)*{_END}",
        r"\bdid (?:you|hr|payroll|anybody|anyone|somebody) (?:get|receive|see|process|approve|file)\b.{0,12}\bmy\b",
        rf"^(?:my |o meu |a minha ){_OWN}{_PAY}{_END}",
        # What I myself earn, pay or am scheduled for.
        rf"\b(?:what|what's|whats|how much|tell me|show me|know|check|see)(?: (?:is|was|are|has|were|be|exactly))? my {_OWN}{_PAY}\b(?! (?:date|day|schedule|range|band|review|arrive|hit|reach|go|come|increase|depend|get|look|mean))",
        rf"\bhow much(?: money)? (?:am i|i'm|do i|did i|i|will i) (?:make|making|earn|earning|earned|made|get paid|getting paid|be paid|paid)\b{_NOW}{_END}",
        rf"\bwhat (?:amount )?(?:am i|i'm|i am|do i|did i)\b.{{0,20}}\b(?:make|making|earn|earning|paid|getting paid)\b{_NOW}{_END}|\bwhat amount i'?m\b",
        r"\bwhat(?:'s| is) my pay\b(?! (?:date|day|schedule|range|band|period|grade|stub|slip))",
        r"\bhow much (?:did|do|does|will|have)\b.{0,6}\b(?:i|my)\b(?! (?:contribute|put|save))\b.{0,20}\btax(?:es)?\b|\bhow much tax(?:es)?\b.{0,20}\b(?:i|my|me)\b|\bmy tax(?:es)? (?:amount|bill|total)\b|\bwhat is the tax amount\b",
        r"\b(?:meetings?|appointments?)\b.{0,20}\b(?:do i have|i have|have i|scheduled|on my calendar)\b|\bdo i have\b.{0,20}\b(?:meetings?|appointments?)\b|\bare there any meetings\b",
        r"\bwho is my (?:manager|boss|supervisor|buddy|hr (?:partner|contact))\b|\bmy (?:employee|staff|personnel) (?:id|number)\b",
        r"\bwhen (?:is|was) my (?:next |last )?(?:review|probation end|contract end|anniversary|start date)\b",
        # What has gathered, gone out or is owed by now.
        rf"\bhow (?:many|much)\b.{{0,50}}\b(?:have i|i have|i've|did i|i)\b(?: already| ever| personally)? {_GATHERED}\b",
        rf"\bhow (?:many|much) of my\b.{{0,40}}\b(?:are|is|have|has|did|do|am)\b.{{0,20}}\b(?:{_GATHERED}|left|gone|vest)\b",
        r"\bwhat(?:'s| is| do i have)? (?:left|remaining)\b.{0,12}\b(?:of|on|in|from) my\b",
        r"\bhow much\b.{0,30}\b(?:owed|due) (?:to )?me\b|\bhow much\b.{0,20}\b(?:do|does|did) (?:you|they|the company|we) (?:still )?owe me\b",
        r"\bhow much\b.{0,20}\b(?:went|goes|was put|got put|was paid|got paid) (?:in|into|to) my\b",
        # Where my own things and results stand.
        rf"(?<!when )(?<!how )(?<!where )\b(?:is|are|has|have|was|were|did)(?:n't)? my\b.{{0,40}}\b(?:yet|{_DONE})\b(?: yet| through| out| already| today| this week)*{_END}",
        r"\b(?:did|has) \w+ (?:yet )?(?:approved?|sign(?:ed)?(?: off)?(?: on)?|review(?:ed)?|see|seen) my\b",
        r"\bwhat (?:was|were|is) my\b.{0,20}\b(?:rating|ratings|score|scores|result|results|grade|level|band|step)\b|\bwhat did i (?:score|get) (?:on|in|for) my\b",
        rf"\b(?:what|which) (?:pay )?(?:grade|step|level|band|tier|plan)\b.{{0,15}}\b(?:am i|i'm|i am) (?:on|at|in|enrolled in){_END}",
        r"\bwhen is my (?:next )?(?:one on one|one-on-one|1:1|1-1|meeting|appointment|interview|shift)\b",
        r"\bhow much (?:did|will) i get paid (?:on|for|in)\b|\bwh(?:at|ich)\b.{0,20}\b(?:plan|plans|option|fund|funds|card|cards|benefits)\b.{0,8}\b(?:did i|have i|am i|do i have|i have)\b.{0,12}\b(?:sign(?:ed)? up|enroll?ed|choose|chosen|chose|pick(?:ed)?|elect(?:ed)?|open|in|on)\b",
        r"\bmy (?:social security number|ssn|tax id|bank details|home address|emergency contacts?)\b.{0,20}\b(?:on file|do you have|you have|on record)\b|\bwhat did my (?:peers|manager|boss|lead|team) (?:write|say) (?:in|on|about) (?:my|me)\b",
        # Portuguese.
        r"\bquant[oa]s?\b.{0,40}\b(?:me (?:restam?|faltam?|sobram?)|ainda tenho|tenho ainda|tenho (?:por|para|a) gozar|(?:ja )?(?:gozei|usei|tirei|gastei))\b",
        r"\b(?:o |os |qual (?:e )?o )?meu saldo\b|\bsaldo d(?:e|as minhas) ferias\b",
        rf"\bquanto (?:e que )?(?:eu )?(?:ganho|recebo|recebi|vou receber|descontei|desconto)\b{_AGORA}{_END}",
        r"\b(?:qual e|quanto e|diga-?me|ver) o meu (?:salario|ordenado|vencimento|liquido|rendimento)\b",
        r"\bo meu pedido\b.{0,30}\b(?:foi|esta|ja|aprovad[oa]|aceite|recusad[oa])\b|\b(?:as )?minhas ferias (?:foram|ja foram|estao) (?:aprovadas|aceites|marcadas)\b",
        r"\bquanto\b.{0,30}\b(?:me devem|(?:ainda )?tenho a receber|falta receber)\b|\b(?:o que|quanto) (?:me )?(?:resta|sobra) (?:do|da|dos|das) (?:meu|minha|meus|minhas)\b",
        r"\bquant[oa]s?\b.{0,40}\b(?:ja|eu) (?:usei|tirei|gastei|gozei|acumulei|fiz)\b|\bquantas horas tenho\b.{0,20}\b(?:banco|acumulad)",
        r"\b(?:o|a|os|as) (?:meu|minha|meus|minhas)\b.{0,40}\bja (?:foi|foram|chegou|chegaram|esta|estao)\b|\bja (?:foi|foram|chegou|chegaram|pagaram|aprovaram|enviaram)\b.{0,20}\b(?:o|a|os|as) (?:meu|minha|meus|minhas)\b",
        r"\bqual (?:foi|e) (?:o|a) (?:meu|minha) (?:nota|avaliacao|resultado|classificacao|escalao|nivel)\b|\bem que (?:escalao|nivel|categoria) (?:e que )?estou\b",
        r"\b(?:ja )?receberam (?:o meu|a minha|os meus|as minhas)\b",
    )
)
# How or where one finds out, and what the rule says should something happen, is for articles.
_POLICY = re.compile(
    r"^(?:hi |hello |hey )?(?:how|where) (?:do|can|could|would|should) (?:i|we)\b|\bwhat happens\b|\bwhen (?:do|does)\b|\bo que acontece\b|\b(?:if|when|after|before|once) (?:i|we) (?:leave|quit|resign|join|move|retire|get|go|die)\b|\b(?:paid|pay|cash(?:ed)?) out\b|\b(?:carry|carried|roll|rolled) over\b|^(?:como|onde) (?:e que )?(?:posso|vejo|se ve|consulto|sei)\b"
)


def is_personal(question: str) -> bool:
    """Return whether the asker wants to know something of their own record: days left, own pay, state of a request."""
    text = " ".join(fold(question).split())[:600]
    return not _POLICY.search(text) and any(pattern.search(text) for pattern in _PATTERNS)
