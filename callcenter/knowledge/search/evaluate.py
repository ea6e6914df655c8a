"""How good the search is over a collection of one's own: JSON lines of entries, questions and judgements.

Entries `{id, question, answer}`, questions `{id, text}`, judgements `{query_id, doc_id, grade}` (grade 0: does not
answer it). With folds, each question is asked of an index that has learned from all the other folds' questions.
"""

from __future__ import annotations

import json
import math
import resource
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from msgspec import Struct, convert

from callcenter.errors import InvalidInput
from callcenter.knowledge.search.index import Index, Item, Key, Prepared, prepare, remembered
from callcenter.knowledge.search.learned import Note

DEPTH = 10
SHUFFLED_BY = 20260401
Grades = Mapping[str, Mapping[str, int]]


class Doc(Struct, frozen=True):
    """An entry of the collection. `said_as`: other ways to ask, where the collection knows some."""

    id: str
    question: str
    answer: str = ""
    said_as: tuple[str, ...] = ()


class Query(Struct, frozen=True):
    """A question somebody asked."""

    id: str
    text: str


class Judgement(Struct, frozen=True):
    """How well an entry answers a question."""

    query_id: str
    doc_id: str
    grade: int


class Collection(Struct, frozen=True):
    """What is judged. `grades`: question → entry → grade, those above 0."""

    docs: Sequence[Doc]
    queries: Sequence[Query]
    grades: Grades


def read(corpus: Path, queries: Path, qrels: Path) -> Collection:
    """Raises `InvalidInput` naming the file and line it cannot read; questions without an answer are left out."""
    docs = list(_lines(corpus, Doc))
    known = {doc.id for doc in docs}
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for one in _lines(qrels, Judgement):
        if one.grade > 0 and one.doc_id in known:
            grades[one.query_id][one.doc_id] = one.grade
    asked = [query for query in _lines(queries, Query) if query.id in grades]
    if not docs or not asked:
        raise InvalidInput("項目または判定のある質問がありません。ファイルの中身を確かめてください。")
    return Collection(docs, asked, grades)


def _lines(path: Path, shape: type[Any]) -> Iterator[Any]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield convert(_with_words_as_ids(json.loads(line.decode("utf-8-sig"))), shape, strict=False)
            except (ValueError, RecursionError) as error:
                raise InvalidInput(f"{path.name} の {number}行目を読み取れませんでした。") from error


def _with_words_as_ids(told: Any) -> Any:
    """Some collections count their entries with numbers."""
    if not isinstance(told, dict):
        return told
    return {key: str(value) if key.endswith("id") and type(value) is int else value for key, value in told.items()}


def evaluate(collection: Collection, folds: int = 0, same: Mapping[str, str] | None = None) -> dict[str, float]:
    """P@1, MRR@10, hit@5, recall@10, nDCG@10 (means over the questions), `build_seconds`, `p50_ms`, `p95_ms` of a
    question, `memory_mb` (the most this process used). `folds` from 2 on: learned ones. `same`: synonyms, as
    `synonyms.stand_ins` has them."""
    begun = perf_counter()
    items = [Item(doc.id, doc.question, doc.answer, doc.said_as) for doc in collection.docs]
    prepared = [prepare(item) for item in items]
    index = _index_of(items, prepared, same)
    index.search(collection.queries[0].text)  # what is loaded at the first use belongs to the building
    build_seconds = perf_counter() - begun
    rankings, took = _asked(index, collection, folds)
    return {
        **measures(rankings, collection.grades),
        "queries": len(rankings),
        "entries": len(items),
        "build_seconds": round(build_seconds, 2),
        "p50_ms": _percentile(took, 0.50),
        "p95_ms": _percentile(took, 0.95),
        "memory_mb": _memory_mb(),
    }


def _index_of(items: Sequence[Item], prepared: Sequence[Prepared], same: Mapping[str, str] | None) -> Index:
    index = Index(same)
    for item, ready in zip(items, prepared, strict=True):
        index.put(item, ready)
    return index


def _asked(index: Index, collection: Collection, folds: int) -> tuple[dict[str, list[str]], list[float]]:
    rankings: dict[str, list[str]] = {}
    took: list[float] = []
    for learned, asked in _rounds(collection.queries, folds):
        index.learn(_notes(learned, collection.grades))
        index.search(asked[0].text)
        for query in asked:
            begun = perf_counter()
            rankings[query.id] = [str(hit.key) for hit in index.search(query.text, DEPTH)]
            took.append((perf_counter() - begun) * 1000)
    return rankings, took


def _rounds(queries: Sequence[Query], folds: int) -> Iterator[tuple[Sequence[Query], Sequence[Query]]]:
    """(learned from, asked) of each round."""
    if folds < 2:
        yield (), queries
        return
    shuffled = list(queries)
    Random(SHUFFLED_BY).shuffle(shuffled)
    for fold in range(folds):
        asked = shuffled[fold::folds]
        if asked:
            yield [query for number, query in enumerate(shuffled) if number % folds != fold], asked


def _notes(learned: Sequence[Query], grades: Grades) -> dict[Key, list[Note]]:
    """What an operator's choice of the best entry leaves behind."""
    notes: dict[Key, list[Note]] = defaultdict(list)
    for query in learned:
        note = remembered(query.text)
        best = max(grades[query.id].values())
        for doc_id, grade in grades[query.id].items():
            if grade == best and note is not None:
                notes[doc_id].append(note)
    return notes


def measures(rankings: Mapping[str, Sequence[str]], grades: Grades) -> dict[str, float]:
    """The means over the questions. An entry with a grade above 0 answers; nDCG weighs by the grade."""
    found = [_of_one(ranking, grades[query_id]) for query_id, ranking in rankings.items()]
    names = ("p_at_1", "mrr_at_10", "hit_at_5", "recall_at_10", "ndcg_at_10")
    return {name: round(sum(one[name] for one in found) / len(found), 4) for name in names}


def _of_one(ranking: Sequence[str], graded: Mapping[str, int]) -> dict[str, float]:
    hits = [doc_id in graded for doc_id in ranking[:DEPTH]]
    first = hits.index(True) if True in hits else None
    return {
        "p_at_1": float(first == 0),
        "mrr_at_10": 0.0 if first is None else 1 / (first + 1),
        "hit_at_5": float(first is not None and first < 5),
        "recall_at_10": sum(hits) / len(graded),
        "ndcg_at_10": _gain([graded.get(one, 0) for one in ranking[:DEPTH]]) / _gain(_ideal(graded)),
    }


def _ideal(graded: Mapping[str, int]) -> list[int]:
    return sorted(graded.values(), reverse=True)[:DEPTH]


def _gain(grades: Sequence[int]) -> float:
    return math.fsum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def _percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(int(len(ordered) * part), len(ordered) - 1)], 2)


def _memory_mb() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(used / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
