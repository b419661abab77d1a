"""Check the house rules that tools know: `python3 run.py lint` runs ruff, mypy and import-linter."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports", "--no-logo"),
)


def main() -> int:
    """Run every check and return 1 when any of them found something."""
    failed = [words[:2] for words in CHECKS if subprocess.run([BIN / words[0], *words[1:]], cwd=ROOT).returncode]
    for words in failed:
        print("Failed:", *words, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
