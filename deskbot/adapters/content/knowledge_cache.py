"""What was read of the knowledge folder, kept in one file of plain numbers and text, so that a start reads it at once.

The file is a NumPy archive that holds no objects: nothing in it can run. It is good for this version of the program
and these synonyms only; what is stale, damaged or not there is passed over, and the folder is read anew.
"""

import json
import os
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import markdown_it
import numpy as np
import Stemmer
from pydantic import TypeAdapter, ValidationError

from deskbot.answers.articles import Article, Page, Section
from deskbot.answers.index import Columns
from deskbot.answers.knowledge import Corpus
from deskbot.answers.terms import Thesaurus
from deskbot.desk.errors import Fault

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
_ARTICLES: TypeAdapter[list[Article]] = TypeAdapter(list[Article])
_OF_SECTION = tuple(f.name for f in fields(Section) if f.name not in ("article", "text_md"))
_DAMAGED = (OSError, ValueError, KeyError, IndexError, TypeError, EOFError, zipfile.BadZipFile, ValidationError)


@dataclass(frozen=True, slots=True)
class Kept:
    """A corpus with the text of each page's file and what was found wrong with it, by name."""

    corpus: Corpus
    texts: Mapping[str, str]
    faults: Mapping[str, tuple[Fault, ...]]


def save(file: Path, kept: Kept) -> None:
    """Write the file whole or not at all; where that cannot be done, the next start reads the folder anew."""
    corpus = kept.corpus
    names = [page.article.path for page in corpus.pages]
    texts = [kept.texts[name] for name in names]
    columns = {f.name: getattr(corpus.columns, f.name) for f in fields(Columns)}
    said = {
        "stamp": _stamp(corpus.thesaurus),
        "articles": _ARTICLES.dump_python([page.article for page in corpus.pages], mode="json"),
        "sizes": [len(text) for text in texts],
        "sections": [list(_rows(page, text)) for page, text in zip(corpus.pages, texts, strict=True)],
        "faults": {name: [astuple(fault) for fault in faults] for name, faults in kept.faults.items() if faults},
        "vocabularies": corpus.vocabularies,
        "columns": {name: value for name, value in columns.items() if not isinstance(value, np.ndarray)},
    }
    arrays = {name: value for name, value in columns.items() if isinstance(value, np.ndarray)}
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        _replace(file, {**arrays, "text": _bytes("".join(texts)), "said": _bytes(json.dumps(said, ensure_ascii=False))})


def _rows(page: Page, text: str) -> Iterator[list[Any]]:
    """Yield what is kept of each section, with the place of its text in the file's."""
    start = 0
    for section in page.sections:
        start = text.index(section.text_md, start)
        yield [start, start + len(section.text_md), *(getattr(section, name) for name in _OF_SECTION)]


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
        with np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        said = json.loads(arrays.pop("said").tobytes())
        return _kept(said, arrays, known) if said["stamp"] == _stamp(known) else None
    except _DAMAGED:
        return None


def _kept(said: dict[str, Any], arrays: dict[str, Any], known: Thesaurus) -> Kept:
    whole = arrays.pop("text").tobytes().decode("utf-8", "surrogatepass")
    pages: list[Page] = []
    texts: dict[str, str] = {}
    start = 0
    articles = _ARTICLES.validate_python(said["articles"])
    for article, size, rows in zip(articles, said["sizes"], said["sections"], strict=True):
        text = texts[article.path] = whole[start : start + size]
        start += size
        pages.append(Page(article, tuple([_section(row, text, article) for row in rows])))
    lists = {name: _tuples(value) for name, value in said["columns"].items()}
    vocabularies = {language: Counter(words) for language, words in said["vocabularies"].items()}
    faults = {name: tuple(Fault(*fault) for fault in found) for name, found in said["faults"].items()}
    return Kept(Corpus(tuple(pages), Columns(**arrays, **lists), vocabularies, known), texts, faults)


def _section(row: list[Any], text: str, article: Article) -> Section:
    start, end, *values = row
    given = dict(zip(_OF_SECTION, map(_tuples, values), strict=True))
    return Section(text_md=text[start:end], article=article, **given)


def _tuples(value: Any) -> Any:
    """Return lists as the tuples that they were, however deep."""
    return tuple([_tuples(item) for item in value]) if isinstance(value, list) else value


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
