"""Run the tests: `python3 run.py test` the fast set, `python3 run.py test --all` everything there is.

Any other word goes to pytest. The fast set leaves out what needs a browser, npm's test clients or PostgreSQL,
and what kills processes or takes its time; `--all` runs those too.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARALLEL = ["-n", "2", "--dist", "loadgroup"]


def command(words: list[str]) -> list[str]:
    """Return the pytest command for the words given after `test`."""
    rest = [word for word in words if word != "--all"]
    wide = ["-m", ""] if len(rest) < len(words) else []
    chosen = [word for word in rest if not word.startswith("-")]
    at_once = [] if chosen or "-n" in rest or "--pdb" in rest else PARALLEL
    return [sys.executable, "-m", "pytest", *at_once, *wide, *rest]


def main() -> int:
    """Run pytest in the repository's root and hand on its exit status."""
    return subprocess.run(command(sys.argv[1:]), cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
