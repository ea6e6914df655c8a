"""The export of any list, with a list of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from callcenter.audit.models import AuditEntry
from callcenter.audit.service import Act
from callcenter.errors import InvalidInput
from callcenter.extensions import db
from callcenter.lists.export import FileKind, ListFile, export_list, kind_of
from callcenter.web.access import Role
from reports.columns import Column, Kind
from tests.centre import Centre

COLUMNS = (Column("number", "番号", Kind.SERIAL), Column("text", "内容", Kind.LONG_TEXT))


def _rows(count: int) -> Iterator[dict[str, Any]]:
    return ({"number": n, "text": f"行{n}", "secret": "見えない"} for n in range(1, count + 1))


def _exported(centre: Centre, rows: Any, kind: FileKind) -> Any:
    by = centre.person(Role.OPERATOR).actor
    wanted = ListFile("things", "ものの一覧", COLUMNS, rows, [("状態", "すべて")], "架空市")
    with centre.inside(), centre.app.test_request_context():
        return export_list(wanted, kind, Act("thing.exported", "thing", "-"), by=by, at=centre.now)


def _entries(centre: Centre) -> list[dict[str, Any]]:
    with centre.inside():
        found = select(AuditEntry.details).where(AuditEntry.action == "thing.exported")
        return list(db.session.execute(found).scalars())


@pytest.mark.parametrize("kind", list(FileKind))
def test_the_entry_holds_the_count_of_rows_and_the_format(centre: Centre, kind: FileKind) -> None:
    _exported(centre, _rows(3), kind).close()
    assert _entries(centre) == [{"format": kind.value, "count": 3}]


def test_only_the_columns_of_the_list_leave(centre: Centre) -> None:
    content = _exported(centre, _rows(2), FileKind.CSV).get_data(as_text=True)
    assert content == "\ufeff番号,内容\r\n1,行1\r\n2,行2\r\n"


def test_ten_thousand_rows_come_whole(sqlite_centre: Centre) -> None:
    content = _exported(sqlite_centre, _rows(10_000), FileKind.XLSX).get_data()
    sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    assert sum(1 for _ in sheet.iter_rows()) == 10_001


def test_the_file_is_named_in_japanese_and_for_old_browsers_in_ascii(sqlite_centre: Centre) -> None:
    with _exported(sqlite_centre, _rows(1), FileKind.CSV_SHIFT_JIS) as answer:
        named = answer.headers["Content-Disposition"]
    assert 'filename="things_20260601.csv"' in named
    assert "filename*=UTF-8''%E3%82%82%E3%81%AE" in named


def test_a_list_that_breaks_off_leaves_no_file_and_no_entry(sqlite_centre: Centre) -> None:
    def broken() -> Iterator[dict[str, Any]]:
        yield {"number": 1, "text": "行1"}
        raise ValueError("away")

    with pytest.raises(ValueError, match="away"):
        _exported(sqlite_centre, broken(), FileKind.CSV)
    assert _entries(sqlite_centre) == []
    assert list((sqlite_centre.settings.home / "tmp").iterdir()) == []


def test_nothing_stays_in_the_temporary_folder(sqlite_centre: Centre) -> None:
    for kind in FileKind:
        answer = _exported(sqlite_centre, _rows(50), kind)
        assert list((sqlite_centre.settings.home / "tmp").iterdir()) == []
        answer.close()


def test_a_format_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput):
        kind_of("exe")
