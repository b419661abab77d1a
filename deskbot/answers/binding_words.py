"""Words that bind: a text that changes, drops or adds one says something else. And words that do not. All folded."""

from collections.abc import Mapping


def _set(said: str) -> frozenset[str]:
    return frozenset(said.split())


NEGATIONS = _set("""
    not no never none nobody nothing neither nor without cannot cant
    nao nunca nem nenhum nenhuma nenhuns nenhumas ninguem nada sem jamais
    """)
LIMITS: Mapping[str, frozenset[str]] = {
    "en": _set("""
        only unless except excluding until before after within least most maximum minimum more less fewer than up
        above below later earlier instead either or otherwise
        """),
    "pt": _set("""
        so apenas somente salvo exceto excepto ate antes depois apos dentro minimo maximo minima maxima mais menos
        acima abaixo caso desde ou
        """),
}
DIRECTIONS = _set("to from for para")
IFS = _set("if provided se caso")
CONDITIONS = IFS | _set("when whenever where quando onde")
STRENGTHS = (
    _set("must shall require requires required mandatory obliged need needs needed"),
    _set("may can could might allowed permitted"),
    _set("should recommended ought advised"),
    _set("all every always each everyone everybody any anyone anybody whole"),
    _set("deve devem devera deverao obrigatorio obrigatoria precisa precisam necessario necessaria exige"),
    _set("pode podem podera poderao permitido permitida"),
    _set("deveria deveriam recomenda aconselha recomendado recomendada"),
    _set("todos todas todo toda cada sempre qualquer quaisquer"),
)
NUMBERS = _set("""
    zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half halves quarter twice
    double triple dozen first second third fourth fifth last next previous once
    dois duas tres quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezasseis dezassete dezoito
    dezanove vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem cento duzentos trezentos quinhentos
    mil milhao metade meio meia dobro triplo primeiro primeira segundo segunda terceiro terceira ultimo ultima
    proximo proxima seguinte anterior
    """)
DATES = _set("""
    january february march april june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
    terca quarta quinta sexta sabado domingo
    daily weekly monthly quarterly yearly annually diario semanal mensal trimestral anual
    """)
_UNITS = {
    "day": "day days dia dias",
    "week": "week weeks semana semanas",
    "month": "month months mes meses",
    "year": "year years ano anos",
    "hour": "hour hours hora horas",
    "minute": "minute minutes minuto minutos",
    "percent": "percent per cent",
    "euro": "euro euros eur",
    "dollar": "dollar dollars usd dolar dolares",
    "pound": "pound pounds gbp libra libras",
    "kilometre": "km kilometre kilometres quilometro quilometros",
}
UNITS: Mapping[str, str] = {word: unit for unit, said in _UNITS.items() for word in said.split()}
VOICE = _set("""
    i i'm i'll i've me my mine sorry ai assistant chatbot prompt eu meu minha desculpe desculpa assistente lamento
    """)
# Words that only hold others together.
GLUE = _set("""
    during whether whose such its their ones
    durante desse dessa desses dessas deste desta destes destas disso nesse nessa neste nesta nisso esses essas estes
    estas aquele aquela lhes cujo cuja tal
    """)
# Words that are in nobody's way: a wording may use them though the passage does not.
PLAIN = _set("""
    ask asks tell tells send sends write writes start starts begin begins end ends keep keeps stay stays add adds
    include includes mean means happen happens follow follows following choose chooses make makes note remember
    also both together extra further back away way thing things
    pedir peca pede diga diz enviar envie envia escrever escreva comecar comece acabar acaba manter mantem fica juntar
    inclui incluir significa acontece seguir escolher escolha fazer faca lembre tambem ambos junto juntos extra volta
    coisa coisas
    """)
