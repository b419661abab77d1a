"""Words that carry a rule, words that carry nothing, and words that mean the same."""

import re

# A word of these decides what holds: taken away, added or replaced, the rule is another one. English, then Portuguese.
_NEGATIONS = """
not no never none neither nor without cannot nobody nothing nowhere
nao nunca jamais nem sem nenhum nenhuma nenhuns nenhumas ninguem nada tampouco
"""
NEGATIONS = frozenset(_NEGATIONS.split())
_MODALS = """
must may might can could shall should will would need needs required optional mandatory allowed forbidden
prohibited
deve devem devera deverao devia deviam dever pode podem podera poderao podia podiam poder precisa precisam
obrigatorio obrigatoria obrigatorios obrigatorias facultativo facultativa opcional opcionais proibido proibida
permitido permitida
"""
MODALS = frozenset(_MODALS.split())
_LIMITS = """
only except unless until till if or before after since by from within between during over under above below up
off least most more less fewer than least minimum maximum all any some both either per plus minus once twice
half double always sometimes first last next again instead against earlier later exclusive inclusive every
apenas so somente excepto exceto salvo ate se caso ou antes depois apos desde dentro entre durante mais menos
minimo maximo todos qualquer quaisquer alguns algumas algum alguma ambos ambas metade dobro sempre primeiro
primeira ultimo ultima proximo proxima outra vez contra exclusive inclusive quando cada
"""
LIMITS = frozenset(_LIMITS.split())
CRITICAL = NEGATIONS | MODALS | LIMITS

# Words without which the sentence says the same.
_SMALL = """
a an the of to in on at for with as is are be been being was were am do does did it its this that these those
there here and so then which who whom whose what how where while i you he she we they your our their his her my
us them me also too very just please kindly simply note already still yourself themselves itself however
therefore thus easily quite really indeed currently has have had such same own
o os as um uma uns umas de do da dos das e em no na nos nas ao aos por pelo pela pelos pelas para com que
como foi ser sao era eram estar esta estao este esta estes estas esse essa isto isso aquele aquela
seu sua seus suas meu minha nosso nossa voce voces eu ele ela eles elas lhe lhes nos tambem ja ainda muito bem
favor entao portanto assim simplesmente atualmente tem ha mesmo mesma proprio propria num numa deste desta
desse dessa neste nesta quem onde qual quais
"""
SMALL = frozenset(_SMALL.split())
# Who acts: swapping one for another changes who has to do it.
_ACTORS = "i you he she we they us them eu ele ela eles elas voce voces nos"
ACTORS = frozenset(_ACTORS.split())

# Groups that a heading may name: text under "Part-time" does not hold for "Full-time".
_SCOPE = """
full part time employee employees employer manager managers contractor contractors intern interns trainee trainees
temporary permanent fixed maternity paternity parental adoption sick annual unpaid paid remote office night
weekend abroad apprentice apprentices executive executives director directors adult adults child children
integral parcial trabalhador trabalhadores empregador chefia chefias estagiario estagiarios temporario permanente
termo maternidade paternidade parental adocao doenca anual pago paga remoto escritorio noite estrangeiro aprendiz
diretor diretores adulto adultos crianca criancas filho filhos
"""
SCOPE = frozenset(_SCOPE.split())

# One of each line may stand for another; the first is what all of them are read as.
_SAME = """
buy purchase purchases | help assist | begin start commence | tell inform notify | show display shows displays
use utilise utilize | about regarding concerning | employee coworker colleague | employees coworkers colleagues
phone telephone | sign log login signin | press click select tap | every each | must shall | but although
because owing | fill complete | webpage page | ask request | get receive obtain | give provide
contact reach | send submit | keep retain | check verify | question query | questions queries | quickly promptly
approximately about around roughly | holiday vacation | holidays vacations | big large | small little
mail email | comprar adquirir | ajudar auxiliar | comecar iniciar | informar avisar comunicar
mostrar exibir | usar utilizar | use utilize utilizem | carregar clicar premir | obter receber | enviar submeter
verificar conferir | pergunta questao | perguntas questoes | aproximadamente cerca | telefone telemovel
colega colaborador | colegas colaboradores | preencher completar | consultar ver
"""
SAME = {
    other: group.split()[0]
    for line in _SAME.strip().split("\n")
    for group in line.split("|")
    for other in group.split()[1:]
}

# Pairs that look like slips of the pen and are not: all of these are words of their own.
_REAL = """
sick stick stock
employee employer employees employers trainee trainer trainees trainers payee payer lessor lessee mentor mentee
maternity paternity contract contact contracts contacts remote remove personal personnel casual causal trial trail
form from quiet quite board broad through though thorough county country counties countries accept except access
excess affect effect principal principle advice advise later latter whether weather message massage parent patient
parents patients retire rehire retired rehired hired fired insured ensured assured unite unit units manger manager
staff stuff bonus bogus shift shirt shifts shirts sign sing adapt adopt adapted adopted exist exit statue status
annual manual biannual biennial internal interval external eternal direct district dairy diary daily dearly weekly
weekday weekdays monthly month yearly year hours hour ours house friday monday tuesday thursday sunday june july
leave leaver leaves leaving lease least last lost cost host hosts costs pension passion salary salaried position
petition deduction reduction induction production promotion provision permission remission submission commission
omission emission admission moral morale council counsel complement compliment ensure insure minor minority major
majority active native passive possible payable parable variable viable liable reliable eligible legible illegible
could cloud clouds taxed taxes texts tests rests vested tested rating dating sixty sixth eighth eight fifth
fifty forty fourth ninth ninety third thirty tenth month mouth moth there three their where were there night eight
right might sight
junho julho marco maio segunda terca quarta quinta sexta contrato contacto contratos contactos pais avos avo
empregador empregado empregada empregados empregadora trabalhador trabalhadora formador formando formadores
formandos maternidade paternidade filho filha filhos filhas mae pai tres treze seis sete setenta sessenta
anual manual mensal semanal diario diaria receber recebe receba rever reter renovar remover remoto remota
despesa defesa despedir despender demitido demitida admitido admitida reformado formado formada reforma forma
ferias feiras feriado feriados dispensa despensa remuneracao renovacao reducao deducao producao seguro segura
promocao comissao demissao admissao emissao omissao missao licenca presenca ausencia audiencia cedo sede cada casa
parte porte tarde tarda falta falha faltas falhas dia dias ano anos hora horas mes meses
"""
REAL = frozenset(_REAL.split())
# Accents that make another word; everywhere else an accent is a matter of spelling.
_ACCENTED = "avó avô avós avôs país países pais secretária secretaria público pública"
ACCENTED = frozenset(_ACCENTED.split())
OPPOSING = ("un", "in", "im", "il", "ir", "non", "dis", "mis", "des", "nao", "bi", "semi", "sub", "pre", "post", "anti",
            "re", "co", "de", "inter", "self", "over", "under", "ex", "pos", "sobre", "auto", "a")  # fmt: skip

# Syllables that turn the sense: minimum and maximum, include and exclude, employee and employer.
TURNED = (("min", "max"), ("in", "ex"), ("pre", "post"), ("de", "in"), ("ee", "er"), ("ando", "ador"), ("less", "ful"))

NUMBERS = {
    word: str(number)
    for line in (
        "zero,one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve,thirteen,fourteen,fifteen,sixteen,"
        "seventeen,eighteen,nineteen,twenty",
        "zero,,dois,tres,quatro,cinco,seis,sete,oito,nove,dez,onze,doze,treze,catorze,quinze,dezasseis,dezassete,"
        "dezoito,dezanove,vinte",
        ",,duas,,,,,,,,,,,,quatorze,,dezesseis,dezessete,,dezenove",
    )
    for number, word in enumerate(line.split(","))
    if word
}
TENS = {
    word: number
    for line in (
        "twenty,thirty,forty,fifty,sixty,seventy,eighty,ninety,hundred",
        "vinte,trinta,quarenta,cinquenta,sessenta,setenta,oitenta,noventa,cem",
    )
    for word, number in zip(line.split(","), range(20, 110, 10), strict=True)
}
MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan janeiro", "february feb fevereiro fev", "march mar marco", "april apr abril abr",
            "may maio mai", "june jun junho", "july jul julho", "august aug agosto ago",
            "september sep sept setembro set", "october oct outubro out", "november nov novembro",
            "december dec dezembro dez",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
CURRENCIES = {
    "€": "eur", "eur": "eur", "euro": "eur", "euros": "eur", "$": "usd", "us$": "usd", "usd": "usd", "dollar": "usd",
    "dollars": "usd", "dolares": "usd", "£": "gbp", "gbp": "gbp", "pounds": "gbp", "libras": "gbp", "r$": "brl",
    "brl": "brl", "reais": "brl", "chf": "chf",
}  # fmt: skip

# Contractions, and ways of writing that are the same word.
REWRITTEN = tuple(
    (re.compile(pattern, re.IGNORECASE), into)
    for pattern, into in (
        (r"\b(ca|wo|sha)n't\b", r"\1n not"),
        (r"\bcannot\b", "can not"),
        (r"\bwon not\b", "will not"),
        (r"\bcan not\b", "can not"),
        (r"\b(\w+)n't\b", r"\1 not"),
        (r"\b(\w+)'ll\b", r"\1 will"),
        (r"\b(\w+)'re\b", r"\1 are"),
        (r"\b(\w+)'ve\b", r"\1 have"),
        (r"\b(\w+)'d\b", r"\1 would"),
        (r"\b(have|has|need|needs) to\b", "must"),
        (r"\bis allowed to\b|\bare allowed to\b", "may"),
        (r"\btem de\b|\btem que\b", "deve"),
        (r"\btêm de\b|\btêm que\b", "devem"),
        (r"\be-(?=mail)", "e"),
        (r"\bfor (?:example|instance)\b|\be\.g\.", "eg"),
        (r"\bpor exemplo\b|\bp\. ?ex\.", "eg"),
        (r"\bthat is,|\bi\.e\.", "ie"),
        (r"\bper ?cent\b|\bpor cento\b", "%"),
        (r"\bin order to\b", "to"),
        (r"\bas well as\b", "and"),
        (r"\bassim como\b|\bbem como\b", "e"),
        (r"\bmake sure\b", "ensure"),
        (r"\bfill out\b", "fill in"),
        (r"\bplease note that\b|\btenha em atenção que\b|\bnote que\b", ""),
    )
)
# British and American, and Portuguese before and after the spelling reform.
SPELT = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        (r"is(e|ed|es|ing|ation|ations|er|ers)$", r"iz\1"),
        (r"our(s|ed|ing|able)?$", r"or\1"),
        (r"(cent|theat|met)re(s?)$", r"\1er\2"),
        (r"programme(s?)$", r"program\1"),
        (r"licence(s?)$", r"license\1"),
        (r"enrol(s|ment|ments)?$", r"enroll\1"),
        (r"(travel|cancel|label|model)l(ed|ing|er)$", r"\1\2"),
        (r"judgement", "judgment"),
        (r"ccao$|pcao$", "cao"),
        (r"ccoes$|pcoes$", "coes"),
        (r"ect(or|ora|ores|ivo|iva|ivos|ivas)$", r"et\1"),
        (r"act(ivo|iva|ivos|ivas|ual|uais|ividade|ividades|ualmente)$", r"at\1"),
        (r"^contacto(s?)$", r"contato\1"),
        (r"^facto(s?)$", r"fato\1"),
        (r"^objectiv", "objetiv"),
        (r"^except(o|uando)$", r"excet\1"),
    )
)
