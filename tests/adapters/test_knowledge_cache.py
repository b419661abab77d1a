"""What the cache of read articles promises: it changes how soon, never what is answered, and it can always go."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.handbooks import questions
from deskbot.adapters.content import knowledge_folder
from deskbot.adapters.content.files import Folder, gather
from deskbot.adapters.content.knowledge_folder import FileRead, KnowledgeReader, read_file
from deskbot.adapters.content.read import PAGE_SUFFIXES
from deskbot.adapters.content.watch import LiveContent
from deskbot.answers.knowledge import EVERYTHING, Knowledge
from tests.adapters.test_check import BASE, lay_out

ROOT = Path(__file__).resolve().parents[2]
ALL = gather(ROOT / "knowledge", PAGE_SUFFIXES)
SOME = ("time-off/", "leave/", "letters/")
SHIPPED = Folder(ALL.root, {name: text for name, text in ALL.texts.items() if name.startswith(SOME)})
ASKED = (*dict.fromkeys(questions(20)), "how many days of annual leave", "quando recebo o subsídio de férias?")


def read(cache: Path, folder: Folder = SHIPPED) -> Knowledge:
    reader = KnowledgeReader(cache)
    knowledge, _ = reader.read(folder)
    reader.save()
    return knowledge


def said(knowledge: Knowledge) -> str:
    """Return every byte of what is answered."""
    return repr([knowledge.find(question, EVERYTHING) for question in ASKED])


@pytest.fixture(scope="module")
def fresh() -> Knowledge:
    return KnowledgeReader().read(SHIPPED)[0]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    file = tmp_path / "cache" / "knowledge.npz"
    read(file)
    return file


@pytest.fixture
def files_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read anew from here on."""
    names: list[str] = []

    def note(name: str, text: str) -> FileRead:
        names.append(name)
        return read_file(name, text)

    monkeypatch.setattr(knowledge_folder, "read_file", note)
    return names


def changed(texts: Mapping[str, str | None]) -> Folder:
    """Return the shipped folder with these files written, or gone where None."""
    kept = {**SHIPPED.texts, **texts}
    return Folder(SHIPPED.root, {name: text for name, text in kept.items() if text is not None})


def test_a_start_from_the_cache_answers_byte_for_byte_as_one_without(cache: Path, fresh: Knowledge) -> None:
    assert said(read(cache)) == said(fresh)


def test_articles_and_sections_come_back_whole(cache: Path, fresh: Knowledge) -> None:
    again = read(cache)
    assert again.sections == fresh.sections
    assert again.articles == fresh.articles


def test_a_start_from_the_cache_reads_no_page_again(cache: Path, files_read: list[str]) -> None:
    read(cache)
    assert all("kind: letter" in SHIPPED.texts[name] for name in files_read)


def test_files_changed_while_nothing_ran_are_read_again(cache: Path, files_read: list[str]) -> None:
    some, other, *_ = (name for name in SHIPPED.texts if "/" in name and name.endswith(".md"))
    folder = changed({some: "# Zebras\n\nA zebra may be kept on Fridays.\n", other: None, "new.md": "# New\n\nNew.\n"})
    again = read(cache, folder)
    assert {some, "new.md"} <= set(files_read)
    assert said(again) == said(KnowledgeReader().read(folder)[0])
    assert again.find("zebra", EVERYTHING).ranked[0][0].article.path == some


def test_a_renamed_file_is_found_under_its_new_name(cache: Path) -> None:
    some = next(name for name in SHIPPED.texts if "/" in name and name.endswith(".md"))
    folder = changed({some: None, "zz/elsewhere.md": SHIPPED.texts[some]})
    assert said(read(cache, folder)) == said(KnowledgeReader().read(folder)[0])


@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.999])
def test_a_cache_cut_short_is_passed_over_and_written_anew(cache: Path, fresh: Knowledge, keep: float) -> None:
    whole = cache.read_bytes()
    cache.write_bytes(whole[: int(len(whole) * keep) if keep < 1 else int(keep)])
    assert said(read(cache)) == said(fresh)
    assert len(cache.read_bytes()) == len(whole)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_a_cache_with_a_damaged_byte_is_passed_over(cache: Path, fresh: Knowledge, share: float) -> None:
    data = bytearray(cache.read_bytes())
    for at in range(int(len(data) * share), int(len(data) * share) + 64):
        data[at] ^= 0xFF
    cache.write_bytes(data)
    assert said(read(cache)) == said(fresh)


@pytest.mark.parametrize(
    ("at", "wrong"),
    [(6, b"\xff"), (8, b"\x63"), (10, b"\x63"), (8, b"\x21")],
    ids=["a newer format", "another compression", "another compression", "a password"],
)
def test_an_archive_that_seems_to_ask_for_more_than_can_be_done_is_passed_over(
    cache: Path, fresh: Knowledge, at: int, wrong: bytes
) -> None:
    """A few wrong bytes in the archive's list of contents must not keep the desk from starting."""
    data = bytearray(cache.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + at : place + at + len(wrong)] = wrong
    cache.write_bytes(data)
    assert said(read(cache)) == said(fresh)


def test_a_cache_that_would_run_code_when_unpickled_is_passed_over(
    cache: Path, fresh: Knowledge, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    cache.write_bytes(f"cos\nmkdir\n(V{mark}\ntR.".encode())
    assert said(read(cache)) == said(fresh)
    assert not mark.exists()


def test_other_synonyms_make_the_cache_stale(cache: Path, files_read: list[str]) -> None:
    folder = changed({"_synonyms.yaml": "- [zebra, okapi]\n"})
    read(cache, folder)
    assert len(files_read) > 20


def test_another_version_of_the_program_makes_the_cache_stale(
    cache: Path, files_read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge_folder.knowledge_cache, "_program", lambda: "another")
    read(cache)
    assert len(files_read) > 20


def test_a_folder_that_cannot_be_written_costs_time_alone(tmp_path: Path, fresh: Knowledge) -> None:
    (tmp_path / "file").write_text("in the way")
    assert said(read(tmp_path / "file" / "knowledge.npz")) == said(fresh)


def test_learned_questions_are_used_and_stay_out_of_the_cache(tmp_path: Path, fresh: Knowledge) -> None:
    section = next(section for section in fresh.sections if section.level == 2)
    learned = {section.id: ("may I bring my zebra",)}
    reader = KnowledgeReader(tmp_path / "k.npz")
    knowledge, _ = reader.read(SHIPPED, learned)
    reader.save()
    assert knowledge.find("may I bring my zebra", EVERYTHING).ranked[0][0].id == section.id
    assert b"zebra" not in (tmp_path / "k.npz").read_bytes()
    again = KnowledgeReader(tmp_path / "k.npz").read(SHIPPED, learned)[0]
    assert said(again) == said(knowledge)


def test_learned_questions_that_stay_the_same_read_nothing_again() -> None:
    reader = KnowledgeReader()
    learned = {reader.read(SHIPPED)[0].sections[5].id: ("may I bring my zebra",)}
    first = reader.read(SHIPPED, learned)[0]
    assert reader.read(SHIPPED, dict(learned))[0] is first


@pytest.mark.slow
def test_two_processes_that_start_at_once_leave_a_whole_cache(tmp_path: Path, fresh: Knowledge) -> None:
    cache = tmp_path / "cache" / "knowledge.npz"
    program = (
        "import sys; from pathlib import Path\n"
        "from deskbot.adapters.content.files import gather\n"
        "from deskbot.adapters.content.knowledge_folder import KnowledgeReader\n"
        "from deskbot.adapters.content.read import PAGE_SUFFIXES\n"
        "reader = KnowledgeReader(Path(sys.argv[1]))\n"
        "reader.read(gather(Path(sys.argv[2]), PAGE_SUFFIXES)); reader.save()\n"
    )
    for name, text in SHIPPED.texts.items():
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    command = [sys.executable, "-c", program, str(cache), str(tmp_path / "folder")]
    started = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [process.wait(120) for process in started] == [0, 0]
    assert [path.name for path in cache.parent.iterdir()] == ["knowledge.npz"]
    assert said(read(cache)) == said(fresh)


def test_the_live_content_starts_from_its_cache_and_follows_edits(tmp_path: Path) -> None:
    many = {f"knowledge/page-{at}.md": f"# Topic {at}\n\nWords about topic {at}.\n" for at in range(30)}
    lay_out(tmp_path, BASE | many)
    folders = (tmp_path / "knowledge", tmp_path / "routing_rules")
    LiveContent(*folders, settle=0, cache=tmp_path / "k.npz")
    assert (tmp_path / "k.npz").exists()
    live = LiveContent(*folders, settle=0, cache=tmp_path / "k.npz")
    page = tmp_path / "knowledge" / "page-7.md"
    page.write_text("# Zebras\n\nA zebra may be kept on Fridays.\n")
    os.utime(page, ns=(1, 1))
    assert live.poll()
    found = live.current.knowledge.find("zebra on fridays", EVERYTHING)
    assert found.ranked[0][0].article.path == "page-7.md"
    assert said(live.current.knowledge) == said(LiveContent(*folders, settle=0).current.knowledge)
