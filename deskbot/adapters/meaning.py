"""Gives snapshots of the knowledge base their meaning: vectors from the disk, and computed where they are not there."""

import os
from collections.abc import Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deskbot.adapters.model import load_model
from deskbot.adapters.vector_cache import VectorCache, rounded
from deskbot.answers.articles import Page
from deskbot.answers.knowledge import Knowledge
from deskbot.answers.sentences import Floats, SentenceModel
from deskbot.answers.vectors import Keys, Vectors, gathered, key, keys, texts

ENOUGH = 0.75  # the share of vectors from which searching by meaning does better than by words alone


class Semantics:
    """The sentence model, and the vectors of the snapshot that it was last shown.

    `missing` are the texts of that snapshot whose vectors are not there yet. Not for several threads at once.
    """

    def __init__(self, folder: Path | None, cache: Path) -> None:
        """Load the model, from a folder or from the installed package; raises `ModelMissing`."""
        self.model: SentenceModel = load_model(folder)
        self.missing: list[str] = []
        self.known = 0
        self._cache = VectorCache(cache, self.model.name)
        self._kept: dict[str, Floats] = {}
        self._read: dict[int, tuple[Page, list[Keys]]] = {}

    def attach(self, knowledge: Knowledge) -> Knowledge:
        """Return the snapshot with the vectors that are there; the very same one where too few are."""
        pages = knowledge.corpus.pages
        # A page that a reload left alone is the same object, and was read before.
        self._read = {id(page): self._read.get(id(page)) or (page, [keys(s) for s in page.sections]) for page in pages}
        sections = [section for _, of_page in self._read.values() for section in of_page]
        wanted = dict.fromkeys(one for s in sections for one in (*s.passages, *s.questions))
        kept = {one: self._kept[one] for one in wanted if one in self._kept}
        kept |= self._cache.read(one for one in wanted if one not in kept)
        vectors = gathered(sections, kept)
        self._kept = _views(sections, kept, vectors)
        self.known = len(kept)
        lacking = wanted.keys() - kept.keys()
        self.missing = (
            [text for s in knowledge.sections for text in texts(s) if key(text) in lacking] if lacking else []
        )
        if len(kept) < ENOUGH * len(wanted):
            return knowledge
        return knowledge.with_meaning(self.model, vectors)

    def complete(self, knowledge: Knowledge) -> Iterator[tuple[int, int]]:
        """Compute what is missing of the snapshot on all processors; yields how many are done, of how many."""
        self.attach(knowledge)
        wanted = self.missing
        for done, vectors in encoded(self.model, wanted, os.cpu_count() or 1):
            self._kept |= {one: rounded(vector) for one, vector in vectors.items()}
            self._cache.write(vectors)
            yield done, len(wanted)
        if wanted:
            self._cache.trim()


def _views(sections: Sequence[Keys], kept: Container[str], vectors: Vectors) -> dict[str, Floats]:
    """Return the vectors by key as rows of the snapshot's matrices, so that none is there twice."""
    passages = (one for section in sections for one in section.passages if one in kept)
    questions = (one for section in sections for one in section.questions)
    asked = {one: row for one, row in zip(questions, vectors.asked, strict=True) if one in kept}
    return dict(zip(passages, vectors.matrix, strict=True)) | asked


def _lacking(knowledge: Knowledge, lacking: Container[str]) -> list[str]:
    said = dict.fromkeys(text for section in knowledge.sections for text in texts(section))
    return [text for text in said if key(text) in lacking]


def encoded(model: SentenceModel, wanted: Sequence[str], threads: int) -> Iterator[tuple[int, dict[str, Floats]]]:
    """Yield vectors by key as they are computed, each time with how many texts are done."""
    work = model.batches(wanted)
    done = 0
    with ThreadPoolExecutor(threads) as pool:
        computed = pool.map(model.forward, [tokens for _, tokens in work])
        for (places, _), vectors in zip(work, computed, strict=True):
            done += len(places)
            yield done, {key(wanted[place]): vector for place, vector in zip(places, vectors, strict=True)}
