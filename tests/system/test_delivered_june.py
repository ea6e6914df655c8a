"""What stands of a delivered month, seen by those who should not: another contract, a thief of the disk, the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.audit import queries
from callcenter.audit.models import AuditEntry
from callcenter.extensions import Base, db
from tests.centre import Centre
from tests.deliveries.mail_server import Behaviour, serving
from tests.system.delivered_june import SEALED, DeliveredJune, stranger


@pytest.fixture
def city() -> Behaviour:
    return Behaviour()


@pytest.fixture
def june(centre: Centre, city: Behaviour, caplog: pytest.LogCaptureFixture) -> Iterator[DeliveredJune]:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "mail.log")  # The test's own mail server tells all.
    with serving(city) as server:
        yield DeliveredJune(centre, server)


def _everything_stored(centre: Centre) -> Iterator[tuple[str, str]]:
    """Every cell of every table, as a thief of the database reads it."""
    with centre.inside():
        for table in Base.metadata.sorted_tables:
            for row in db.session.execute(select(table)):
                yield from ((f"{table.name}.{name}", _readable(value)) for name, value in row._asdict().items())


def _readable(value: object) -> str:
    return value.decode("utf-8", "ignore") if isinstance(value, bytes) else str(value)


def _written(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file beside the database: the queue, checkpoints, what was left for a moment."""
    for file in folder.rglob("*"):
        if file.is_file():
            yield str(file), file.read_bytes().decode("utf-8", "ignore")


def test_what_people_typed_stands_nowhere_in_the_clear(
    centre: Centre, june: DeliveredJune, caplog: pytest.LogCaptureFixture
) -> None:
    places = [*_everything_stored(centre), *_written(centre.settings.home.parent), ("the process's log", caplog.text)]
    assert len(places) > 500
    assert {(place, words) for place, found in places for words in SEALED.values() if words in found} == set()


def test_the_log_of_a_delivered_month_is_whole_and_names_nobody(centre: Centre, june: DeliveredJune) -> None:
    planted = [*SEALED.values(), "city.example.jp", "みなと架空市中央", "架空銀行", "最少人数を下回った時間に"]
    with centre.inside():
        entries = [str(row.details) for row in db.session.execute(select(AuditEntry)).scalars()]
        assert [verdict.broken_at for verdict in queries.verify().verdicts] == [None, None]
    assert len(entries) > 40
    assert [entry for entry in entries if any(words in entry for words in planted)] == []


def test_the_mail_carries_the_network_edition_and_no_word_that_was_typed(june: DeliveredJune, city: Behaviour) -> None:
    (taken,) = city.taken
    body = taken.message.get_body()
    assert body is not None
    told = f"{taken.message['Subject']} {body.get_content()}"
    names = [part.get_filename() for part in taken.message.iter_attachments()]
    assert len(names) == 2
    assert all("通信回線用" in str(name) for name in names)
    assert [words for words in SEALED.values() if words in told] == []


def test_another_contract_finds_nothing_of_it(centre: Centre, june: DeliveredJune) -> None:
    browser = stranger(centre)
    version, sent = f"/documents/{june.version}", "/documents/sendings"
    month = "/completion/2026-06"
    asked = [
        *[browser.get(f"/documents/{one}") for one in (june.version, june.notice, june.invoice)],
        *[browser.get(f"{version}/files/{edition}/{part}") for edition in ("handover", "network") for part in PARTS],
        *[browser.get(f"/api/v1/reports/{june.version}{more}") for more in ("", "/files/network/workbook")],
        *[browser.get(f"{version}/{page}") for page in ("sending", "remarks")],
        *[browser.get(f"{sent}/{one}/receipt") for one in (june.by_hand, june.by_mail)],
        browser.get(f"/jobs/{june.job}.json"),
        browser.get("/reports/periods/monthly/2026-06-01/2026-06-30/draft/handover/workbook"),
        browser.post(f"{version}/decision", data={"decision": "accepted"}),
        browser.post(f"{version}/remarks", data={"text": "あ", "idempotency_key": KEY}),
        browser.post(f"{version}/handing-over", data=HAND),
        *[browser.post(f"{sent}/{june.by_mail}/{act}") for act in ("withdraw", "again")],
        browser.post(f"{sent}/{june.by_mail}/recipients/{june.recipient}", data={"settlement": "arrived"}),
        browser.post(f"{sent}/{june.by_hand}/receipt", data={"receipt": ""}),
        browser.post(f"/documents/addresses/{june.address}/withdraw"),
        *[browser.post(f"/jobs/{june.job}/{act}") for act in ("cancel", "again")],
        browser.post(f"{month}/reductions/{june.reduction}/set-aside", data={"because": "誤り"}),
        browser.post(f"{month}/payments/{june.payment}/set-aside", data={"because": "誤り"}),
    ]
    assert [answer.request.path for answer in asked if answer.status_code != 404] == []
    zipped = browser.post("/documents/zip", data={"version": [str(june.version)]})
    assert zipped.status_code == 422
    chosen = {"address_ids": str(june.address), "idempotency_key": KEY}
    assert browser.post(f"{version}/sending", data=chosen).status_code == 404


PARTS = ("workbook", "paper")
KEY = "00000000-0000-7000-8000-000000000001"
HAND = {
    "method": "hand",
    "edition": "handover",
    "handed_on": "2026-07-01",
    "handed_time": "10:00",
    "recipient": "係長",
    "agreement": "協議",
    "idempotency_key": KEY,
}
