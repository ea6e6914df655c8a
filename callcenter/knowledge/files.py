"""Pictures and attachments of entries: judged by their bytes, sealed, never changed. Nothing here commits."""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from datetime import datetime
from io import BytesIO
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.audit.service import Act, record
from callcenter.errors import InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.knowledge import queries
from callcenter.knowledge.models import EntryFile
from callcenter.knowledge.rules import FILE_BYTES
from callcenter.protection.attachments import Unreadable, require_clean_file
from callcenter.protection.cipher import open_sealed_bytes, seal_bytes
from callcenter.protection.deployment import keys_for
from callcenter.web.access import Actor

FILE_LABEL = "knowledge.file"
PNG, JPEG, GIF, WEBP, PDF = "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
IMAGES = frozenset({PNG, JPEG, GIF, WEBP})
_PARTS = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}
_KINDS, _MOST_KINDS = "[Content_Types].xml", 1_000_000
_PROGRAMS = re.compile(rb"vbaProject|macroEnabled|activeX", re.IGNORECASE)
"""A macro may lie under any name: the list of kinds says what a part is."""
_SUFFIXES = {
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    GIF: (".gif",),
    WEBP: (".webp",),
    PDF: (".pdf",),
    XLSX: (".xlsx",),
    DOCX: (".docx",),
}
UNKNOWN = "取り込めるのは、画像（PNG・JPEG・GIF・WebP）と、PDF・Excel（xlsx）・Word（docx）です。"
BROKEN = "画像が途中で切れているか、壊れています。もう一度保存してから取り込んでください。"


class Upload(Struct, frozen=True):
    """A file as judged. `name` is clean and scanned."""

    name: str
    media_type: str
    content: bytes


class FileFacts(Struct, frozen=True):
    """A file beside its bytes."""

    id: UUID
    entry_id: UUID
    name: str
    media_type: str
    size: int
    added_at: datetime

    @property
    def is_image(self) -> bool:
        return self.media_type in IMAGES

    @property
    def markdown(self) -> str:
        """What names it in a text."""
        mark = "!" if self.is_image else ""
        name = self.name.replace("[", "（").replace("]", "）")
        return f"{mark}[{name}](/knowledge/files/{self.id})"


_FACTS = tuple(getattr(EntryFile, name) for name in FileFacts.__struct_fields__)


def judged(name: str, content: bytes) -> Upload:
    """Raises `InvalidInput` for nothing, too much, a kind that is not taken, and a picture that is broken;
    `IndividualNumberRefused` for a file whose words hold one."""
    if not content:
        raise _refusal("ファイルを選んでください。空のファイルは取り込めません。")
    if len(content) > FILE_BYTES:
        raise _refusal(f"ファイルは{FILE_BYTES // 1_000_000}MBまでです。")
    media_type = media_type_of(content)
    if media_type is None:
        raise _refusal(UNKNOWN)
    if media_type in IMAGES and not _is_whole(media_type, content):
        raise _refusal(BROKEN)
    require_impersonal(content)
    return Upload(named_as(name, media_type), media_type, content)


def named_as(name: str, media_type: str) -> str:
    """The name with a suffix of its kind: whoever keeps the file opens it as what it is."""
    suffixes = _SUFFIXES[media_type]
    return name if name.lower().endswith(suffixes) else f"{name}{suffixes[0]}"


def require_impersonal(content: bytes) -> None:
    """Raises `IndividualNumberRefused` for a file with such a number, `InvalidInput` for one that cannot be judged."""
    try:
        require_clean_file(content)
    except Unreadable as error:
        raise _refusal(str(error)) from error


def _refusal(said: str) -> InvalidInput:
    return InvalidInput(errors={"file": [said]})


def media_type_of(content: bytes) -> str | None:
    """What the bytes are, whatever the name says."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    return _office_type(content) if content.startswith(b"PK\x03\x04") else None


def _office_type(content: bytes) -> str | None:
    """A workbook or a document without macros."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            names = set(packed.namelist())
            if _KINDS not in names or packed.getinfo(_KINDS).file_size > _MOST_KINDS:
                return None
            kinds = packed.read(_KINDS)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return None
    if _PROGRAMS.search(kinds) or any(_PROGRAMS.search(name.encode()) for name in names):
        return None
    return next((kind for part, kind in _PARTS.items() if part in names), None)


def _is_whole(media_type: str, content: bytes) -> bool:
    """Whether a picture ends as its kind ends."""
    end = content.rstrip(b"\0\r\n")[-64:]
    if media_type == PNG:
        return b"IHDR" in content[:24] and b"IEND" in end
    if media_type == JPEG:
        return b"\xff\xd9" in end
    if media_type == GIF:
        return end.endswith(b";")
    return int.from_bytes(content[4:8], "little") + 8 <= len(content)


def add(entry_id: UUID, upload: Upload, *, by: Actor, at: datetime) -> UUID:
    """Keep a file of an entry; the same bytes again are the same file. Raises `NotFound`."""
    queries.entry(by.contract, entry_id)
    digest = hashlib.sha256(upload.content).hexdigest()
    same = _of_digest(by.contract, entry_id, digest)
    if same is not None:
        return same
    row_id = new_id()
    db.session.add(
        EntryFile(
            contract_id=by.contract,
            id=row_id,
            entry_id=entry_id,
            name=upload.name,
            media_type=upload.media_type,
            size=len(upload.content),
            sha256=digest,
            sealed=seal_bytes(keys_for(by.contract), FILE_LABEL, by.contract, row_id, upload.content),
            added_at=at,
            added_by=by.user_id,
        )
    )
    db.session.flush()
    details = {"kind": upload.media_type, "entry": str(entry_id)}
    record(Act("knowledge_file.added", "knowledge_file", str(row_id), details), by=by, at=at)
    return row_id


def _of_digest(contract_id: UUID, entry_id: UUID, digest: str) -> UUID | None:
    return db.session.scalars(
        select(EntryFile.id).where(
            EntryFile.contract_id == contract_id, EntryFile.entry_id == entry_id, EntryFile.sha256 == digest
        )
    ).first()


def of_entry(contract_id: UUID, entry_id: UUID) -> list[FileFacts]:
    """The files of an entry, the oldest first."""
    statement = select(*_FACTS).where(EntryFile.contract_id == contract_id, EntryFile.entry_id == entry_id)
    return [FileFacts(*row) for row in db.session.execute(statement.order_by(EntryFile.added_at, EntryFile.id))]


def facts(contract_id: UUID, file_id: UUID) -> FileFacts:
    """Raises `NotFound`."""
    row = db.session.execute(
        select(*_FACTS).where(EntryFile.contract_id == contract_id, EntryFile.id == file_id)
    ).first()
    if row is None:
        raise NotFound("ファイルが見つかりませんでした。")
    return FileFacts(*row)


def content(contract_id: UUID, file_id: UUID) -> bytes:
    """The bytes of a file. Raises `NotFound`."""
    facts(contract_id, file_id)
    sealed = db.session.execute(
        select(EntryFile.sealed).where(EntryFile.contract_id == contract_id, EntryFile.id == file_id)
    ).scalar_one()
    return open_sealed_bytes(keys_for(contract_id), FILE_LABEL, contract_id, file_id, sealed)
