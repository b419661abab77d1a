"""A process of its own that computes vectors at the lowest priority: texts in on standard input, progress out.

Beside the desk and not inside it: its work would hold Python's lock while somebody waits for an acknowledgement.
"""

import json
import os
import random
import sys
from pathlib import Path

from deskbot.adapters.model import load_model
from deskbot.adapters.vector_cache import VectorCache
from deskbot.answers.vectors import key


def main(folder: str, cache: str) -> None:
    """Compute the vectors of the texts, a JSON list on standard input, and print how many are done as it goes.

    Several processes may have the same work: each begins elsewhere, and leaves out what another has done. Where
    vectors cannot be kept the work ends at once, as nobody would have anything of it.
    """
    if hasattr(os, "nice"):
        os.nice(19)
    texts: list[str] = json.load(sys.stdin)
    model = load_model(Path(folder) if folder else None)
    kept = VectorCache(Path(cache), model.name)
    work = model.batches(texts)
    random.shuffle(work)
    done = 0
    for places, tokens in work:
        keys = [key(texts[place]) for place in places]
        if len(kept.read(keys)) < len(keys) and not kept.write(dict(zip(keys, model.forward(tokens), strict=True))):
            sys.exit(f"{cache} cannot be written; see that there is room and that the desk may write there.")
        done += len(places)
        print(done, flush=True)
    kept.trim()


if __name__ == "__main__":
    main(*sys.argv[1:])
