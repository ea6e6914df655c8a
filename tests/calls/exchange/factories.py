"""Files of an exchange, and days of counts, for tests."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

from callcenter.calls.exchange import service
from callcenter.calls.exchange.rules import Counts, SlotKey, SourceKind
from callcenter.calls.exchange.service import Incoming, Origin, Outcome
from callcenter.calls.exchange.uploads import Sent, incoming_of, read_upload, with_best_mapping
from callcenter.calls.history import HistoryCall, load_history
from callcenter.clock import instant_of
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre, Person

MONDAY = date(2026, 6, 1)
FRIDAY = date(2026, 5, 29)
SATURDAY = date(2026, 5, 30)
PHONE = "PJSIP/desk1-00000001"
BASE: Mapping[str, str] = {
    "caller": "0735550199",
    "channel": "PJSIP/trunk-00000001",
    "to": PHONE,
    "app": "Dial",
    "start": "2026-07-06 01:00:00",
    "answer": "2026-07-06 01:00:08",
    "end": "2026-07-06 01:01:08",
    "duration": "68",
    "billed": "60",
    "disposition": "ANSWERED",
    "unique": "17.1",
    "linked": "17.1",
    "sequence": "1",
}


def row(**changes: str) -> list[str]:
    v = {**BASE, **changes}
    name = f'"{v["caller"]}" <{v["caller"]}>'
    return [
        *("", v["caller"], "7000", "desk", name, v["channel"], v["to"], v["app"], "PJSIP/a&PJSIP/b,60"),
        *(v["start"], v["answer"], v["end"], v["duration"], v["billed"], v["disposition"], "DOCUMENTATION"),
        *(v["unique"], "", "", v["linked"], v["sequence"]),
    ]


def content(*rows: Sequence[str]) -> bytes:
    out = StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def cdr_call(linked: str, start: str, *, answered: bool = True, **changes: str) -> list[str]:
    """One leg that makes a whole call: answered after 8 seconds, or abandoned."""
    end = f"{start[:-2]}59"
    told = {"start": start, "answer": f"{start[:-2]}08", "end": end, "unique": linked, "linked": linked}
    if not answered:
        told |= {"answer": "", "billed": "0", "disposition": "NO ANSWER"}
    return row(**{**told, **changes})


def report(*lines: str, headings: str = "日付,時間帯,着信数,応答数,放棄数") -> bytes:
    """A report as CSV; the lines end with a newline."""
    return "\n".join((headings, *lines, "")).encode()


def incoming(
    centre: Centre, file: bytes, *, kind: str = "csv", zone: str = "Asia/Tokyo", source: str = "", zeros: bool = False
) -> Incoming:
    """A file as the pages read it; needs an app context."""
    upload = read_upload(Sent(file, "file.csv", kind, source, zone), centre.contract_id)
    best = with_best_mapping(upload, {})
    if zeros:
        from msgspec.structs import replace

        best = replace(best, zero_missing=True)
    return incoming_of(best, service.term_of(centre.contract_id, centre.now))


def bring_in(centre: Centre, person: Person, file: bytes, **reading: Any) -> Outcome:
    """Import a file in one transaction; needs an app context."""
    found = incoming(centre, file, **reading)
    with transaction():
        return service.bring_in(found, by=person.actor, at=centre.now)


def slots(on: date = MONDAY, **counts: tuple[int, int, int]) -> dict[SlotKey, Counts]:
    """`m510=(offered, answered, abandoned)`; `day=` and `out=` for a whole day."""
    return {_key(on, code): Counts(*numbers) for code, numbers in counts.items()}


def _key(on: date, code: str) -> SlotKey:
    if code in {"day", "out"}:
        return SlotKey(on, None, code == "day")
    return SlotKey(on, int(code.removeprefix("m")), True)


def type_in(centre: Centre, person: Person, counts: Mapping[SlotKey, Counts], on: date = MONDAY) -> Outcome:
    """Save a day as typed; needs an app context."""
    with transaction():
        seen = service.last_manual(centre.contract_id, on)
        return service.save_manual(service.ManualDay(on, counts, seen), by=person.actor, at=centre.now)


def import_counts(
    centre: Centre, person: Person, counts: Mapping[SlotKey, Counts], source: str = "交換機の集計"
) -> Outcome:
    """Counts of a report without a file; needs an app context."""
    with transaction():
        return service.bring_in(Incoming(Origin(source, SourceKind.CSV), counts), by=person.actor, at=centre.now)


def record_calls(centre: Centre, person: Person, *minutes: int, on: date = MONDAY, channel: str = "phone") -> None:
    """Saved calls that start at those minutes of the day; needs an app context."""
    calls = [
        HistoryCall(
            started_at=instant_of(on, minute),
            talk_seconds=60,
            acw_seconds=20,
            category_code="0401",
            disposition="completed",
            operator_id=person.user_id,
            channel=channel,
        )
        for minute in minutes
    ]
    with transaction():
        load_history(calls, by=person.actor, at=centre.now)


def send_file(browser: Browser, file: bytes, *, name: str = "file.csv", **fields: str) -> Any:
    """Upload a file as the form does."""
    sent = {"kind": "csv", "zone": "Asia/Tokyo", "source": "", **fields}
    data = {**sent, "file": (BytesIO(file), name)}
    return browser.post("/exchange/import", data=data, content_type="multipart/form-data")


def evening(on: date = MONDAY) -> datetime:
    """18:00 of a day: everything of it is over."""
    return instant_of(on, 18 * 60)
