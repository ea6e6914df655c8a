from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any
from uuid import UUID

import docx
import pytest
from sqlalchemy import select

from callcenter.audit.models import AuditEntry
from callcenter.errors import InvalidInput
from callcenter.extensions import db
from callcenter.knowledge import files
from callcenter.knowledge.models import EntryFile
from callcenter.knowledge.rules import FILE_BYTES
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from tests.centre import Browser, Centre, Person
from tests.knowledge.factories import content, draft, publish, supervisor


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\0"))
    + _chunk(b"IEND", b"")
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 20 + b"\xff\xd9"
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
WEBP = b"RIFF" + struct.pack("<I", 12) + b"WEBPVP8L" + b"\0" * 4
PDF = b"%PDF-1.7\n%%EOF\n"


def office(*parts: str, kinds: str = "<x/>") -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("[Content_Types].xml", kinds)
        for part in parts:
            packed.writestr(part, "<x/>")
    return made.getvalue()


MACRO = '<Override PartName="/word/a.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
XLSX, DOCX = office("xl/workbook.xml"), office("word/document.xml")


def upload(browser: Browser, version_id: UUID, sent: bytes, name: str = "図.png") -> Any:
    given = {"file": (BytesIO(sent), name)}
    return browser.post(f"/knowledge/versions/{version_id}/files", data=given, content_type="multipart/form-data")


def kept(centre: Centre) -> list[Any]:
    with centre.inside():
        return list(db.session.execute(select(EntryFile.id, EntryFile.name, EntryFile.sealed)))


@pytest.mark.parametrize(
    ("sent", "media_type"),
    [
        (PNG, files.PNG),
        (JPEG, files.JPEG),
        (GIF, files.GIF),
        (WEBP, files.WEBP),
        (PDF, files.PDF),
        (XLSX, files.XLSX),
        (DOCX, files.DOCX),
    ],
    ids=["png", "jpeg", "gif", "webp", "pdf", "xlsx", "docx"],
)
def test_a_file_is_what_its_bytes_are(sent: bytes, media_type: str) -> None:
    assert files.judged("名前.exe", sent).media_type == media_type


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "空"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "取り込めるのは"),
        (b"<html><script>", "取り込めるのは"),
        (b"MZ\x90\0", "取り込めるのは"),
        (b"PK\x03\x04 not a zip", "取り込めるのは"),
        (office("a.txt"), "取り込めるのは"),
        (office("xl/workbook.xml", "xl/vbaProject.bin"), "取り込めるのは"),
        (office("word/document.xml", "word/VBAPROJECT.BIN"), "取り込めるのは"),
        (office("word/document.xml", "word/a.bin", kinds=MACRO), "取り込めるのは"),
        (office("word/document.xml", "word/activeX/activeX1.bin"), "取り込めるのは"),
        (PNG[:-8], "壊れています"),
        (JPEG[:-2], "壊れています"),
        (GIF[:-1], "壊れています"),
        (WEBP[:-4], "壊れています"),
        (PDF + b" " * FILE_BYTES, "10MB"),
    ],
    ids=[
        "nothing",
        "svg",
        "html",
        "exe",
        "torn zip",
        "zip",
        "macros",
        "MACROS",
        "renamed",
        "controls",
        "png",
        "jpeg",
        "gif",
        "webp",
        "too much",
    ],
)
def test_what_cannot_be_shown_or_trusted_is_refused(sent: bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        files.judged("図.png", sent)
    assert said in refused.value.errors["file"][0]


@pytest.mark.parametrize(
    ("sent", "name", "kept_as"),
    [
        (PNG, "図.PNG", "図.PNG"),
        (JPEG, "図.jpeg", "図.jpeg"),
        (PNG, "図.html", "図.html.png"),
        (PDF, "様式.exe", "様式.exe.pdf"),
        (DOCX, "様式.docm", "様式.docm.docx"),
        (XLSX, "一覧", "一覧.xlsx"),
    ],
)
def test_a_file_is_kept_under_a_name_of_its_kind(sent: bytes, name: str, kept_as: str) -> None:
    assert files.judged(name, sent).name == kept_as


def test_exactly_the_largest_size_is_taken() -> None:
    assert files.judged("様式.pdf", PDF + b" " * (FILE_BYTES - len(PDF))).media_type == files.PDF


def test_a_picture_is_sealed_and_shown_in_the_text(centre: Centre, author: Person) -> None:
    browser, made = author.client(), draft(centre, author)
    assert upload(browser, made.version_id, PNG).status_code == 303
    (row,) = kept(centre)
    assert PNG not in row.sealed
    answer = browser.get(f"/knowledge/files/{row.id}")
    assert (answer.status_code, answer.data, answer.content_type) == (200, PNG, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline")
    markdown = f"![図.png](/knowledge/files/{row.id})"
    assert markdown in browser.get(f"/knowledge/versions/{made.version_id}").text


@pytest.mark.parametrize("sent_as", ["../../etc/図.png", "C:\\\\共有\\\\図.png", "図.png"])
def test_where_a_file_lay_is_not_kept(sqlite_centre: Centre, sent_as: str) -> None:
    writer = supervisor(sqlite_centre)
    browser, made = writer.client(), draft(sqlite_centre, writer)
    assert upload(browser, made.version_id, PNG, sent_as).status_code == 303
    (row,) = kept(sqlite_centre)
    assert row.name == "図.png"
    disposition = browser.get(f"/knowledge/files/{row.id}").headers["Content-Disposition"]
    assert disposition == "inline; filename*=UTF-8''%E5%9B%B3.png"


def test_an_attachment_is_downloaded_never_shown(centre: Centre, author: Person) -> None:
    browser, made = author.client(), draft(centre, author)
    upload(browser, made.version_id, PDF, "様式.pdf")
    answer = browser.get(f"/knowledge/files/{kept(centre)[0].id}")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_same_bytes_again_are_the_same_file(centre: Centre, author: Person) -> None:
    browser, made = author.client(), draft(centre, author)
    for _ in range(2):
        upload(browser, made.version_id, PNG)
    assert len(kept(centre)) == 1


def test_a_broken_picture_is_refused_on_the_page(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    answer = upload(author.client(), draft(sqlite_centre, author).version_id, PNG[:-8])
    assert answer.status_code == 422
    assert "壊れています" in answer.text
    assert kept(sqlite_centre) == []


def test_an_individual_number_in_a_files_name_is_refused(sqlite_centre: Centre) -> None:
    number = f"12345678901{check_digit('12345678901')}"
    author = supervisor(sqlite_centre)
    answer = upload(author.client(), draft(sqlite_centre, author).version_id, PNG, f"{number}.png")
    assert answer.status_code == 422
    assert number not in answer.text
    assert kept(sqlite_centre) == []


def test_others_see_a_file_once_a_version_names_it_that_they_may_see(centre: Centre, author: Person) -> None:
    from callcenter.knowledge import writing
    from callcenter.web.transaction import transaction

    made = draft(centre, author)
    upload(author.client(), made.version_id, PNG)
    file_id = kept(centre)[0].id
    with centre.inside(), transaction():
        body = f"![図](/knowledge/files/{file_id})"
        writing.edit(made.version_id, content(body=body), 1, by=author.actor, at=centre.now)
    others = [centre.person(role).client() for role in (Role.OPERATOR, Role.CITY_VIEWER)]
    assert [one.get(f"/knowledge/files/{file_id}").status_code for one in others] == [404, 404]
    publish(centre, made.version_id, by=author)
    assert [one.get(f"/knowledge/files/{file_id}").status_code for one in others] == [200, 200]
    page = others[0].get(f"/knowledge/entries/{made.entry_id}").text
    assert f'<img src="/knowledge/files/{file_id}"' in page
    assert centre.person(Role.ADMINISTRATOR).client().get(f"/knowledge/files/{file_id}").status_code == 403


def test_another_contracts_file_is_not_found(centre: Centre, author: Person) -> None:
    made = draft(centre, author)
    upload(author.client(), made.version_id, PNG)
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = centre.person(Role.SUPERVISOR, contract_id=other)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(stranger, other)
    assert browser.get(f"/knowledge/files/{kept(centre)[0].id}").status_code == 404


def test_a_file_that_holds_an_individual_number_is_refused_and_its_refusal_logged(centre: Centre) -> None:
    number = f"12345678901{check_digit('12345678901')}"
    made, kept_as = BytesIO(), draft(centre, author := supervisor(centre))
    document = docx.Document()
    document.add_paragraph(f"番号 {number}")
    document.save(made)
    answer = upload(author.client(), kept_as.version_id, made.getvalue(), "記入例.docx")
    assert answer.status_code == 422
    assert "ファイルの中に個人番号" in answer.text
    assert kept(centre) == []
    with centre.inside():
        entries = db.session.execute(select(AuditEntry.details).where(AuditEntry.action == "individual_number.refused"))
        told = [row.details for row in entries]
    assert [one["fields"][0]["field"] for one in told] == ["file"]
    assert number not in repr(told)
