"""Every code that an entry may hold has its words: no machine word on the page of the log."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from callcenter.audit.vocabulary import ACTIONS, DETAILS, THINGS
from callcenter.audit.words import details_label
from callcenter.deliveries.rules import Kind
from callcenter.jobs.rules import JobKind

SOURCE = Path(__file__).parent.parent.parent / "callcenter"


def calls_of_act() -> Iterator[ast.Call]:
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                if name == "Act":
                    yield node


def words_at(place: int) -> set[str]:
    """The constants that stand as this argument of an `Act`."""
    given = [node.args[place] for node in calls_of_act() if len(node.args) > place]
    return {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def details_keys() -> set[str]:
    found = [argument for node in calls_of_act() for argument in node.args if isinstance(argument, ast.Dict)]
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Assign) and any(getattr(one, "id", "") == "details" for one in node.targets):
                found += [one for one in ast.walk(node.value) if isinstance(one, ast.Dict)]
    return {
        key.value for one in found for key in one.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def test_every_action_has_its_words() -> None:
    assert len(words_at(0)) > 50
    assert words_at(0) - set(ACTIONS) == set()


def test_every_thing_has_its_words() -> None:
    assert len(words_at(1)) > 15
    assert words_at(1) - set(THINGS) == set()


def test_every_detail_has_its_words() -> None:
    assert len(details_keys()) > 20
    assert details_keys() - set(DETAILS) == set()


def test_digests_and_ids_are_shortened() -> None:
    said = details_label({"sha256": {"handover": "ab" * 32}, "staff": "01a219fd-ae3a-71ac-8fa8-98b068b7718f"})
    assert said == "照合値：（手渡し用：abababab…）／従事者：01a219fd…"


def test_parts_of_a_delivery_are_said_in_words() -> None:
    said = details_label(
        {"sha256": {"handover": "ab" * 32, "network.paper": "cd" * 32}, "fields": ["yen", "decided_by"]}
    )
    assert said == "照合値：（手渡し用：abababab…／通信回線用（Word）：cdcdcdcd…）／項目：額、決定した人"


def test_a_code_is_called_what_it_means_in_its_entry() -> None:
    assert details_label({"kind": "manual"}, "report.submitted") == "種類：マニュアル・FAQ"
    assert details_label({"kind": "manual"}, "exchange.imported") == "種類：手入力"


def test_every_kind_of_job_and_document_has_its_words() -> None:
    jobs = [kind.value for kind in JobKind if details_label({"kind": kind.value}) == f"種類：{kind.value}"]
    kinds = [
        kind.value
        for kind in Kind
        if details_label({"kind": kind.value}, "report.submitted") in (f"種類：{kind.value}", "種類：手入力")
    ]
    assert (jobs, kinds) == ([], [])
