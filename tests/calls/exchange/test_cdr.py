from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.calls.exchange.cdr import COLUMNS, CdrFile, ExchangeCall, calls_of, interval_counts, read_cdr, summary
from callcenter.errors import InvalidInput
from tests.calls.exchange.factories import PHONE, content, row

SIX_CALLS = (Path(__file__).parent / "data" / "cdr-six-calls.csv").read_bytes()
MONDAY = date(2026, 7, 6)


def read(*rows: Sequence[str], zone: str = "UTC") -> CdrFile:
    return read_cdr(content(*rows), zone)


def only_call(*rows: Sequence[str]) -> ExchangeCall:
    (call,) = calls_of(read(*rows).legs)
    return call


def reasons(*rows: Sequence[str]) -> list[str]:
    return [refusal.reason for refusal in read(*rows).refusals]


def office_hours(on: date, minute: int) -> bool:
    return on.weekday() < 5 and 510 <= minute < 1035


def test_six_calls_are_counted_as_an_exchange_means_them() -> None:
    file = read_cdr(SIX_CALLS, "UTC")
    counts = summary(calls_of(file.legs), file.legs)
    assert counts.as_dict() == {
        "legs": 10,
        "calls": 6,
        "offered": 5,
        "answered": 3,
        "abandoned": 2,
        "announcement_only": 1,
    }
    assert (file.refusals, file.duplicates) == ((), 0)


def test_counts_fall_into_local_half_hours_and_closing_time_cuts_one_in_two() -> None:
    rows = interval_counts(calls_of(read_cdr(SIX_CALLS, "UTC").legs), office_hours)
    assert [(r.start_minute, r.inside_hours, r.offered, r.answered, r.abandoned) for r in rows] == [
        (510, True, 1, 1, 0),
        (600, True, 1, 1, 0),
        (660, True, 1, 0, 1),
        (1020, False, 1, 1, 0),
        (1020, True, 1, 0, 1),
    ]
    assert {r.local_on for r in rows} == {MONDAY}
    assert [(r.wait_seconds, r.talk_seconds) for r in rows[:2]] == [(7, 180), (9, 100)]


def test_the_stated_zone_moves_the_calls() -> None:
    utc, tokyo = (calls_of(read(row(), zone=zone).legs)[0] for zone in ("UTC", "Asia/Tokyo"))
    assert utc.started_at == datetime(2026, 7, 6, 1, 0, tzinfo=UTC)
    assert tokyo.started_at == datetime(2026, 7, 5, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["", "Asia", "Moon/Sea", "../etc", "/etc/localtime"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(row(), zone=zone)
    assert set(refused.value.errors) == {"zone"}


def test_an_answered_call_waits_from_its_first_leg_to_the_answer_and_talks_what_is_billed() -> None:
    ringing = row(start="2026-07-06 00:59:30", to="Local/a@b-1;1", billed="0", sequence="2")
    call = only_call(row(), ringing)
    assert (call.offered, call.answered, call.wait_seconds, call.talk_seconds) == (True, True, 38, 60)


def test_the_first_person_to_speak_gives_wait_and_talk() -> None:
    transfer = row(answer="2026-07-06 01:02:00", end="2026-07-06 01:09:00", billed="420", sequence="2")
    assert only_call(transfer, row()).talk_seconds == 60


@pytest.mark.parametrize(
    "changes",
    [
        {"disposition": "NO ANSWER"},
        {"disposition": "BUSY"},
        {"billed": "0"},
        {"to": "Local/a@b-1;1"},
        {"to": ""},
        {"app": "Queue", "disposition": "NO ANSWER"},
    ],
)
def test_an_offered_call_that_no_person_spoke_in_is_abandoned(changes: dict[str, str]) -> None:
    call = only_call(row(**changes))
    assert (call.offered, call.answered, call.abandoned) == (True, False, True)
    assert (call.wait_seconds, call.talk_seconds) == (None, None)


@pytest.mark.parametrize("last", ["Hangup", "Playback", "BackGround", ""])
def test_an_announcement_is_neither_offered_nor_answered(last: str) -> None:
    call = only_call(row(app=last, to=""))
    assert (call.offered, call.answered, call.abandoned) == (False, False, False)


def test_a_missing_answer_time_is_told_by_the_durations() -> None:
    assert only_call(row(answer="")).wait_seconds == 8


def test_a_leg_that_comes_twice_is_taken_once_and_counted() -> None:
    file = read(row(), row(), row(sequence="2"))
    assert (len(file.legs), file.duplicates) == (2, 1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"start": "2026-02-30 10:00:00"}, "開始時刻を読み取れません。"),
        ({"start": "01/07/2026 10:00"}, "開始時刻を読み取れません。"),
        ({"start": ""}, "開始時刻を読み取れません。"),
        ({"end": "2026-07-06"}, "終了時刻を読み取れません。"),
        ({"end": "2026-07-06 00:59:59"}, "終了時刻が開始時刻より前です。"),
        ({"answer": "soon"}, "応答時刻を読み取れません。"),
        ({"duration": "a minute"}, "所要秒数が0以上の整数ではありません。"),
        ({"billed": "-1"}, "通話秒数が0以上の整数ではありません。"),
        ({"billed": "6.5"}, "通話秒数が0以上の整数ではありません。"),
        ({"billed": "٣"}, "通話秒数が0以上の整数ではありません。"),
        ({"sequence": ""}, "連番が0以上の整数ではありません。"),
        ({"unique": "17 1"}, "識別番号の形が正しくありません。"),
        ({"linked": ""}, "通話の識別番号の形が正しくありません。"),
        ({"linked": "1" * 81}, "通話の識別番号の形が正しくありません。"),
        ({"linked": "17.1\u3000"}, "通話の識別番号の形が正しくありません。"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason(changes: dict[str, str], reason: str) -> None:
    assert reasons(row(**changes)) == [reason]


def test_a_wrong_number_of_columns_is_refused() -> None:
    assert reasons(row()[:-1]) == ["列の数が21ではありません（20列）。"]
    assert reasons([*row(), ""]) == ["列の数が21ではありません（22列）。"]
    assert len(row()) == COLUMNS


def test_refusals_name_physical_lines_and_good_lines_are_kept() -> None:
    text = content(row()) + b"\n" + content(row(billed="x", sequence="2")) + content(row(sequence="3"))
    file = read_cdr(text, "UTC")
    assert [refusal.line for refusal in file.refusals] == [3]
    assert [leg.sequence for leg in file.legs] == [1, 3]


def test_an_unclosed_quotation_mark_spoils_its_own_line_only() -> None:
    file = read_cdr(b'"broken,1,2\n' + content(row()), "UTC")
    assert [(r.line, "引用符" in r.reason) for r in file.refusals] == [(1, True)]
    assert len(file.legs) == 1


def test_commas_and_quotation_marks_inside_a_field_do_not_split_it() -> None:
    assert only_call(row(caller='Doe, "Jo"')).answered


def test_a_reason_never_repeats_the_line() -> None:
    secret = "0735550142"
    assert all(secret not in reason for reason in reasons(row(caller=secret, linked=secret + "!")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc-jp"])
def test_a_name_in_any_encoding_does_no_harm(encoding: str) -> None:
    text = content(row(caller="見本表能ソ")).decode().replace("\n", "\r\n")
    assert len(read_cdr(text.encode(encoding), "UTC").legs) == 1


def test_a_name_cut_in_the_middle_of_a_character_does_no_harm() -> None:
    cut = content(row(caller="@")).replace(b"@", "見本".encode()[:-1])
    assert len(read_cdr(cut, "UTC").legs) == 1


@pytest.mark.parametrize("empty", [b"", b"\r\n \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_refused(empty: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_cdr(empty, "UTC")
    assert refused.value.errors == {"file": ["ファイルが空です。"]}


@pytest.mark.parametrize("binary", [b"PK\x03\x04...", "見本,1".encode("utf-16"), b"a\x00b"])
def test_what_is_no_text_is_refused(binary: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_cdr(binary, "UTC")
    assert set(refused.value.errors) == {"file"}


def test_a_caller_number_is_kept_nowhere() -> None:
    number = "0735550177"
    file = read(row(caller=number, channel=f"PJSIP/{number}-1", to=f"SIP/{number}-2"))
    assert number not in repr((file, calls_of(file.legs)))


LEGS = st.lists(
    st.builds(
        row,
        linked=st.sampled_from(["a.1", "a.2", "a.3"]),
        app=st.sampled_from(["Dial", "Queue", "Hangup"]),
        to=st.sampled_from([PHONE, "Local/x@y-1;1", ""]),
        disposition=st.sampled_from(["ANSWERED", "NO ANSWER", "BUSY", "FAILED"]),
        billed=st.sampled_from(["0", "60"]),
        sequence=st.integers(0, 99).map(str),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=50, deadline=None)
@given(LEGS)
def test_counts_always_add_up_and_intervals_lose_no_offered_call(rows: list[list[str]]) -> None:
    file = read(*rows)
    calls = calls_of(file.legs)
    counts = summary(calls, file.legs)
    assert counts.legs + file.duplicates == len(rows)
    assert counts.calls == counts.offered + counts.announcement_only
    assert counts.offered == counts.answered + counts.abandoned
    assert sum(item.offered for item in interval_counts(calls, office_hours)) == counts.offered


@settings(max_examples=50, deadline=None)
@given(LEGS)
def test_the_order_of_lines_does_not_matter(rows: list[list[str]]) -> None:
    distinct = list({(r[16], r[20]): r for r in rows}.values())
    assert calls_of(read(*distinct).legs) == calls_of(read(*reversed(distinct)).legs)
