"""A period's records one by one in files of at most a million rows, packed into one zip; coded fields alone.

Written in the home's own folder for temporary files and moved when it is whole: nothing half made is left.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from callcenter.calls.detail_queries import coded_records
from callcenter.clock import in_tokyo
from callcenter.contracts import queries as contracts
from callcenter.web.transaction import end_read, hold_read
from reports.detail import MOST_ROWS, Form, detail_files
from reports.period import Span
from reports.tables import TableFacts


def write_detail(
    contract_id: UUID, span: Span, form: Form, folder: Path, *, scratch: Path, at: datetime, most: int = MOST_ROWS
) -> Path:
    """Write `records_20260401-20270331.zip` into the folder; returns its path. Nobody may read it but its owner.

    Opens a read of its own and ends it: every file shows the same moment. Whoever asks puts the use into the log.
    """
    name = f"records_{span.from_on:%Y%m%d}-{span.to_on:%Y%m%d}"
    with tempfile.TemporaryDirectory(dir=scratch) as private:
        made = Path(private) / f"{name}.zip"
        facts = TableFacts(
            created_at=at,
            contract=contracts.contract(contract_id).title,
            conditions=(("期間", span.label),),
            streaming=True,
            scratch_dir=private,
        )
        hold_read(isolation="REPEATABLE READ")
        try:
            rows = coded_records(contract_id, span.from_on, span.to_on)
            _pack(made, name, form, detail_files(rows, form, facts, most), at)
        finally:
            end_read()
        made.chmod(0o600)
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.move(made, folder / made.name))


def _pack(made: Path, name: str, form: Form, files: Iterable[Iterable[bytes]], at: datetime) -> None:
    """A workbook is compressed already."""
    how = ZIP_DEFLATED if form is Form.CSV else ZIP_STORED
    with ZipFile(made, "w") as packed:
        for number, chunks in enumerate(files, 1):
            entry = ZipInfo(f"{name}_{number:02}.{form.value}", in_tokyo(at).timetuple()[:6])
            entry.compress_type = how
            with packed.open(entry, "w", force_zip64=True) as target:
                for chunk in chunks:
                    target.write(chunk)
