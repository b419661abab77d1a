"""Learns how messages are to be taken from labelled lines, and writes the weights that the desk carries.

`python -m benchmarks.sensitive_training` prints what is recognised of the lines of a writer whom it has not read,
and what is made of ordinary questions that it has not read; with `--write` it learns from all lines and writes
`deskbot/desk/sensitive_weights.py`, the same bytes each time.
"""

import argparse
import base64
import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from deskbot.desk.folding import language_of
from deskbot.desk.sensitive import TOPICS, marks_of, report_from
from deskbot.desk.sensitive_model import DAMPING, ROWS, TOPIC_ROWS, features, tokens

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "data"
WEIGHTS = ROOT / "deskbot" / "desk" / "sensitive_weights.py"
READINGS = ("none", "question", "report")
OTHER_NAMES = {"whistleblowing": "fraud", "diagnosis": "health", "grief": "health"}
DECAY = 4e-5  # how strongly weights are held near nothing
ROUNDS = 80
FULL = 127
STRANGER = "dev_blind"  # the file of somebody who never saw the patterns
LEAST = (0.3, 0.4, 0.5, 0.6, 0.7)

STATEMENTS = 500  # of the articles' sentences: enough to know how a plain statement sounds
_HEAD = re.compile(r"\A---.*?---", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"[#*_`>|]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled message; `group` names the file, which one writer wrote."""

    text: str
    language: str
    reading: str
    topic: str
    group: str


def labelled() -> list[Line]:
    """Return the lines written for this, in the order of their files."""
    files = [*sorted((DATA / "sensitive").glob("*.jsonl")), DATA / "sensitive_en.jsonl", DATA / "sensitive_pt.jsonl"]
    return [_line(json.loads(row), path.stem) for path in files for row in path.read_text("utf-8").splitlines()]


def _line(row: dict[str, Any], group: str) -> Line:
    topic = OTHER_NAMES.get(row["topic"], row["topic"])
    return Line(row["text"], row.get("language") or group[-2:], row["expect"], topic, group)


def ordinary() -> list[Line]:
    """Return questions and requests of every working day; the handbooks' questions are kept for measuring only."""
    kept = {question.casefold() for question in handbook_questions(answerable=False)}
    clinc = [row["text"] for row in _rows("clinc_requests.jsonl") if row["text"].casefold() not in kept]
    routed = [r for r in _rows("route_requests.jsonl") if r["role"] not in ("employee_relations", "compliance")]
    requests = [row["text"] for row in routed if row["split"] == "tune"]
    return [
        *(Line(text, "en", "none", "none", "clinc") for text in clinc),
        *(Line(text, "en", "none", "none", "requests") for text in requests),
        *(Line(row["question"], row["language"], "none", "none", "gaps") for row in _rows("gap_questions.jsonl")),
        *golden(),
        *golden(),  # twice: what the shipped articles answer must not be doubted
        *prose(),
    ]


def prose() -> list[Line]:
    """Return plain statements: sentences of the shipped articles on other things, the same few hundred each time."""
    found = []
    for path in sorted((ROOT / "knowledge").rglob("*.md")):
        text = path.read_text("utf-8")
        if "letters" in path.parts or "respect-at-work" in path.parts or "owner: employee_relations" in text:
            continue
        bare = _MARKUP.sub(" ", _LINK.sub(r"\1", _HEAD.sub("", text)))
        language = "pt" if path.name.endswith(".pt.md") else "en"
        said = (sentence.strip(" -") for sentence in _SENTENCE.split(bare))
        found += [Line(one, language, "none", "none", "prose") for one in said if 3 <= len(one.split()) <= 40]
    return sorted(found, key=lambda line: zlib.crc32(line.text.encode()))[:STATEMENTS]


def golden() -> list[Line]:
    """Return the golden questions: those for the articles alone are ordinary, those for a human first are not."""
    files = sorted((ROOT / "knowledge/_golden").glob("[!_]*.yaml"))
    rows = [row for path in files for row in yaml.safe_load(path.read_text("utf-8"))]
    return [Line(row["question"], row.get("language", "en"), _golden_reading(row), "", "golden") for row in rows]


def _golden_reading(row: dict[str, Any]) -> str:
    if row.get("decision") != "sensitive":
        return "none"
    return "question" if row.get("section") else "report"


def handbook_questions(*, answerable: bool = True) -> list[str]:
    """Return the questions on three handbooks that are ordinary; by default only those that the handbooks answer."""
    rows = [row for row in _rows("kb/questions.jsonl") if row["kind"] != "sensitive"]
    return [row["question"] for row in rows if row["gold"] or not answerable]


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(row) for row in (DATA / name).read_text("utf-8").splitlines()]


@dataclass(frozen=True, slots=True)
class Met:
    """The rows of weights that each text meets, end to end, where each begins, and what each sum is divided by."""

    rows: Rows
    starts: Rows
    damped: Floats
    of: Rows

    @staticmethod
    def by(found: Sequence[Rows]) -> "Met":
        """Put the texts end to end."""
        counts = np.array([len(rows) for rows in found])
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        return Met(np.concatenate(found), starts, counts**DAMPING, np.repeat(np.arange(len(found)), counts))

    def scores(self, weights: Floats, bias: Floats) -> Floats:
        """Return the score of each text for each class."""
        return np.add.reduceat(weights[self.rows], self.starts, axis=0) / self.damped[:, None] + bias


def rows_of(line: Line) -> Rows:
    """Return the rows of weights that a line meets."""
    return features(tokens(line.text), marks_of(line.text)[0])


def learn(found: Sequence[Rows], classes: Sequence[int], size: int, count: int) -> tuple[Floats, Floats]:
    """Return weights (size, count) and bias of a softmax over the rows, held near nothing by DECAY."""
    met = Met.by(found)
    used, at = np.unique(met.rows, return_inverse=True)
    small = Met(at, met.starts, met.damped, met.of)
    wanted = np.eye(count)[np.asarray(classes)]
    shape = (len(used), count)

    def loss(point: Floats) -> tuple[float, Floats]:
        weights, bias = point[:-count].reshape(shape), point[-count:]
        scores = small.scores(weights, bias)
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        wrong = (np.exp(logs) - wanted) / len(wanted)
        back = (wrong / small.damped[:, None])[small.of]
        slope = np.stack([np.bincount(at, back[:, k], shape[0]) for k in range(count)], axis=1) + DECAY * weights
        value = -(logs * wanted).sum() / len(wanted) + DECAY / 2 * (weights**2).sum()
        return float(value), np.concatenate([slope.ravel(), wrong.sum(axis=0)])

    point = _descend(loss, np.zeros(len(used) * count + count))
    weights = np.zeros((size, count))
    weights[used] = point[:-count].reshape(shape)
    return weights, point[-count:]


def _descend(loss: Callable[[Floats], tuple[float, Floats]], point: Floats, memory: int = 8) -> Floats:
    """Go down by the limited-memory quasi-Newton method of Nocedal and Liu, halving steps that do not help."""
    value, slope = loss(point)
    steps: list[tuple[Floats, Floats]] = []
    for _ in range(ROUNDS):
        way = -_turned(slope, steps)
        size, incline = 1.0, float(slope @ way)
        while (after := loss(point + size * way))[0] > value + 1e-4 * size * incline and size > 1e-6:
            size /= 2
        step, change = size * way, after[1] - slope
        if step @ change > 1e-14:
            steps = [*steps[-memory + 1 :], (step, change)]
        settled = value - after[0] < 1e-9
        point, (value, slope) = point + step, after
        if settled:
            break
    return point


def _turned(slope: Floats, steps: Sequence[tuple[Floats, Floats]]) -> Floats:
    turned, shares = slope.copy(), []
    for step, change in reversed(steps):
        shares.append((step @ turned) / (change @ step))
        turned -= shares[-1] * change
    turned *= (steps[-1][0] @ steps[-1][1]) / (steps[-1][1] @ steps[-1][1]) if steps else 1 / np.abs(slope).sum()
    for (step, change), share in zip(steps, reversed(shares), strict=True):
        turned += step * (share - (change @ turned) / (change @ step))
    return turned


def slips(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield every third line again as a hurried person types it: no capitals, accents or marks, two letters swapped."""
    for at, line in enumerate(lines):
        if at % 3 == 0 and len(line.text) > 12:
            place = 3 + zlib.crc32(line.text.encode()) % (len(line.text) - 6)
            text = line.text[:place] + line.text[place + 1] + line.text[place] + line.text[place + 2 :]
            yield Line(text.lower().rstrip(".!?"), line.language, line.reading, line.topic, line.group)


def readings(lines: Sequence[Line], found: Sequence[Rows]) -> tuple[Floats, Floats]:
    """Learn how lines are taken, relative to an ordinary reading."""
    weights, bias = learn(found, [READINGS.index(line.reading) for line in lines], ROWS, 3)
    return weights[:, 1:] - weights[:, :1], bias[1:] - bias[0]


def topics(lines: Sequence[Line], found: Sequence[Rows]) -> tuple[Floats, Floats]:
    """Learn what lines are about from those that are no ordinary ones."""
    pairs = zip(lines, found, strict=True)
    about = [(line, rows) for line, rows in pairs if line.reading != "none" and line.topic in TOPICS]
    met = [rows & (TOPIC_ROWS - 1) for _, rows in about]
    return learn(met, [TOPICS.index(line.topic) for line, _ in about], TOPIC_ROWS, len(TOPICS))


def packed(weights: Floats) -> tuple[str, float]:
    """Return weights as small whole numbers, pressed and in letters, and what one of them is worth."""
    scale = float(np.quantile(np.abs(weights[weights != 0]), 0.9999)) / FULL
    small = np.clip(np.rint(weights / scale), -FULL, FULL).astype(np.int8)
    return base64.b64encode(zlib.compress(small.tobytes(), 9)).decode(), round(scale, 9)


def write(lines: Sequence[Line]) -> None:
    """Learn from all lines and write the module of weights."""
    found = [rows_of(line) for line in lines]
    (taken, bias), (about, topic_bias) = readings(lines, found), topics(lines, found)
    (text, scale), (topic_text, topic_scale) = packed(taken), packed(about)
    WEIGHTS.write_text(
        '"""Weights of the learned opinion, as `python -m benchmarks.sensitive_training --write` writes them."""\n\n'
        "# ruff: noqa: E501\n\n"
        f"SCALE = {scale}\n"
        f"BIAS = {[round(float(x), 6) for x in bias]}\n"
        f"TOPIC_SCALE = {topic_scale}\n"
        f"TOPIC_BIAS = {[round(float(x), 6) for x in topic_bias]}\n"
        f'READINGS = "{text}"\n'
        f'TOPICS = "{topic_text}"\n',
        encoding="utf-8",
    )


def measure() -> None:
    """Print what is made of a strange writer's lines and of ordinary questions, half of which were not read."""
    known = [line for line in labelled() if line.group != STRANGER]
    strange = [line for line in labelled() if line.group == STRANGER]
    daily, never_read = ordinary(), list(_never_read())
    seen: dict[str, list[tuple[Floats, bool]]] = {}
    for half in (0, 1):
        read = [*known, *daily[half::2]]
        read += slips(read)
        weights, bias = readings(read, [rows_of(line) for line in read])
        asked = [*strange, *daily[1 - half :: 2], *never_read]
        scores = Met.by([rows_of(line) for line in asked]).scores(weights, bias)
        powers = np.exp(np.column_stack([np.zeros(len(scores)), scores]))
        for line, shares in zip(asked, powers / powers.sum(axis=1, keepdims=True), strict=True):
            taken = bool(shares[2] >= report_from(language_of(line.text), *marks_of(line.text)))
            seen.setdefault(f"{line.group} {line.language} {line.reading}", []).append((shares, taken))
    print(
        f"{'lines':<32}{'number':>7}",
        *(f"report at {least:.2f}" for least in LEAST),
        "taken for one",
        "not ordinary",
        sep="  ",
    )
    for name, found in sorted(seen.items()):
        shares, judged = np.array([share for share, _ in found]), np.mean([taken for _, taken in found])
        curve = [f"{np.mean(shares[:, 2] >= least):>14.3f}" for least in LEAST]
        last = f"{judged:>13.3f}", f"{np.mean(shares[:, 0] <= 0.4):>12.3f}"
        print(f"{name:<32}{len(shares):>7}", *curve, *last, sep="  ")


def _never_read() -> Iterator[Line]:
    """Yield lines that are for measuring only: held requests, and all questions on the three handbooks."""
    routed = [r for r in _rows("route_requests.jsonl") if r["role"] not in ("employee_relations", "compliance")]
    yield from (Line(row["text"], "", "none", "none", "held requests") for row in routed if row["split"] == "held")
    yield from (Line(text, "en", "none", "none", "handbooks") for text in handbook_questions())
    for row in _rows("kb/questions.jsonl"):
        if row["kind"] == "sensitive":
            yield Line(row["question"], "en", "report", "", "handbooks")


def main() -> None:
    """Measure, or learn from all lines and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the weights that the desk carries")
    if not parser.parse_args().write:
        return measure()
    lines = [*labelled(), *ordinary()]
    return write([*lines, *slips(lines)])


if __name__ == "__main__":
    main()
