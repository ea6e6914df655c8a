"""Several delivered files in one zip archive, under the names they were handed over with."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import IO
from uuid import UUID

from callcenter.clock import in_tokyo
from callcenter.deliveries import service
from callcenter.deliveries.queries import ChosenFile
from callcenter.errors import InvalidInput

LARGEST = 200 * 1024 * 1024
"""Bytes of all files together; beyond, a person waits too long for what may break off."""


def check_chosen(files: Sequence[ChosenFile]) -> None:
    """Raises `InvalidInput` when there is nothing to put into an archive, or too much."""
    if not files:
        raise InvalidInput(errors={"version": ["ダウンロードする報告書を選んでください。"]})
    size = sum(file.facts.size for file in files)
    if size > LARGEST:
        megabytes, most = -(-size // 1024**2), LARGEST // 1024**2
        message = (
            f"ファイルの合計が{megabytes:,} MBになります。一度にまとめられるのは{most:,} MBまでです。"
            "期間や種類を絞り、分けてダウンロードしてください。"
        )
        raise InvalidInput(errors={"version": [message]})


def names_in(files: Sequence[ChosenFile]) -> list[str]:
    """A name for each file, none twice, also where capitals are not told apart: 日報.xlsx, then 日報（2）.xlsx."""
    taken: set[str] = set()
    found = []
    for file in files:
        name, number = file.facts.name, 1
        while name.casefold() in taken:
            number += 1
            path = PurePosixPath(file.facts.name)
            name = f"{path.stem}（{number}）{path.suffix}"
        taken.add(name.casefold())
        found.append(name)
    return found


def write(stream: IO[bytes], contract_id: UUID, files: Sequence[ChosenFile]) -> None:
    """Write the archive, one file in memory at a time. Times are those of the submission, in Tokyo; names are UTF-8.

    Raises `Conflict` when the bytes of a file are not those that were submitted.
    """
    # The files are archives themselves: packing them again would only take time.
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, file in zip(names_in(files), files, strict=True):
            _, found = service.opened(contract_id, file.version_id, file.facts.edition, file.facts.part)
            entry = zipfile.ZipInfo(name, in_tokyo(file.submitted_at).timetuple()[:6])
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, found.content)
