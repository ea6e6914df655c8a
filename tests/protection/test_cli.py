"""`callcenter protection scan`: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcenter.protection.cli import protection
from tests.protection.factories import NUMBER


def scan(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(protection, ["scan", *arguments], input=stdin)


def lines(*texts: str) -> str:
    return "".join(json.dumps({"id": f"n{at}", "text": text}) + "\n" for at, text in enumerate(texts))


def test_spans_are_code_points_of_the_text_as_given(tmp_path: Path) -> None:
    file = tmp_path / "notes.jsonl"
    file.write_text(lines(f"😀番号は{NUMBER}です", "何もなし"), encoding="utf-8")
    result = scan(str(file), "--json")
    assert result.exit_code == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"id": "n0", "spans": [{"start": 4, "end": 16, "type": "MYNUMBER"}]},
        {"id": "n1", "spans": []},
    ]


def test_a_clean_file_exits_with_zero() -> None:
    assert scan("-", "--json", stdin=lines("受付番号1043")).exit_code == 0
    assert scan("-", stdin="").exit_code == 0


def test_ids_of_every_kind_come_back_as_they_were() -> None:
    given = '{"id": 7, "text": "a"}\n\n{"id": "\\ud83d", "text": "\\ud83d"}\n{"id": null, "text": "", "more": 1}\n'
    result = scan("-", "--json", stdin=given)
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [7, "\ud83d", None]


def test_a_byte_order_mark_and_crlf_are_accepted() -> None:
    assert scan("-", "--json", stdin=b'\xef\xbb\xbf{"id": 1, "text": "a"}\r\n').exit_code == 0


def test_people_are_told_the_place_and_never_the_number() -> None:
    result = scan("-", stdin=lines("なし", f"個人番号{NUMBER}"))
    assert result.exit_code == 1
    assert result.stdout == "2行目（id=n1）：5文字目から12文字\n個人番号：1件\n"


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("{", "JSON"),
        ("[]", '{"id": …, "text": "…"}'),
        ('{"id": 1}', '{"id": …, "text": "…"}'),
        ('{"text": "a"}', '{"id": …, "text": "…"}'),
        ('{"id": 1, "text": 5}', '{"id": …, "text": "…"}'),
        ("[" * 100_000, "JSON"),
    ],
)
def test_a_bad_line_is_named_by_its_number(bad: str, told: str) -> None:
    result = scan("-", "--json", stdin=lines("よい行") + bad + "\n")
    assert result.exit_code == 2
    assert result.stderr.startswith("2行目：")
    assert told in result.stderr


def test_another_encoding_is_named() -> None:
    result = scan("-", stdin='{"id": 1, "text": "番号"}'.encode("cp932"))
    assert (result.exit_code, result.stderr) == (2, "1行目：文字コードが UTF-8 ではありません。\n")


def test_a_file_that_cannot_be_read_is_unusable(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        result = scan(str(path), "--json")
        assert result.exit_code == 2
        assert "読めません" in result.stderr


def test_help_is_in_the_users_language() -> None:
    assert "個人番号" in scan("--help").stdout


def test_the_rule_loads_neither_the_web_nor_the_database_nor_the_phone_table() -> None:
    code = (
        "import sys; from callcenter.protection import cipher, cli, drafts, findings, keys, scan, search_index;"
        "print(sorted({'flask', 'sqlalchemy', 'phonenumbers', 'pandas', 'cryptography'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
