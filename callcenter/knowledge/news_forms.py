"""What the forms of notices bring: parsed, cleaned and scanned before any transaction opens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from uuid import UUID

from werkzeug.datastructures import FileStorage

from callcenter.errors import InvalidInput
from callcenter.knowledge.files import require_impersonal
from callcenter.knowledge.news import Issuer, NewFile, NewNotice, Settlement
from callcenter.knowledge.rules import FILE_BYTES, REASON_LENGTH, TITLE_LENGTH
from callcenter.protection.scan import require_clean
from callcenter.protection.text import clean_line, clean_text
from callcenter.web.forms import Errors, attempt, date_of, id_of, optional_date

Form = Mapping[str, str]
SUMMARY_LENGTH, URL_LENGTH, NAME_LENGTH = 4000, 500, 200
MOST_NUMBERS = 100
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
TYPES = {
    "pdf": (b"%PDF-", "application/pdf"),
    "docx": (_ZIP, f"{_OFFICE}wordprocessingml.document"),
    "xlsx": (_ZIP, f"{_OFFICE}spreadsheetml.sheet"),
    "pptx": (_ZIP, f"{_OFFICE}presentationml.presentation"),
    "doc": (_OLE, "application/msword"),
    "xls": (_OLE, "application/vnd.ms-excel"),
    "ppt": (_OLE, "application/vnd.ms-powerpoint"),
    "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "jpg": (b"\xff\xd8\xff", "image/jpeg"),
    "jpeg": (b"\xff\xd8\xff", "image/jpeg"),
}
"""Ending of a name → how such a file begins, and its type."""
ACCEPTED = ",".join(f".{ending}" for ending in TYPES)
_NAMES = "PDF・Word・Excel・PowerPoint・画像（PNG・JPEG）"
_BETWEEN = re.compile(r"[\s,、，・]+")


def notice(form: Form, sent: FileStorage | None) -> NewNotice:
    """A notice as typed. Raises `InvalidInput` naming each field, `IndividualNumberRefused`."""
    errors: Errors = {}
    issuer = attempt(errors, _issuer, form)
    title = attempt(errors, _line, form, "title", TITLE_LENGTH)
    received_on = attempt(errors, date_of, form.get("received_on"), "received_on")
    issued_on = attempt(errors, optional_date, form.get("issued_on"), "issued_on")
    summary = attempt(errors, clean_text, form.get("summary", ""), max_length=SUMMARY_LENGTH, field="summary")
    source_url = attempt(errors, _url, form)
    file = attempt(errors, _file, sent)
    key = attempt(errors, _key, form)
    texts = {name: form.get(name, "") for name in ("title", "summary", "source_url")}
    _refuse({**texts, "file": (sent.filename or "") if sent else ""}, errors)
    if issuer is None or title is None or received_on is None:
        raise InvalidInput(errors=errors)
    return NewNotice(issuer, title, received_on, summary or "", source_url or "", issued_on, file, key)


def settlement(entry_id: UUID, form: Form) -> Settlement:
    """What became of an entry; no version is no change. Raises `InvalidInput`, `IndividualNumberRefused`."""
    errors: Errors = {}
    note = attempt(errors, clean_line, form.get("note", ""), max_length=REASON_LENGTH, field="note")
    chosen = form.get("version", "")
    version_id = attempt(errors, id_of, chosen, "version") if chosen else None
    _refuse({"note": form.get("note", "")}, errors)
    return Settlement(entry_id, version_id, note or "")


def done_note(form: Form) -> str:
    """What is said of a notice that is done. Raises `InvalidInput`, `IndividualNumberRefused`."""
    require_clean({"done_note": form.get("done_note", "")})
    return clean_line(form.get("done_note", ""), max_length=REASON_LENGTH, field="done_note")


def numbers(typed: str, field: str) -> list[int]:
    """Numbers of entries as people type them: 12、15 or １２ １５. Raises `InvalidInput` naming the field."""
    require_clean({field: typed})
    parts = [one for one in _BETWEEN.split(unicodedata.normalize("NFKC", typed)) if one]
    found = [int(one) for one in parts if one.isascii() and one.isdigit() and len(one) <= 6]
    if len(found) != len(parts) or len(found) > MOST_NUMBERS:
        raise InvalidInput(errors={field: [f"番号を数字で、{MOST_NUMBERS}件まで入力してください。例：12, 15"]})
    return list(dict.fromkeys(found))


def chosen(values: Sequence[str]) -> list[UUID]:
    """The entries whose boxes are marked. Raises `InvalidInput`."""
    return [id_of(one, "faq") for one in values]


def _refuse(typed: Mapping[str, str], errors: Errors) -> None:
    """An Individual Number goes before everything else that is wrong: the number must not stay on the screen."""
    require_clean(typed)
    if errors:
        raise InvalidInput(errors=errors)


def _issuer(form: Form) -> Issuer:
    try:
        return Issuer(form.get("issuer", ""))
    except ValueError as error:
        raise InvalidInput(errors={"issuer": ["発出元を選んでください。"]}) from error


def _line(form: Form, name: str, longest: int) -> str:
    line = clean_line(form.get(name, ""), max_length=longest, field=name)
    if not line:
        raise InvalidInput(errors={name: ["入力してください。"]})
    return line


def _url(form: Form) -> str:
    url = clean_line(form.get("source_url", ""), max_length=URL_LENGTH, field="source_url")
    if url and not re.match(r"https?://[^\s/]+", url):
        raise InvalidInput(errors={"source_url": ["http:// か https:// で始まるアドレスを入力してください。"]})
    return url


def _file(sent: FileStorage | None) -> NewFile | None:
    if sent is None or not sent.filename:
        return None
    name = clean_line(sent.filename[-NAME_LENGTH:], max_length=NAME_LENGTH, field="file")
    content = sent.stream.read(FILE_BYTES + 1)
    if len(content) > FILE_BYTES:
        raise InvalidInput(errors={"file": [f"ファイルは{FILE_BYTES // 1_000_000}MBまでにしてください。"]})
    begins, media_type = TYPES.get(name.rpartition(".")[2].lower(), (b"", ""))
    if not media_type or not content.startswith(begins):
        raise InvalidInput(errors={"file": [f"{_NAMES}のファイルを選んでください。"]})
    require_impersonal(content)
    return NewFile(name, media_type, content)


def _key(form: Form) -> UUID | None:
    written = form.get("idempotency_key", "")
    return id_of(written, "_") if written else None
