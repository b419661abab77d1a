"""Parsing changed files in a process of its own first: a file that kills the parser hurts nobody there."""

import json
import subprocess
import sys
from collections.abc import Mapping

from deskbot.adapters.content.heads import read_head
from deskbot.adapters.content.yaml_strict import Malformed, load
from deskbot.answers.articles import parse_page
from deskbot.desk.errors import Fault

TIMEOUT = 30


def survive(texts: Mapping[str, str], command: tuple[str, ...] = ()) -> list[Fault]:
    """Parse the texts in a child process and return a fault for each that killed or stalled it."""
    faults: list[Fault] = []
    left = dict(texts)
    while left and len(faults) < 20:
        culprit = _first_killer(left, command)
        if culprit is None:
            break
        message = "stopped the reader; undo the last change, or look for deep nesting and very long lines"
        faults.append(Fault(culprit, 1, "error", "crash", message))
        del left[culprit]
    return faults


def _first_killer(texts: Mapping[str, str], command: tuple[str, ...]) -> str | None:
    child = command or (sys.executable, "-m", "deskbot.adapters.content.trial")
    try:
        run = subprocess.run(  # noqa: S603 - it is this very program, started again.
            child, input=json.dumps(texts), capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
        code, said = run.returncode, run.stdout
    except subprocess.TimeoutExpired as late:
        code, said = -1, late.stdout.decode() if isinstance(late.stdout, bytes) else late.stdout or ""
    tried = said.splitlines()
    return json.loads(tried[-1]) if code != 0 and tried else None


def main() -> None:
    """Parse every text given on standard input, saying its name first."""
    for name, text in json.load(sys.stdin).items():
        print(json.dumps(name), flush=True)
        parse(name, text)


def parse(name: str, text: str) -> None:
    """Parse one text; what is merely wrong with it is told later, by the reader itself."""
    if name.endswith(".md"):
        read_head(text, name)
        parse_page(text, name)
    elif name.endswith((".yaml", ".yml")):
        try:
            load(text, name)
        except Malformed:
            return


if __name__ == "__main__":
    main()
