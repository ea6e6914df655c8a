"""`callcenter protection …`: the Individual Number rule on a file, without database or web."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

import click
from msgspec import Struct

_FOUND = 1
_UNUSABLE = 2
_AROUND = 12


class _Line(Struct, frozen=True):
    number: int
    id: object
    text: str


@click.group("protection")
def protection() -> None:
    """個人番号（マイナンバー）の検査。"""


@protection.command("scan")
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON Lines で出力します。")
def scan(file: Path, as_json: bool) -> None:
    """FILE（JSON Lines、{"id", "text"}）に個人番号があるかを調べます。「-」は標準入力です。

    位置は与えられた文字列の文字数（コードポイント）で、最後の数字の次まで。
    終了コード：0＝なし、1＝あり（--json では 0）、2＝ファイルが使えない。
    """
    from callcenter.protection.mynumber import find

    found = 0
    for line in _lines(file):
        spans = [(span.start, span.end) for span in find(line.text)]
        found += len(spans)
        click.echo(_as_json(line, spans) if as_json else _for_people(line, spans), nl=as_json)
    if not as_json:
        click.echo(f"個人番号：{found}件" if found else "個人番号はありません。")
    # For a machine the spans are the answer; finding some is no failure.
    raise SystemExit(_FOUND if found and not as_json else 0)


def _as_json(line: _Line, spans: list[tuple[int, int]]) -> str:
    marks = [{"start": start, "end": end, "type": "MYNUMBER"} for start, end in spans]
    return json.dumps({"id": line.id, "spans": marks}, ensure_ascii=True)


def _for_people(line: _Line, spans: list[tuple[int, int]]) -> str:
    """Where it stands, never what it is."""
    return "".join(
        f"{line.number}行目（id={line.id}）：{start + 1}文字目から{end - start}文字\n" for start, end in spans
    )


def _lines(file: Path) -> Iterator[_Line]:
    try:
        with click.open_file(str(file), "rb") as stream:
            yield from _parsed(stream)
    except OSError as error:
        _give_up(f"ファイルを読めません：{file}（{error.strerror}）")


def _parsed(stream: IO[bytes]) -> Iterator[_Line]:
    for number, raw in enumerate(stream, start=1):
        content = raw.strip().removeprefix(b"\xef\xbb\xbf")
        if content:
            yield _line(number, content)


def _line(number: int, content: bytes) -> _Line:
    try:
        entry: Any = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        _give_up(f"{number}行目：文字コードが UTF-8 ではありません。")
    except (ValueError, RecursionError):
        _give_up(f"{number}行目：JSON として読めません。")
    if not isinstance(entry, dict) or "id" not in entry or not isinstance(entry.get("text"), str):
        _give_up(f'{number}行目：{{"id": …, "text": "…"}} の形ではありません。')
    return _Line(number, entry["id"], entry["text"])


def _give_up(message: str) -> NoReturn:
    click.echo(message, err=True)
    raise SystemExit(_UNUSABLE)
