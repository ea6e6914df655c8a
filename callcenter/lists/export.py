"""One safe export for every list."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import IO, Any
from urllib.parse import quote

from flask import Response, current_app
from msgspec import Struct

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.config import Settings
from callcenter.errors import InvalidInput
from callcenter.web.access import Actor
from callcenter.web.transaction import end_read, transaction
from reports.columns import Column

CHUNK = 64 * 1024


class FileKind(StrEnum):
    """What a list can be exported as; the values are what forms send."""

    XLSX = "xlsx"
    CSV = "csv"
    CSV_SHIFT_JIS = "csv-sjis"


FILE_KINDS = (
    (FileKind.XLSX.value, "Excel"),
    (FileKind.CSV.value, "CSV"),
    (FileKind.CSV_SHIFT_JIS.value, "CSV（Shift_JIS）"),
)
_TYPES = {
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.CSV_SHIFT_JIS: "text/csv; charset=Shift_JIS",
}
_ENDINGS = {FileKind.XLSX: "xlsx", FileKind.CSV: "csv", FileKind.CSV_SHIFT_JIS: "csv"}


class ListFile(Struct, frozen=True):
    """A list to be exported. `name` is the file's name without its ending (ASCII), `title` stands on the sheet,
    `conditions` are the filters in words. Rows map column keys to values."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[dict[str, Any]]
    conditions: Sequence[tuple[str, str]] = ()
    contract: str = ""


def kind_of(value: str) -> FileKind:
    """Raises `InvalidInput` for a kind that is none."""
    try:
        return FileKind(value)
    except ValueError as error:
        raise InvalidInput(errors={"format": ["ファイルの形式を選んでください。"]}) from error


def export_list(wanted: ListFile, kind: FileKind, act: Act, *, by: Actor, at: datetime) -> Response:
    """Write the file, put `act` with the count of rows into the log, answer with the file.

    Opens its own transaction, when the file is complete. Raises what writing and recording raise.
    """
    counted = _Counted(wanted.rows)
    stream = _private_file()
    try:
        for chunk in _content(wanted, counted, kind, at):
            stream.write(chunk)
        end_read()
        with transaction():
            record(_with_count(act, kind, counted.count), by=by, at=at)
    except BaseException:
        stream.close()
        raise
    return _answer(stream, wanted, kind, at)


def _with_count(act: Act, kind: FileKind, count: int) -> Act:
    details = {**act.details, "format": kind.value, "count": count}
    return Act(act.action, act.entity, act.entity_id, details, act.system)


class _Counted:
    """Rows on their way into the file, counted."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self._rows:
            self.count += 1
            yield row


def _content(wanted: ListFile, rows: Iterable[dict[str, Any]], kind: FileKind, at: datetime) -> Iterable[bytes]:
    if kind is FileKind.XLSX:
        return [_workbook(wanted, rows, at)]
    from reports.delimited import Encoding, table_csv  # loads the workbook writer: only where a file is made

    encoding = Encoding.UTF_8 if kind is FileKind.CSV else Encoding.SHIFT_JIS
    return table_csv(wanted.columns, rows, encoding)


def _workbook(wanted: ListFile, rows: Iterable[dict[str, Any]], at: datetime) -> bytes:
    from reports.tables import TableFacts, table_workbook

    facts = TableFacts(
        created_at=at,
        contract=wanted.contract,
        conditions=tuple(wanted.conditions),
        streaming=True,
        scratch_dir=_scratch(),
    )
    return table_workbook(wanted.title, wanted.columns, rows, facts)


def _scratch() -> str:
    settings: Settings = current_app.extensions["callcenter_settings"]
    return str(settings.home / "tmp")


def _private_file() -> IO[bytes]:
    """In the deployment's own folder (0700) and without a name: gone when it is closed, or the process ends."""
    return tempfile.TemporaryFile(dir=_scratch())


def _answer(stream: IO[bytes], wanted: ListFile, kind: FileKind, at: datetime) -> Response:
    size = stream.tell()
    stream.seek(0)
    answer = Response(_chunks(stream), content_type=_TYPES[kind])
    ending = f"_{local(at).on:%Y%m%d}.{_ENDINGS[kind]}"
    named = quote(wanted.title + ending)
    answer.headers["Content-Disposition"] = f"attachment; filename=\"{wanted.name}{ending}\"; filename*=UTF-8''{named}"
    answer.content_length = size
    answer.call_on_close(stream.close)
    return answer


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    with stream:
        while chunk := stream.read(CHUNK):
            yield chunk
