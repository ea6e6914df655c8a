"""Where a file waits for its confirmation: sealed, in the data folder, for its uploader alone, for a short while."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from callcenter.calls.exchange.uploads import Upload, as_json, from_json
from callcenter.errors import Forbidden, NotFound
from callcenter.extensions import new_id
from callcenter.protection.cipher import Unreadable, open_sealed, seal
from callcenter.protection.deployment import keys_for
from callcenter.web.access import Actor

KEPT_FOR = timedelta(hours=2)
LABEL = "exchange.upload"
_GONE = "取込の途中のファイルが見つかりません。もう一度ファイルを選んでください。"


def keep(folder: Path, upload: Upload, *, by: Actor, at: datetime) -> UUID:
    """Seal an upload; returns its id. What is past its time goes."""
    sweep(folder, at)
    upload_id = new_id()
    change(folder, upload_id, upload, by=by, at=at)
    return upload_id


def change(folder: Path, upload_id: UUID, upload: Upload, *, by: Actor, at: datetime) -> None:
    """Seal it anew, in one step: a reader sees the one or the other."""
    if by.user_id is None:
        raise Forbidden()
    text = json.dumps({"user": str(by.user_id), "upload": as_json(upload)}, ensure_ascii=False)
    sealed = seal(keys_for(by.contract), LABEL, by.contract, upload_id, text)
    file = _file(folder, upload_id)
    draft = file.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(sealed)
    os.utime(draft, (at.timestamp(), at.timestamp()))
    draft.replace(file)


def fetch(folder: Path, upload_id: UUID, *, by: Actor, at: datetime) -> Upload:
    """Raises `NotFound` when it is gone, past its time, another person's or another contract's."""
    sweep(folder, at)
    try:
        sealed = _file(folder, upload_id).read_bytes()
        data = json.loads(open_sealed(keys_for(by.contract), LABEL, by.contract, upload_id, sealed))
    except (FileNotFoundError, Unreadable) as error:
        raise NotFound(_GONE) from error
    if data["user"] != str(by.user_id):
        raise NotFound(_GONE)
    return from_json(data["upload"])


def drop(folder: Path, upload_id: UUID) -> None:
    """Remove it; nothing to do when it is gone."""
    _file(folder, upload_id).unlink(missing_ok=True)


def sweep(folder: Path, at: datetime) -> None:
    """Remove what is past its time."""
    oldest = (at - KEPT_FOR).timestamp()
    for file in folder.glob("exchange-*"):
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < oldest:
                file.unlink()


def _file(folder: Path, upload_id: UUID) -> Path:
    return folder / f"exchange-{upload_id}.sealed"
