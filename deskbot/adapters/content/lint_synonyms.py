"""What is questionable about a company's own synonyms: words that are never found, and one word in two groups."""

from collections.abc import Iterator
from typing import Any

from deskbot.adapters.content.files import Folder
from deskbot.adapters.content.knowledge_folder import SYNONYMS
from deskbot.adapters.content.yaml_strict import Malformed, load
from deskbot.answers.terms import REACH, STOP_STEMS, stems
from deskbot.desk.errors import Fault
from deskbot.desk.folding import words


def lint_synonyms(pages: Folder) -> list[Fault]:
    """Return the findings; what keeps the file from being read is a fault of the reading."""
    if SYNONYMS not in pages.texts:
        return []
    shown = pages.shown(SYNONYMS)
    try:
        document = load(pages.texts[SYNONYMS], shown)
    except Malformed:
        return []
    groups = document.data if isinstance(document.data, list) else []
    notes = _notes([group if isinstance(group, list) else [] for group in groups])
    return [Fault(shown, document.line(place), "warning", "synonyms", message) for place, message in notes]


def _notes(groups: list[list[Any]]) -> Iterator[tuple[str, str]]:
    """Yield the dotted place and the sentence of each finding."""
    first: dict[tuple[str, ...], int] = {}
    for number, group in enumerate(groups):
        for at, word in enumerate(group):
            phrase, place = tuple(words(str(word))), f"{number}.{at}"
            if len(phrase) > REACH:
                yield place, f"'{word}' has more than {REACH} words and is never found; shorten it"
            elif len(phrase) == 1 and stems([phrase[0]], "en")[0] in STOP_STEMS:
                yield place, f"'{word}' is in every question and says nothing; take it out"
            elif first.setdefault(phrase, number) != number:
                yield place, f"'{word}' is in group {first[phrase] + 1} too; join the two groups or keep one"
