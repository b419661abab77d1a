"""Which language somebody writes in, told by the small words; a message without any keeps the person's own language."""

from deskbot.desk.words import fold, tokens

_ENGLISH = """
the and of to in is are was were it this that my your i you we me do does did how what when where who why which can
could would should have has had need want get got for from with on at by about an if not much many please there be been
will am or
"""
_PORTUGUESE = """
o os as um uma de do da dos das em no na nos nas que e para pelo pela por com sem nao meu minha meus minhas seu sua eu
ele ela nos voce como quando onde quem qual quais quanto quantos quanta quantas porque posso podem preciso quero tenho
temos tem sao esta estou foi ser ao aos ou mas ja ainda sobre ate mais favor
"""
_ONLY = {
    "en": frozenset(_ENGLISH.split()) - frozenset(_PORTUGUESE.split()),
    "pt": frozenset(_PORTUGUESE.split()) - frozenset(_ENGLISH.split()),
}


def written_in(text: str, otherwise: str) -> str:
    """Return the language of `text`, or `otherwise` when its small words do not tell."""
    said = [fold(token) for token in tokens(text)]
    counts = {language: sum(word in small for word in said) for language, small in _ONLY.items()}
    best = max(counts, key=lambda language: counts[language])
    clear = counts[best] > 0 and all(counts[best] > 2 * count for other, count in counts.items() if other != best)
    return best if clear else otherwise
