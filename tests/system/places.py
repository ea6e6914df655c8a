"""The figures as each place shows them: page, workbook, Word file, interface, delivered version, open data.

Every reader returns texts by the measure's key, as a person would read them there.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from html import unescape
from typing import Any

from docx import Document

from callcenter.clock import local
from callcenter.contracts import service as contracts
from callcenter.contracts.rules import PermissionKind
from callcenter.deliveries.queries import VersionFacts
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from reports.figures import EMPTY, NOT_MEASURED
from reports.measures import period_measures
from tests.calls.factories import token
from tests.centre import Browser, Centre
from tests.reporting.periods.june import shown
from tests.reporting.periods.recount import expected
from tests.reports.reading import opened

Texts = dict[str, str]
UNITS = {one.key: one.unit.name for one in period_measures()}
KEYS = {one.label: one.key for one in period_measures()}
_CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)


def texts_of(counts: dict[str, int | None]) -> Texts:
    """Each figure of a recount as it should be read; the product's own writing of numbers is not used."""
    return {key: _text(UNITS[key], upper, lower) for key, (upper, lower) in expected(counts).items()}


def _text(unit: str, upper: int | None, lower: int | None) -> str:
    if upper is None or lower is None:
        return NOT_MEASURED
    return EMPTY if lower == 0 else written(unit, Decimal(upper) / Decimal(lower))


def written(unit: str, number: Decimal) -> str:
    """A number in its unit (ratio, seconds, minutes), rounded half up."""
    if unit == "RATIO":
        return f"{_rounded(number * 100, '0.1')}%"
    if unit == "DECIMAL":
        return f"{_rounded(number, '0.1'):,}"
    whole = int(_rounded(number, "1"))
    if unit in {"SECONDS", "MINUTES"}:
        return f"{whole // 60}:{whole % 60:02}"
    return f"{whole:,}".replace("-", "−")


def _rounded(number: Decimal, step: str) -> Decimal:
    return number.quantize(Decimal(step), ROUND_HALF_UP)


# --- on screens ---


def on_page(page: str) -> Texts:
    """Every figure of a period's page."""
    return {key: unescape(text) for key, text in shown(page).items()}


def days_on_page(page: str) -> dict[str, Texts]:
    """The figures of each day of the page's table, by 6月1日, and of the whole as 合計."""
    table = page.split("日ごとの実績</caption>")[1].split("</table>")[0]
    headings, *rows = (_cells(row) for row in _ROW.findall(table))
    named = ((row[0].partition("（")[0], zip(headings[1:-1], row[1:-1], strict=True)) for row in rows)
    return {on: {KEYS[heading]: text for heading, text in pairs if text} for on, pairs in named}


def on_document(page: str) -> Texts:
    """The figures of a delivered version's page."""
    table = page.split("提出したときの集計</caption>")[1].split("</table>")[0]
    return {KEYS[row[0]]: row[1] for row in map(_cells, _ROW.findall(table)) if row[0] in KEYS}


def _cells(row: str) -> list[str]:
    return [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in _CELL.findall(row)]


# --- in files ---


def in_workbook(content: bytes) -> Texts:
    """The summary sheet."""
    rows = opened(content)["総括"].iter_rows(values_only=True)
    return {KEYS[row[0]]: _of_cell(KEYS[row[0]], row[1]) for row in rows if row[0] in KEYS}


def days_in_workbook(content: bytes) -> dict[str, Texts]:
    """The sheet of days, by 6月1日, and the whole as 合計."""
    rows = [list(row) for row in opened(content)["日別"].iter_rows(values_only=True)]
    start = next(number for number, row in enumerate(rows) if row[0] == "日")
    headings = [(column, KEYS[name]) for column, name in enumerate(rows[start]) if name in KEYS]
    return {
        _day(row[0]): {key: _of_cell(key, row[column]) for column, key in headings if row[column] is not None}
        for row in rows[start + 1 :]
        if isinstance(row[0], datetime) or row[0] == "合計"
    }


def categories_in_workbook(content: bytes) -> dict[tuple[str, int], int]:
    """Records by (category code, day of the month), where there are any."""
    rows = [list(row) for row in opened(content)["分類別"].iter_rows(values_only=True)]
    headings = next(row for row in rows if row[0] == "コード")
    days = {column: int(name.split()[0]) for column, name in enumerate(headings) if _dated(name)}
    coded = (row for row in rows if isinstance(row[0], str) and re.fullmatch(r"\d{4}", row[0]))
    return {(row[0], day): int(row[column]) for row in coded for column, day in days.items() if row[column]}


def hours_in_workbook(content: bytes) -> dict[tuple[str, int | None], int]:
    """Records by (weekday, minute a half hour begins or None outside the hours), where there are any."""
    rows = [list(row) for row in opened(content)["時間帯×曜日"].iter_rows(values_only=True)]
    start = next(number for number, row in enumerate(rows) if row[0] == "開始")
    days = {column: name for column, name in enumerate(rows[start][: rows[start].index("計")]) if column}
    found = ((row, _minute(row[0])) for row in rows[start + 1 :] if isinstance(row[0], time) or row[0] == "時間外")
    return {(name, minute): int(row[column]) for row, minute in found for column, name in days.items() if row[column]}


def in_word(content: bytes) -> list[tuple[str, str]]:
    """Every pair of a figure's name and what stands beside it, in all tables; a figure may stand in several."""
    return [(KEYS[name], text) for name, text in _pairs(content) if name in KEYS]


def _pairs(content: bytes) -> Iterator[tuple[str, str]]:
    for table in Document(io.BytesIO(content)).tables:
        # The table of formulas names the figures too.
        if table.cell(0, len(table.columns) - 1).text != "計算の方法":
            yield from ((row.cells[0].text, row.cells[1].text) for row in table.rows if len(row.cells) > 1)


def _of_cell(key: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, timedelta):
        value = value.total_seconds() / (60 if UNITS[key] == "MINUTES" else 1)
    # A cell holds a double: what it prints is the double rounded, not its last digits.
    return written(UNITS[key], Decimal(f"{value:.12g}"))


def _day(value: Any) -> str:
    return f"{value.month}月{value.day}日" if isinstance(value, datetime) else str(value)


def _dated(name: Any) -> bool:
    return isinstance(name, str) and re.match(r"\d+\s", name) is not None


def _minute(value: Any) -> int | None:
    return value.hour * 60 + value.minute if isinstance(value, time) else None


# --- for machines ---


def in_interface(centre: Centre, version: VersionFacts) -> Texts:
    """The figures that the interface gives to a token, with the city's permission on record."""
    manager = centre.person(Role.CONTRACT_MANAGER).actor
    permission = contracts.NewPermission(PermissionKind.NETWORK_DATA, local(centre.now).on, "例田 課長")
    with centre.inside(), transaction():
        contracts.record_permission(permission, by=manager, at=centre.now)
    bearer = {"Authorization": f"Bearer {token(centre, 'reports:read')}"}
    answer: Any = centre.app.test_client().get(f"/api/v1/reports/{version.id}", headers=bearer)
    assert answer.status_code == 200, answer.text
    return {key: figure["text"] for key, figure in answer.json["figures"].items() if key in UNITS}


def in_open_data(browser: Browser, from_on: date, to_on: date) -> dict[date, int]:
    """Inquiries by day, from the city's open data."""
    answer = browser.get(f"/documents/open-data.csv?from={from_on}&to={to_on}")
    assert answer.status_code == 200, answer.text
    rows = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    return {date.fromisoformat(row["受付年月日"]): int(row["相談件数"]) for row in rows}
