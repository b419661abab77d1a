"""What was read of the knowledge folder, kept in one file of plain numbers and text, so that a start reads it at once.

The file is a NumPy archive that holds no objects: nothing in it can run. It is good for this version of the program
and these synonyms only; what is stale, damaged or not there is passed over, and the folder is read anew.
"""

import json
import os
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

import markdown_it
import numpy as np
import Stemmer

from deskbot.answers.articles import Article, Page, Section
from deskbot.answers.audience import AudienceRule
from deskbot.answers.index import Columns, Forms
from deskbot.answers.knowledge import Corpus
from deskbot.answers.terms import Thesaurus
from deskbot.desk.errors import Fault

CACHE = Path("cache", "knowledge.npz")
"""Where the file lies in the data folder."""

# What decides how a page is read: when one of these changes, nothing that was kept is good any more.
_READERS = (
    "deskbot.adapters.content.heads",
    "deskbot.adapters.content.knowledge_cache",
    "deskbot.adapters.content.knowledge_folder",
    "deskbot.adapters.content.yaml_strict",
    "deskbot.answers.articles",
    "deskbot.answers.audience",
    "deskbot.answers.hr_words",
    "deskbot.answers.index",
    "deskbot.answers.markdown",
    "deskbot.answers.sections",
    "deskbot.answers.terms",
    "deskbot.desk.folding",
)
_OF_ARTICLE = tuple(f.name for f in fields(Article))
_OF_SECTION = tuple(f.name for f in fields(Section))
# What a few wrong bytes of an archive lead to: `zipfile` takes them for a newer format or a password (RuntimeError), or
# for numbers beyond all memory.
_DAMAGED = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    EOFError,
    AttributeError,
    RuntimeError,
    ArithmeticError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A corpus with the text of each page's file and what was found wrong with it, by name."""

    corpus: Corpus
    texts: Mapping[str, str]
    faults: Mapping[str, tuple[Fault, ...]]


def save(file: Path, kept: Kept) -> None:
    """Write the file whole or not at all; where that cannot be done, the next start reads the folder anew."""
    corpus = kept.corpus
    texts = [kept.texts[page.article.path] for page in corpus.pages]
    places = [place for page, text in zip(corpus.pages, texts, strict=True) for place in _places(page, text)]
    sections = [section for page in corpus.pages for section in page.sections]
    of_section = {name: [getattr(section, name) for section in sections] for name in _OF_SECTION if name != "article"}
    columns = {f.name: getattr(corpus.columns, f.name) for f in fields(Columns)}
    said = {
        "stamp": _stamp(corpus.thesaurus),
        "articles": [[_plain(getattr(page.article, name)) for name in _OF_ARTICLE] for page in corpus.pages],
        "sizes": [len(text) for text in texts],
        "sections": of_section | {"text_md": places},
        "faults": {name: [astuple(fault) for fault in faults] for name, faults in kept.faults.items() if faults},
        "vocabularies": corpus.vocabularies,
        "terms": corpus.columns.terms,
        "names": [[" ".join(map("\t".join, forms)) for forms in names] for names in corpus.columns.names],
    }
    arrays = {name: value for name, value in columns.items() if isinstance(value, np.ndarray)}
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        _replace(file, {**arrays, "_text": _bytes("".join(texts)), "_said": _bytes(json.dumps(said))})


def _places(page: Page, text: str) -> Iterator[tuple[int, int]]:
    """Yield where in the file's text each section's is."""
    start = 0
    for section in page.sections:
        start = text.index(section.text_md, start)
        yield start, start + len(section.text_md)


def _plain(value: object) -> object:
    """Return what an article holds as JSON can write it; `_of_article` reads it."""
    if isinstance(value, AudienceRule):
        return {"audience": [sorted(getattr(value, f.name)) for f in fields(AudienceRule)]}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _of_article(value: Any) -> Any:
    if isinstance(value, dict):
        return (
            date.fromisoformat(value["date"]) if "date" in value else AudienceRule(*map(frozenset, value["audience"]))
        )
    return tuple(value) if isinstance(value, list) else value


def _bytes(text: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)


def _replace(file: Path, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Write beside the file first: a crash leaves the old one, and of two processes the later wins."""
    handle, beside = tempfile.mkstemp(suffix=".new", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)
        os.replace(beside, file)
    except BaseException:
        os.unlink(beside)
        raise


def load(file: Path, known: Thesaurus) -> Kept | None:
    """Return what the file holds, None unless it is whole and was made by this version with this thesaurus."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        said = json.loads(arrays.pop("_said").tobytes())
        return _kept(said, arrays, known) if said["stamp"] == _stamp(known) else None
    except _DAMAGED:
        return None


def _kept(said: dict[str, Any], arrays: dict[str, Any], known: Thesaurus) -> Kept:
    whole = arrays.pop("_text").tobytes().decode("utf-8", "surrogatepass")
    articles = [Article(*map(_of_article, values)) for values in said["articles"]]
    ends = list(accumulate(said["sizes"]))
    texts = [whole[end - size : end] for end, size in zip(ends, said["sizes"], strict=True)]
    names = tuple([tuple([_forms(line) for line in lines]) for lines in said["names"]])
    columns = Columns(**arrays, terms=tuple(said["terms"]), names=names)
    vocabularies = {language: Counter(words) for language, words in said["vocabularies"].items()}
    faults = {name: tuple(Fault(*fault) for fault in found) for name, found in said["faults"].items()}
    pages = _pages(said["sections"], articles, texts, columns.sizes.tolist())
    return Kept(
        Corpus(pages, columns, vocabularies, known), dict(zip((a.path for a in articles), texts, strict=True)), faults
    )


def _forms(line: str) -> Forms:
    return tuple([tuple(word.split("\t")) for word in line.split(" ")]) if line else ()


def _pages(
    kept: dict[str, list[Any]], articles: Sequence[Article], texts: Sequence[str], sizes: Sequence[int]
) -> tuple[Page, ...]:
    """Return the pages; their sections are made field by field for all at once, which takes a third of the time."""
    article_of = [article for article, size in zip(articles, sizes, strict=True) for _ in range(size)]
    text_of = [text for text, size in zip(texts, sizes, strict=True) for _ in range(size)]
    kept["text_md"] = [text[start:end] for text, (start, end) in zip(text_of, kept["text_md"], strict=True)]
    kept["article"] = article_of
    columns = [[tuple(v) if isinstance(v, list) else v for v in kept[name]] for name in _OF_SECTION]
    sections = map(Section, *columns)
    return tuple([Page(article, tuple(islice(sections, size))) for article, size in zip(articles, sizes, strict=True)])


def _stamp(known: Thesaurus) -> str:
    """Return what the reading of a page depends on besides its text: this program, its libraries, the thesaurus."""
    phrases = json.dumps(sorted((*phrase, *ideas) for phrase, ideas in known.phrases.items()))
    return sha256((_program() + phrases).encode()).hexdigest()


@cache
def _program() -> str:
    found = sha256(f"{markdown_it.__version__} {Stemmer.version()} {np.__version__}".encode())
    for spec in map(find_spec, _READERS):
        assert spec is not None
        assert spec.origin is not None
        found.update(Path(spec.origin).read_bytes())
    return found.hexdigest()
