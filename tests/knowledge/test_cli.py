from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from callcenter.cli import cli
from callcenter.errors import AppError
from callcenter.knowledge import content, queries
from callcenter.knowledge.cli import MEASURES
from callcenter.knowledge.rules import EntryKind
from callcenter.knowledge.search.evaluate import Collection
from tests.centre import Centre
from tests.knowledge.test_evaluate import collection, files_of
from tests.knowledge.test_starting import FEW, TODAY

ROOT = Path(__file__).parent.parent.parent


def run(centre: Centre, *call: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["knowledge", *call], input=typed, obj=lambda: centre.app)


def evaluate(folder: Path, *more: str, **changed: Any) -> Result:
    corpus, asked, qrels = collection(folder, **changed)
    call = ["--corpus", str(corpus), "--queries", str(asked), "--qrels", str(qrels), *more]
    return CliRunner().invoke(cli, ["knowledge", "evaluate", *call])


# --- start and search ---


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "seeds", lambda: FEW)


@pytest.mark.usefixtures("few")
def test_the_command_loads_what_is_missing_and_says_so(sqlite_centre: Centre) -> None:
    first = run(sqlite_centre, "start")
    assert first.exit_code == 0, first.output
    assert f"FAQ 3件、マニュアル 1章、言葉の組 {len(content.synonyms())}組を登録しました。" in first.output
    assert "すべて登録済み" in run(sqlite_centre, "start").output
    assert json.loads(run(sqlite_centre, "start", "--json").stdout) == {"faq": 0, "chapters": 0, "synonyms": 0}
    with sqlite_centre.inside():
        assert len(queries.in_force_on(sqlite_centre.contract_id, TODAY, EntryKind.FAQ)) == 3


@pytest.mark.usefixtures("few")
def test_a_contract_that_is_not_there_is_refused(sqlite_centre: Centre) -> None:
    answer = run(sqlite_centre, "start", "--contract", "R99")
    assert answer.exit_code == 1
    assert isinstance(answer.exception, AppError)


@pytest.mark.usefixtures("few")
def test_a_question_is_read_from_the_input_and_answered_in_order(sqlite_centre: Centre) -> None:
    run(sqlite_centre, "start")
    said = run(sqlite_centre, "search", "--most", "2", typed=f"{FEW[1].said_as[0]}\n")
    assert said.exit_code == 0, said.output
    assert FEW[1].title in said.output.splitlines()[0]
    found = json.loads(run(sqlite_centre, "search", "--json", typed=FEW[1].said_as[0]).stdout)
    assert [found[0][name] for name in ("title", "category")] == [FEW[1].title, FEW[1].category]
    assert len(found) == 3


def test_no_question_and_no_entry_are_said_plainly(sqlite_centre: Centre) -> None:
    assert isinstance(run(sqlite_centre, "search", typed=" \n").exception, AppError)
    assert "該当するFAQはありません" in run(sqlite_centre, "search", typed="カード").output


def test_a_question_on_the_command_line_is_refused(sqlite_centre: Centre) -> None:
    assert run(sqlite_centre, "search", "カードをなくした", typed="").exit_code == 2


# --- evaluate ---


def test_the_measures_are_told_to_people_and_to_machines(tmp_path: Path) -> None:
    said = evaluate(tmp_path)
    assert said.exit_code == 0, said.output
    assert all(label in said.output for label in MEASURES.values())
    found = json.loads(evaluate(tmp_path, "--json").stdout)
    assert set(found) == set(MEASURES)
    assert (found["queries"], found["entries"], found["p_at_1"]) == (1, 2, 1.0)


def test_it_needs_no_database_and_no_home(tmp_path: Path) -> None:
    corpus, asked, qrels = collection(tmp_path)
    bare = {name: value for name, value in os.environ.items() if not name.startswith("CALLCENTER_")}
    home = tmp_path / "nobody"
    home.mkdir()
    answer = subprocess.run(
        [
            *(sys.executable, "-m", "callcenter.cli", "knowledge", "evaluate", "--json"),
            *("--corpus", str(corpus), "--queries", str(asked), "--qrels", str(qrels), "--learn-folds", "5"),
        ],
        cwd=home,
        env={**bare, "HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["mrr_at_10"] == 1.0
    assert list(home.iterdir()) == []


def test_a_file_that_is_not_there_and_a_line_that_is_none_are_named(tmp_path: Path) -> None:
    corpus, asked, qrels = collection(tmp_path)
    call = ["knowledge", "evaluate", "--queries", str(asked), "--qrels", str(qrels), "--corpus"]
    missing = CliRunner().invoke(cli, [*call, str(tmp_path / "nowhere.jsonl")])
    assert missing.exit_code == 2
    assert "nowhere.jsonl" in missing.output
    corpus.write_text("{", encoding="utf-8")
    broken = CliRunner().invoke(cli, [*call, str(corpus)])
    assert isinstance(broken.exception, AppError)
    assert "corpus.jsonl の 1行目" in broken.exception.message


@pytest.mark.parametrize(
    "call",
    [
        [],
        ["--corpus", "{corpus}"],
        ["--own", "--corpus", "{corpus}"],
        ["--own", "--learn-folds", "1"],
        ["--own", "--learn-folds", "-1"],
    ],
    ids=["nothing", "one file", "both", "one fold", "fewer than none"],
)
def test_what_cannot_be_measured_is_wrong_usage(call: list[str]) -> None:
    corpus = str(files_of("a")[0])
    answer = CliRunner().invoke(cli, ["knowledge", "evaluate", *(one.format(corpus=corpus) for one in call)])
    assert answer.exit_code == 2


def test_our_own_questions_are_asked_of_our_own_content(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = content.collection()
    docs = whole.docs[:5]
    known = {doc.id for doc in docs}
    asked = [query for query in whole.queries if known & whole.grades[query.id].keys()][:5]
    monkeypatch.setattr(content, "collection", lambda: Collection(docs, asked, whole.grades))
    found = json.loads(CliRunner().invoke(cli, ["knowledge", "evaluate", "--own", "--json"]).stdout)
    assert (found["entries"], found["queries"], found["hit_at_5"]) == (5, 5, 1.0)
