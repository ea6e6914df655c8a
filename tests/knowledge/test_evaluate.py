"""The search measured: the measures against hand-made ones, and its quality over the collection that tuning looks at.

The test questions of the shipped content stand apart (`callcenter.knowledge.content`): nothing is tuned by them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from callcenter.errors import InvalidInput
from callcenter.knowledge import content
from callcenter.knowledge.search.evaluate import Collection, evaluate, measures, read
from callcenter.knowledge.search.index import Index, Item, prepare

TUNING = Path(__file__).parent / "tuning"
SLICE = 60


def files_of(part: str) -> tuple[Path, Path, Path]:
    return (
        TUNING / f"{part}_corpus.jsonl",
        TUNING / f"{part}_queries.jsonl",
        TUNING / f"{part}_qrels.jsonl",
    )


def lines(file: Path, rows: Iterable[Any]) -> Path:
    file.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def small() -> Collection:
    """The first entries, and the questions that only they answer."""
    whole = read(*files_of("a"))
    docs = whole.docs[:SLICE]
    known = {doc.id for doc in docs}
    grades = {key: graded for key, graded in whole.grades.items() if set(graded) <= known}
    return Collection(docs, [query for query in whole.queries if query.id in grades], grades)


@pytest.fixture(scope="module")
def told(small: Collection) -> dict[str, float]:
    return evaluate(small)


# --- the measures ---


def test_the_measures_of_three_questions_worked_out_on_paper() -> None:
    grades = {"q1": {"a": 2}, "q2": {"b": 2, "c": 1}, "q3": {"d": 1}}
    rankings = {
        "q1": ["a", "x", "y"],
        "q2": ["x", "c", "y", "z", "w", "b"],
        "q3": [*"tuvwxyz012", "d"],
    }
    # q2: found c at 2 and b at 6; its best order is b, c. q3: found at 11, which is too late.
    gain = (1 / math.log2(3) + 3 / math.log2(7)) / (3 / math.log2(2) + 1 / math.log2(3))
    assert measures(rankings, grades) == {
        "p_at_1": round(1 / 3, 4),
        "mrr_at_10": round((1 + 1 / 2 + 0) / 3, 4),
        "hit_at_5": round(2 / 3, 4),
        "recall_at_10": round((1 + 1 + 0) / 3, 4),
        "ndcg_at_10": round((1 + gain + 0) / 3, 4),
    }


def test_a_hit_at_the_fifth_place_counts_and_one_at_the_sixth_does_not() -> None:
    grades = {"q": {"a": 2}}
    assert measures({"q": [*"1234", "a"]}, grades)["hit_at_5"] == 1
    assert measures({"q": [*"12345", "a"]}, grades)["hit_at_5"] == 0
    assert measures({"q": []}, grades) == dict.fromkeys(measures({"q": []}, grades), 0)


def test_the_measures_of_a_slice_are_those_of_its_rankings_counted_anew(
    small: Collection, told: dict[str, float]
) -> None:
    index = Index()
    for doc in small.docs:
        item = Item(doc.id, doc.question, doc.answer)
        index.put(item, prepare(item))
    firsts: list[int | None] = []
    for query in small.queries:
        found = [str(hit.key) for hit in index.search(query.text)]
        right = [place for place, key in enumerate(found, 1) if key in small.grades[query.id]]
        firsts.append(right[0] if right else None)
    count = len(firsts)
    assert told["p_at_1"] == pytest.approx(sum(first == 1 for first in firsts) / count, abs=1e-4)
    assert told["mrr_at_10"] == pytest.approx(sum(1 / first for first in firsts if first) / count, abs=1e-4)
    assert told["hit_at_5"] == pytest.approx(
        sum(first is not None and first <= 5 for first in firsts) / count, abs=1e-4
    )
    assert (told["queries"], told["entries"]) == (count, SLICE)
    assert count >= 30
    assert told["p50_ms"] <= told["p95_ms"]


def test_what_is_learned_helps_and_no_question_is_asked_of_what_learned_it(
    small: Collection, told: dict[str, float]
) -> None:
    learned, names = evaluate(small, 5), ("p_at_1", "mrr_at_10", "ndcg_at_10")
    assert learned["queries"] == told["queries"]
    assert [learned[name] for name in names] != [told[name] for name in names]
    assert learned["mrr_at_10"] > 0.5
    assert learned["p_at_1"] < 1


# --- reading collections ---


def collection(folder: Path, **changed: Any) -> tuple[Path, Path, Path]:
    rows: dict[str, Any] = {
        "corpus": [{"id": "a", "question": "受取り"}, {"id": "b", "question": "更新"}],
        "queries": [{"id": "q", "text": "受け取るには"}],
        "qrels": [{"query_id": "q", "doc_id": "a", "grade": 2}],
        **changed,
    }
    corpus, queries, qrels = (lines(folder / f"{name}.jsonl", rows[name]) for name in ("corpus", "queries", "qrels"))
    return corpus, queries, qrels


def test_questions_without_an_answer_and_judgements_of_unknown_entries_are_left_out(tmp_path: Path) -> None:
    found = read(
        *collection(
            tmp_path,
            queries=[{"id": "q", "text": "受け取るには"}, {"id": "r", "text": "なし"}, {"id": "s", "text": "零"}],
            qrels=[
                {"query_id": "q", "doc_id": "a", "grade": 2},
                {"query_id": "q", "doc_id": "gone", "grade": 2},
                {"query_id": "s", "doc_id": "b", "grade": 0},
            ],
        )
    )
    assert [query.id for query in found.queries] == ["q"]
    assert found.grades == {"q": {"a": 2}}


def test_ids_may_be_numbers_and_a_file_may_begin_with_a_mark(tmp_path: Path) -> None:
    files = collection(
        tmp_path,
        corpus=[{"id": 1, "question": "受取り"}],
        queries=[{"id": 7, "text": "受け取るには"}],
        qrels=[{"query_id": 7, "doc_id": 1, "grade": 1}],
    )
    files[0].write_bytes(b"\xef\xbb\xbf" + files[0].read_bytes() + b"\n\n")
    assert read(*files).grades == {"7": {"1": 1}}


@pytest.mark.parametrize(
    "line",
    [b"{", b"[]", b'"a"', b'{"id": "b"}', b'{"id": "b", "question": 3}', b"\xff\xfe", b"[" * 5000],
    ids=["cut", "list", "text", "no question", "number", "no utf-8", "deep"],
)
def test_a_line_that_is_none_is_named_with_its_file(tmp_path: Path, line: bytes) -> None:
    files = collection(tmp_path)
    files[0].write_bytes(files[0].read_bytes() + line + b"\n")
    with pytest.raises(InvalidInput, match=r"corpus\.jsonl の 3行目"):
        read(*files)


@pytest.mark.parametrize("empty", ["corpus", "queries", "qrels"])
def test_a_collection_without_anything_to_measure_is_refused(tmp_path: Path, empty: str) -> None:
    with pytest.raises(InvalidInput, match="ありません"):
        read(*collection(tmp_path, **{empty: []}))


# --- how good it is ---


@pytest.mark.soak
def test_most_test_questions_find_their_entry_among_the_first_five() -> None:
    found = evaluate(content.collection())
    assert found["queries"] == len(content.test_questions()) >= 300
    assert found["hit_at_5"] >= 0.8


@pytest.mark.soak
def test_the_quality_over_the_whole_stays() -> None:
    first, second = read(*files_of("a")), read(*files_of("b"))
    whole = Collection(
        [*first.docs, *second.docs], [*first.queries, *second.queries], {**first.grades, **second.grades}
    )
    found = evaluate(whole)
    assert (found["entries"], found["queries"]) == (600, 700)
    assert found["p_at_1"] >= 0.49
    assert found["mrr_at_10"] >= 0.60
    assert found["hit_at_5"] >= 0.77
