from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.calls.rules import (
    CLOCK_SKEW,
    CallState,
    CallValues,
    CategoryVersion,
    Channel,
    Disposition,
    Language,
    Relation,
    check_call,
    check_reason,
    is_counted,
    is_selectable,
    label_on,
    may_correct,
    may_follow,
    version_on,
    warn_call,
)
from callcenter.coded import Labelled

FIRST, LAST = date(2026, 4, 1), date(2027, 3, 31)
NOW = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
VERSIONS = (
    CategoryVersion("0101", "申請方法", FIRST),
    CategoryVersion("0202", "持ち物", FIRST, retired_on=date(2026, 6, 1)),
)


def call(**changes: object) -> CallValues:
    values = CallValues(
        started_at=NOW - timedelta(minutes=5),
        local_on=date(2026, 6, 1),
        ended_at=NOW - timedelta(minutes=2),
        saved_at=NOW,
        talk_seconds=180,
        acw_seconds=120,
        disposition="completed",
        category_code="0101",
        question="申請のしかた",
        answer="窓口と郵送を案内",
        report_text="申請方法の案内",
    )
    return replace(values, **changes)


def check(values: CallValues) -> dict[str, list[str]]:
    return check_call(
        values,
        contract_start=FIRST,
        contract_end=LAST,
        now=NOW,
        find_category=lambda code: [item for item in VERSIONS if item.code == code],
    )


def refused_fields(**changes: object) -> set[str]:
    return set(check(call(**changes)))


def test_a_complete_call_may_be_saved() -> None:
    assert check(call()) == {}


def test_a_call_without_times_texts_and_caller_may_be_saved() -> None:
    bare = call(ended_at=None, saved_at=None, talk_seconds=None, acw_seconds=None, question="", answer="")
    assert check(bare) == {}


@pytest.mark.parametrize(
    ("choices", "labels"),
    [
        (Channel, "電話 FAX メール 来庁取次 折返し発信"),
        (Relation, "本人 家族 代理人 施設・支援者 事業者 庁内 不明"),
        (Language, "日本語 英語 中国語 韓国語 スペイン語 ポルトガル語 ベトナム語 その他"),
        (Disposition, "完結 予約処理 他機関案内 転送 市へエスカレーション 折返し約束 途中切断"),
        (CallState, "入力中 保存済み 取消し"),
    ],
)
def test_every_key_has_its_label(choices: type[Labelled], labels: str) -> None:
    assert [label for _, label in choices.choices()] == labels.split()
    assert all(key.isascii() and choices.has(key) for key, _ in choices.choices())


def test_a_label_is_no_key() -> None:
    assert Channel.has("fax")
    assert not Channel.has("FAX")
    assert not Channel.has("")


def test_an_open_call_is_saved_or_voided_and_nothing_comes_back() -> None:
    allowed = {(a, b) for a in CallState for b in CallState if may_follow(a, b)}
    assert allowed == {
        (CallState.OPEN, CallState.SAVED),
        (CallState.OPEN, CallState.VOIDED),
        (CallState.SAVED, CallState.VOIDED),
    }


def test_only_a_saved_call_is_counted_and_corrected() -> None:
    assert [state for state in CallState if is_counted(state)] == [CallState.SAVED]
    assert [state for state in CallState if may_correct(state)] == [CallState.SAVED]


def test_a_call_needs_a_start() -> None:
    assert refused_fields(started_at=None, local_on=None) == {"started_at"}


def test_a_call_may_end_the_second_it_starts_but_not_before() -> None:
    start = call().started_at
    assert start is not None
    assert refused_fields(ended_at=start) == set()
    assert refused_fields(ended_at=start - SECOND) == {"ended_at"}


def test_two_clocks_may_differ_a_little_and_no_more() -> None:
    limit = NOW + CLOCK_SKEW
    assert refused_fields(started_at=limit, ended_at=None) == set()
    assert refused_fields(started_at=limit + SECOND, ended_at=None) >= {"started_at"}
    assert refused_fields(ended_at=limit) == set()
    assert refused_fields(ended_at=limit + SECOND) >= {"ended_at"}


def test_a_call_is_not_saved_before_it_ends() -> None:
    ended = call().ended_at
    assert ended is not None
    assert refused_fields(saved_at=ended - CLOCK_SKEW) == set()
    assert refused_fields(saved_at=ended - CLOCK_SKEW - SECOND) == {"saved_at"}
    assert refused_fields(ended_at=None, saved_at=NOW - timedelta(minutes=8)) == {"saved_at"}


@pytest.mark.parametrize(
    ("day", "fields"),
    [
        (FIRST, set()),
        (LAST, set()),
        (FIRST - timedelta(1), {"started_at"}),
        (LAST + timedelta(1), {"started_at"}),
    ],
)
def test_a_call_lies_in_the_contract(day: date, fields: set[str]) -> None:
    found = check_call(
        call(local_on=day),
        contract_start=FIRST,
        contract_end=LAST,
        now=NOW,
        find_category=lambda code: [CategoryVersion(code, "名", date(2000, 1, 1))],
    )
    assert set(found) == fields


@pytest.mark.parametrize("field", ["talk_seconds", "acw_seconds"])
@pytest.mark.parametrize(("seconds", "ok"), [(0, True), (86_400, True), (-1, False), (86_401, False)])
def test_a_duration_lasts_from_nothing_to_a_day(field: str, seconds: int, ok: bool) -> None:
    assert refused_fields(**{field: seconds}) == (set() if ok else {field})


@pytest.mark.parametrize("code", ["", "01", "01011", "abcd", "０１０１", "9999", "0202"])
def test_a_missing_malformed_unknown_or_retired_category_is_refused(code: str) -> None:
    assert refused_fields(category_code=code) == {"category_code"}


def test_a_category_is_usable_to_the_day_before_it_retires() -> None:
    assert refused_fields(category_code="0202", local_on=date(2026, 5, 31)) == set()


@pytest.mark.parametrize("field", ["channel", "relation", "language", "disposition"])
def test_an_unknown_or_missing_choice_is_refused(field: str) -> None:
    assert refused_fields(**{field: "sometimes"}) == {field}
    assert refused_fields(**{field: ""}) == {field}


@pytest.mark.parametrize(
    ("field", "limit"),
    [("question", 4000), ("answer", 4000), ("report_text", 200), ("caller_name", 100), ("phone", 40)],
)
def test_a_text_is_taken_to_its_limit(field: str, limit: int) -> None:
    assert refused_fields(**{field: "𠮷" * limit}) == set()
    message = check(call(**{field: "𠮷" * (limit + 1)}))[field]
    assert f"{limit + 1:,}文字" in message[0]


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\x7f", "\ud83d", "\ufffe"])
def test_what_cannot_be_stored_is_refused_with_the_field_named(bad: str) -> None:
    assert "制御文字" in check(call(question=f"前{bad}後"))["question"][0]


def test_emoji_rare_kanji_tabs_and_line_breaks_are_taken() -> None:
    assert refused_fields(question="😀\t𠮷野\r\n葛󠄀城", answer="ｶﾅ") == set()


def test_a_name_stands_on_one_line() -> None:
    assert refused_fields(caller_name="見本\n太郎", phone="073\r555") == {"caller_name", "phone"}


def test_all_faults_are_told_at_once() -> None:
    assert refused_fields(category_code="", disposition="", talk_seconds=-1) == {
        "category_code",
        "disposition",
        "talk_seconds",
    }


def test_a_missing_report_text_is_a_warning_only() -> None:
    bare = call(report_text=" ", question="")
    assert check(bare) == {}
    assert set(warn_call(bare)) == {"report_text", "question"}
    assert warn_call(call()) == {}


def test_a_reason_is_needed_and_short() -> None:
    assert check_reason("分類の誤り") == {}
    assert set(check_reason(" 　")) == set(check_reason("あ" * 201)) == {"reason"}


RENAMED = (
    CategoryVersion("0901", "保険証", date(2025, 4, 1)),
    CategoryVersion("0901", "健康保険証利用登録", date(2026, 4, 1), retired_on=date(2027, 4, 1)),
    CategoryVersion("0902", "別の分類", date(2025, 4, 1)),
)


def test_last_years_report_shows_last_years_name() -> None:
    assert label_on(RENAMED, "0901", date(2026, 3, 31)) == "保険証"
    assert label_on(RENAMED, "0901", date(2026, 4, 1)) == "健康保険証利用登録"


def test_a_retired_category_keeps_its_name_but_cannot_be_chosen() -> None:
    assert is_selectable(RENAMED, "0901", date(2027, 3, 31))
    assert not is_selectable(RENAMED, "0901", date(2027, 4, 1))
    assert label_on(RENAMED, "0901", date(2030, 1, 1)) == "健康保険証利用登録"


def test_a_code_before_its_first_version_has_a_name_but_cannot_be_chosen() -> None:
    day = date(2024, 1, 1)
    assert version_on(RENAMED, "0901", day) is None
    assert not is_selectable(RENAMED, "0901", day)
    assert label_on(RENAMED, "0901", day) == "保険証"


def test_a_category_comes_back_with_a_new_version() -> None:
    back = (*RENAMED, CategoryVersion("0901", "健康保険証", date(2028, 4, 1)))
    assert not is_selectable(back, "0901", date(2028, 3, 31))
    assert is_selectable(back, "0901", date(2028, 4, 1))


def test_an_unknown_code_has_no_name() -> None:
    with pytest.raises(LookupError):
        label_on(RENAMED, "0999", FIRST)


@settings(max_examples=50)
@given(st.permutations(RENAMED), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_order_of_versions_does_not_matter(shuffled: list[CategoryVersion], day: date) -> None:
    assert version_on(shuffled, "0901", day) == version_on(RENAMED, "0901", day)
