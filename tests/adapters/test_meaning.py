"""Vectors are computed once, kept on disk, and never a reason for the desk not to answer."""

import io
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from deskbot.adapters import encoder, meaning
from deskbot.adapters.meaning import Semantics
from deskbot.adapters.model import TOKENIZER, WEIGHTS, ModelMissing, find_model, load_model, read_weights
from deskbot.adapters.vector_cache import VectorCache, rounded
from deskbot.answers.knowledge import Knowledge, build
from deskbot.answers.sentences import WIDTH, Floats, SentenceModel
from deskbot.answers.vectors import texts
from tests.sentence_model import by_length, installed, random_weights

PAGES = {
    "leave.md": "# Leave\n\nTwenty days a year.\n\n## Parents\n\nSixteen weeks for each parent.\n",
    "pay.md": "# Pay\n\nOn the last day of the month, by bank transfer, whatever the day.\n",
}


class CountingModel(SentenceModel):
    """Counts the texts that it computes."""

    count = 0

    def forward(self, tokens: object) -> Floats:
        found = super().forward(tokens)  # type: ignore[arg-type]
        self.count += len(found)
        return found


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> CountingModel:
    made = CountingModel(random_weights(), by_length, "random")
    monkeypatch.setattr(meaning, "load_model", lambda folder: made)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "vectors.db"


def complete(file: Path, knowledge: Knowledge) -> Knowledge:
    semantics = Semantics(None, file)
    list(semantics.complete(knowledge))
    return semantics.attach(knowledge)


def unit(number: int) -> Floats:
    return rounded(np.eye(1, WIDTH, number, dtype=np.float32)[0])


def test_a_second_build_computes_nothing(model: CountingModel, file: Path) -> None:
    first = complete(file, build(PAGES))
    assert model.count == 3
    second = complete(file, build(PAGES))
    assert model.count == 3
    assert first.meaning is not None
    assert second.meaning is not None
    assert np.array_equal(first.meaning.vectors.matrix, second.meaning.vectors.matrix)


def test_a_changed_section_alone_is_computed_anew(model: CountingModel, file: Path) -> None:
    complete(file, build(PAGES))
    complete(file, build({**PAGES, "pay.md": PAGES["pay.md"] + "\nIn euro.\n"}))
    assert model.count == 4


def test_handbooks_share_what_they_have_in_common(model: CountingModel, file: Path) -> None:
    complete(file, build(PAGES))
    complete(file, build({"elsewhere/leave.md": PAGES["leave.md"]}))
    assert model.count == 3


def test_progress_ends_where_it_said(model: CountingModel, file: Path) -> None:
    progress = list(Semantics(None, file).complete(build(PAGES)))
    assert progress[-1] == (3, 3)
    assert progress == sorted(progress)


def test_words_alone_serve_until_most_vectors_are_there(model: CountingModel, file: Path) -> None:
    knowledge = build(PAGES)
    semantics = Semantics(None, file)
    assert semantics.attach(knowledge) is knowledge
    assert semantics.missing == [text for s in knowledge.sections for text in texts(s)]


def test_an_edited_page_keeps_the_meaning_of_all_others_meanwhile(model: CountingModel, file: Path) -> None:
    semantics = Semantics(None, file)
    pages = {f"{number}.md": f"# Page {number}\n\nText {'x' * number}.\n" for number in range(8)}
    list(semantics.complete(build(pages)))
    edited = semantics.attach(build({**pages, "3.md": "# Page 3\n\nSomething else altogether.\n"}))
    assert edited.meaning is not None
    assert edited.meaning.vectors.rows.tolist() == [0, 1, 2, 4, 5, 6, 7]
    assert semantics.missing == ["Page 3. Something else altogether."]


def test_what_is_kept_comes_back_almost_as_it_was(file: Path) -> None:
    chance = np.random.default_rng(3)
    vector = chance.standard_normal(WIDTH).astype(np.float32)
    vector /= np.linalg.norm(vector)
    VectorCache(file, "m").write({"k": vector})
    (back,) = VectorCache(file, "m").read(["k", "other"]).values()
    assert abs(float(back @ vector) - 1.0) < 1e-6
    assert np.array_equal(back, rounded(vector))


def test_models_do_not_read_one_anothers_vectors(file: Path) -> None:
    VectorCache(file, "m").write({"k": unit(0)})
    assert VectorCache(file, "other").read(["k"]) == {}


@pytest.mark.parametrize("damage", [b"", b"not a database at all " * 400])
def test_a_damaged_file_is_begun_anew(file: Path, damage: bytes) -> None:
    cache = VectorCache(file, "m")
    cache.write({"k": unit(0)})
    file.write_bytes(damage)
    assert cache.read(["k"]) == {}
    cache.write({"k": unit(1)})
    assert list(cache.read(["k"])) == ["k"]


def test_a_torn_file_costs_no_more_than_its_vectors(file: Path) -> None:
    cache = VectorCache(file, "m")
    cache.write({str(number): unit(number % WIDTH) for number in range(300)})
    file.write_bytes(file.read_bytes()[:20_000] + bytes(4096))
    kept = cache.read(map(str, range(300)))
    assert all(np.array_equal(vector, unit(int(key) % WIDTH)) for key, vector in kept.items())
    cache.write({"new": unit(1)})
    assert "new" in cache.read(["new"])


def test_vectors_that_are_no_vectors_are_passed_over(file: Path) -> None:
    """Numbers that came to harm would make every question near to their section, or to none."""
    cache = VectorCache(file, "m")
    cache.write({"whole": unit(0)})
    rows = [("m", "nan", b"\xff" * 2 * WIDTH), ("m", "nothing", bytes(2 * WIDTH)), ("m", "short", b"\x00")]
    cache._within(lambda d: d.executemany("INSERT INTO vectors (model, key, vector) VALUES (?, ?, ?)", rows), None)
    assert list(cache.read(["whole", "nan", "nothing", "short"])) == ["whole"]


def test_vectors_are_read_while_somebody_else_writes_or_nobody_may(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there serves; that it was asked for today is noted another day."""
    cache = VectorCache(file, "m")
    assert cache.write({"k": unit(0)})
    cache._within(lambda d: d.execute("UPDATE vectors SET used = date('now', '-5 days')"), None)
    monkeypatch.setattr("deskbot.adapters.vector_cache.PATIENCE", 0.01)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert list(cache.read(["k"])) == ["k"]
        assert not cache.write({"new": unit(1)})


def test_computing_ends_at_once_where_vectors_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a full disk a whole handbook would be computed for nothing, again and again."""
    monkeypatch.setattr(encoder, "load_model", lambda folder: CountingModel(random_weights(), by_length, "random"))
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(["one", "two words", "three words now"])))
    monkeypatch.setattr("os.nice", lambda step: 0)
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(SystemExit, match="cannot be written"):
        encoder.main("", str(tmp_path / "cache" / "vectors.db"))
    assert capsys.readouterr().out == ""


def test_what_was_written_before_a_kill_is_there_after_it(file: Path) -> None:
    """A process that ends between two writes loses neither the first nor the file."""
    code = (
        "import os, sys, pathlib, numpy as np\n"
        "from deskbot.adapters.vector_cache import VectorCache\n"
        "cache = VectorCache(pathlib.Path(sys.argv[1]), 'm')\n"
        "cache.write({'whole': np.eye(384, dtype=np.float32)[0]})\n"
        "cache._within(lambda database: (database.execute("
        "\"INSERT INTO vectors (model, key, vector) VALUES ('m', 'half', x'00')\"), os._exit(9)), None)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(file)], check=False).returncode == 9
    assert list(VectorCache(file, "m").read(["whole", "half"])) == ["whole"]


def test_no_place_to_keep_them_is_no_reason_to_fail(model: CountingModel, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert complete(tmp_path / "cache" / "vectors.db", build(PAGES)).meaning is not None


def test_what_nobody_asks_for_goes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deskbot.adapters.vector_cache.MOST", 2)
    cache = VectorCache(file, "m")
    cache.write({key: unit(0) for key in ("old", "older", "asked", "new")})
    cache._within(lambda d: d.execute("UPDATE vectors SET used = date('now', '-200 days') WHERE key = 'older'"), None)
    cache._within(lambda d: d.execute("UPDATE vectors SET used = date('now', '-5 days') WHERE key != 'older'"), None)
    cache.read(["asked", "new"])
    cache.trim()
    assert sorted(cache.read(["old", "older", "asked", "new"])) == ["asked", "new"]


def test_a_folder_without_the_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"holds no model\.safetensors; name a folder .* DESKBOT_MODEL_DIR"):
        find_model(tmp_path)


def test_an_absent_package_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deskbot.adapters.model.PACKAGE", "there_is_no_such_package")
    with pytest.raises(ModelMissing, match=r"requirements-model\.lock"):
        find_model()


@pytest.mark.parametrize("weights", [b"", b"\x08\0\0\0\0\0\0\0{}      ", b"\xff" * 64, b"no safetensors at all"])
def test_files_of_something_else_are_refused_in_a_sentence(tmp_path: Path, weights: bytes) -> None:
    tokenizer = find_model() / TOKENIZER if installed() else None
    assert tokenizer is not None
    (tmp_path / TOKENIZER).write_bytes(tokenizer.read_bytes())
    (tmp_path / WEIGHTS).write_bytes(weights)
    with pytest.raises(ModelMissing, match="does not hold all-MiniLM-L6-v2"):
        load_model(tmp_path)


@pytest.mark.parametrize("fill", [b"\0", b"\xff"])
def test_weights_that_came_to_harm_inside_are_refused(tmp_path: Path, fill: bytes) -> None:
    """The file has its length and its head, and numbers in between that are not the model's."""
    installed()
    there = find_model()
    for name in (TOKENIZER, WEIGHTS):
        (tmp_path / name).write_bytes((there / name).read_bytes())
    with (tmp_path / WEIGHTS).open("r+b") as weights:
        weights.seek(70_000_000)
        weights.write(fill * 8_000_000)
    with pytest.raises(ModelMissing, match="damaged, or another model's"):
        load_model(tmp_path)


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    """Its numbers would lie outside of the weights, and every question would fail."""
    installed()
    there = find_model()
    (tmp_path / WEIGHTS).symlink_to(there / WEIGHTS)
    told = json.loads((there / TOKENIZER).read_text(encoding="utf-8"))
    told["model"]["vocab"] = {word: number + 40_000 for word, number in told["model"]["vocab"].items()}
    (tmp_path / TOKENIZER).write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(ModelMissing, match="does not hold all-MiniLM-L6-v2"):
        load_model(tmp_path)


def test_weights_are_views_of_their_file(tmp_path: Path) -> None:
    """Eight bytes of length, a JSON object, then the numbers."""
    head = json.dumps({"__metadata__": {}, "a.b": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode()
    numbers = np.array([1, 2, 3, 4], np.float32)
    (tmp_path / WEIGHTS).write_bytes(len(head).to_bytes(8, "little") + head + numbers.tobytes())
    (found,) = read_weights(tmp_path / WEIGHTS).values()
    assert found.tolist() == [[1, 2], [3, 4]]
    assert not found.flags.owndata


def test_texts_are_cut_at_256_tokens_and_never_filled_up() -> None:
    tokens = installed()._tokenize(["word " * 1000, "word"])
    assert [len(one) for one in tokens] == [256, 3]


@pytest.mark.parametrize("text", ["", "\x00", "\ud800 broken", "\u200b", "a" * 100_000, "\U0001f600" * 3000])
def test_no_text_is_too_strange_to_have_a_vector(text: str) -> None:
    vector = installed().encode_question(text)
    assert np.isfinite(vector).all()
    assert abs(float(vector @ vector) - 1.0) < 1e-5
