from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from callcenter.audit.models import AuditEntry
from callcenter.audit.service import system_actor
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.rules import Edition, Kind
from callcenter.errors import Conflict, Forbidden, InvalidInput
from callcenter.extensions import db
from callcenter.protection.mynumber import check_digit
from callcenter.reporting.periods import bundle_choice, bundles
from callcenter.reporting.periods.bundles import NewBundle
from callcenter.reporting.periods.models import ReportBundle
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from reports.period import PeriodKind, SheetChoice, Span, month_span
from reports.period_bundle import MEASURE_CHOICES, checked, proposal, sheets_for
from tests.centre import Browser, Centre, Person

MONTHLY, ANNUAL, TERM = PeriodKind.MONTHLY, PeriodKind.ANNUAL, PeriodKind.TERM
YEAR = Span(date(2026, 4, 1), date(2027, 3, 31))
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
INSTRUCTED = date(2026, 5, 29)
FEW = (
    SheetChoice("cover"),
    SheetChoice("days", ("offered", "recorded")),
    SheetChoice("hours"),
    SheetChoice("definitions"),
)
FORM = {
    "order": ["cover", "days", "hours", "definitions"],
    "sheet": ["days", "hours"],
    "column-days": ["offered", "recorded"],
    "applies_from": "2026-07-01",
    "instructed_by": "市民課 係長（架空）",
    "instructed_on": "2026-05-29",
    "note": "時間帯別を追加",
    "seen": "0",
}
LEADERS = {Role.SUPERVISOR, Role.CONTRACT_MANAGER}
ROUTES = [
    ("GET", "/reports/items"),
    ("GET", "/reports/items/monthly"),
    ("POST", "/reports/items/monthly"),
    ("POST", "/reports/items/monthly/arranged"),
    ("POST", "/reports/items/monthly/headings"),
    ("POST", "/reports/items/monthly/preview"),
]


def _new(applies_from: date = JULY, **changes: Any) -> NewBundle:
    given = {"kind": MONTHLY, "sheets": FEW, "instructed_by": "市民課（架空）", "instructed_on": INSTRUCTED, **changes}
    return NewBundle(applies_from=applies_from, **given)


def _save(centre: Centre, new: NewBundle, by: Person | None = None) -> int:
    who = by or centre.person(Role.SUPERVISOR)
    with centre.inside(), transaction():
        return bundles.save(new, by=who.actor, at=centre.now)


def _submit(centre: Centre, kind: Kind, span: Span) -> None:
    """A version with the city, of one file."""
    file = deliveries.BuiltFile(Edition.NETWORK, "a.xlsx", "a.xlsx", "application/x", b"bytes")
    submission = deliveries.Submission(
        kind, span.from_on, span.to_on, 1, figures={}, marks={}, cutoff_at=centre.now, change_note="", files=[file]
    )
    by = centre.person(Role.SUPERVISOR).actor
    with centre.inside(), transaction():
        deliveries.submit(submission, by=by, at=centre.now)


def _form(**changes: Any) -> MultiDict[str, str]:
    return MultiDict({**FORM, "idempotency_key": str(uuid4()), **changes})


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def _leader(centre: Centre) -> Browser:
    return centre.person(Role.SUPERVISOR).client()


# --- which list rules a period ---


def test_until_the_city_has_chosen_the_proposal_rules(sqlite_centre: Centre) -> None:
    with sqlite_centre.inside():
        found = bundles.bundle_for(sqlite_centre.contract_id, MONTHLY, JUNE)
    assert found == proposal(MONTHLY)
    assert found.number == 0


def test_a_version_rules_the_periods_that_begin_on_its_first_day_or_later(centre: Centre) -> None:
    assert _save(centre, _new()) == 1
    with centre.inside():
        numbers = [
            bundles.bundle_for(centre.contract_id, kind, on).number
            for kind, on in ((MONTHLY, date(2026, 6, 30)), (MONTHLY, JULY), (MONTHLY, date(2027, 3, 1)), (ANNUAL, JULY))
        ]
        ruling = bundles.bundle_for(centre.contract_id, MONTHLY, JULY)
    assert numbers == [0, 1, 1, 0]
    assert ruling.sheets == FEW
    assert (ruling.instructed_by, ruling.instructed_on) == ("市民課（架空）", INSTRUCTED)


def test_of_two_versions_that_apply_the_newer_one_rules(sqlite_centre: Centre) -> None:
    _save(sqlite_centre, _new(date(2026, 9, 1)))
    assert _save(sqlite_centre, _new(date(2026, 8, 1), seen=1, sheets=FEW[:2] + FEW[3:])) == 2
    with sqlite_centre.inside():
        contract = sqlite_centre.contract_id
        assert bundles.bundle_for(contract, MONTHLY, date(2026, 9, 1)).number == 2
        assert bundles.bundle_for(contract, MONTHLY, JULY).number == 0
        assert [one.bundle.number for one in bundles.versions(contract, MONTHLY)] == [2, 1]


def test_last_months_report_keeps_last_months_list(centre: Centre) -> None:
    _submit(centre, Kind.MONTHLY, month_span(JUNE))
    with pytest.raises(InvalidInput) as refused:
        _save(centre, _new(JUNE))
    assert "提出済みの報告書" in refused.value.errors["applies_from"][0]
    assert _save(centre, _new(JULY)) == 1
    with centre.inside():
        assert bundles.bundle_for(centre.contract_id, MONTHLY, JUNE) == proposal(MONTHLY)


def test_only_reports_of_the_same_kind_hold_a_list_fast(sqlite_centre: Centre) -> None:
    _submit(sqlite_centre, Kind.ANNUAL, YEAR)
    _submit(sqlite_centre, Kind.DAILY, Span(JUNE, JUNE))
    assert _save(sqlite_centre, _new(date(2026, 4, 1))) == 1
    with pytest.raises(InvalidInput) as refused:
        _save(sqlite_centre, _new(date(2026, 4, 1), kind=ANNUAL, sheets=proposal(ANNUAL).sheets))
    assert "すべての報告書が提出済み" in refused.value.errors["applies_from"][0]


@pytest.mark.parametrize(
    ("kind", "on"),
    [
        (MONTHLY, date(2026, 7, 2)),
        (MONTHLY, date(2026, 3, 1)),
        (MONTHLY, date(2027, 4, 1)),
        (ANNUAL, date(2026, 7, 1)),
        (ANNUAL, date(2025, 4, 1)),
        (ANNUAL, date(2027, 4, 1)),
    ],
)
def test_a_version_applies_from_a_first_day_of_the_contract_only(
    sqlite_centre: Centre, kind: PeriodKind, on: date
) -> None:
    with pytest.raises(InvalidInput) as refused:
        _save(sqlite_centre, _new(on, kind=kind))
    assert set(refused.value.errors) == {"applies_from"}


@pytest.mark.parametrize(
    ("kind", "within", "expected"),
    [
        (MONTHLY, Span(date(2026, 4, 10), date(2026, 6, 1)), [(2026, 4), (2026, 5), (2026, 6)]),
        (TERM, Span(date(2026, 12, 1), date(2027, 1, 31)), [(2026, 12), (2027, 1)]),
        (ANNUAL, YEAR, [(2026, 4)]),
        (ANNUAL, Span(date(2026, 10, 1), date(2028, 3, 31)), [(2026, 4), (2027, 4)]),
        (ANNUAL, Span(date(2027, 1, 4), date(2027, 4, 1)), [(2026, 4), (2027, 4)]),
        (ANNUAL, Span(date(2027, 1, 4), date(2027, 3, 31)), [(2026, 4)]),
    ],
)
def test_the_first_days_of_a_contract(kind: PeriodKind, within: Span, expected: list[tuple[int, int]]) -> None:
    assert bundles.first_days(kind, within) == [date(year, month, 1) for year, month in expected]


def test_an_instruction_is_not_of_the_future(sqlite_centre: Centre) -> None:
    assert _save(sqlite_centre, _new(instructed_on=date(2026, 6, 1))) == 1
    with pytest.raises(InvalidInput) as refused:
        _save(sqlite_centre, _new(instructed_on=date(2026, 6, 2), seen=1))
    assert set(refused.value.errors) == {"instructed_on"}


@pytest.mark.parametrize(
    "sheets",
    [
        FEW[1:],
        (*FEW, SheetChoice("hours")),
        (*FEW, SheetChoice("months")),
        (*FEW, SheetChoice("staffing", ("offered",))),
        (*FEW, SheetChoice("ranking", ("count", "count"))),
    ],
    ids=["no cover", "twice", "of another report", "no columns to choose", "a column twice"],
)
def test_a_choice_that_cannot_stand_is_refused(sqlite_centre: Centre, sheets: tuple[SheetChoice, ...]) -> None:
    with pytest.raises(InvalidInput) as refused:
        _save(sqlite_centre, _new(sheets=sheets))
    assert set(refused.value.errors) == {"sheet"}


def test_who_did_not_see_the_newest_version_is_told(centre: Centre) -> None:
    _save(centre, _new())
    with pytest.raises(Conflict):
        _save(centre, _new(date(2026, 8, 1)))
    assert _save(centre, _new(date(2026, 8, 1), seen=1)) == 2


def test_the_same_form_sent_twice_is_one_version(centre: Centre) -> None:
    key = uuid4()
    assert [_save(centre, _new(key=key)) for _ in range(2)] == [1, 1]
    with centre.inside():
        assert len(bundles.versions(centre.contract_id, MONTHLY)) == 1


def test_a_machine_instructs_nothing(sqlite_centre: Centre) -> None:
    with sqlite_centre.inside(), pytest.raises(Forbidden), transaction():
        bundles.save(_new(), by=system_actor(sqlite_centre.contract_id), at=sqlite_centre.now)


def test_another_contract_has_its_own_versions(sqlite_centre: Centre) -> None:
    _save(sqlite_centre, _new())
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R8-2")
        assert bundles.versions(other, MONTHLY) == []
        assert bundles.bundle_for(other, MONTHLY, JULY).number == 0


def test_the_version_is_an_entry_of_the_log_without_its_texts(sqlite_centre: Centre) -> None:
    _save(sqlite_centre, _new(note="伏せるべきメモ"))
    with sqlite_centre.inside():
        entry = db.session.execute(
            select(AuditEntry.details, AuditEntry.entity_id).where(AuditEntry.action == "report_bundle.saved")
        ).one()
        row_id: UUID = db.session.execute(select(ReportBundle.id)).scalar_one()
    assert entry.details == {"kind": "monthly", "number": 1, "applies_from": "2026-07-01"}
    assert entry.entity_id == str(row_id)


# --- what a preview is made of ---


@pytest.mark.parametrize(
    ("kind", "today", "expected"),
    [
        (MONTHLY, date(2026, 6, 1), Span(date(2026, 5, 1), date(2026, 5, 31))),
        (MONTHLY, date(2026, 5, 31), Span(date(2026, 4, 1), date(2026, 4, 30))),
        (MONTHLY, date(2026, 4, 30), Span(date(2026, 4, 1), date(2026, 4, 30))),
        (MONTHLY, date(2026, 3, 1), Span(date(2026, 4, 1), date(2026, 4, 30))),
        (MONTHLY, date(2030, 1, 1), Span(date(2027, 3, 1), date(2027, 3, 31))),
        (ANNUAL, date(2026, 6, 1), YEAR),
        (ANNUAL, date(2027, 4, 1), YEAR),
        (TERM, date(2026, 6, 1), YEAR),
    ],
)
def test_a_preview_shows_the_last_period_that_is_over(kind: PeriodKind, today: date, expected: Span) -> None:
    assert bundles.preview_span(kind, YEAR, today) == expected


def test_a_preview_is_cut_to_the_contract() -> None:
    within = Span(date(2026, 4, 10), date(2026, 6, 20))
    assert bundles.preview_span(MONTHLY, within, date(2026, 5, 1)) == Span(date(2026, 4, 10), date(2026, 4, 30))
    assert bundles.preview_span(MONTHLY, within, date(2026, 6, 21)) == Span(date(2026, 6, 1), date(2026, 6, 20))
    assert bundles.preview_span(ANNUAL, within, date(2026, 6, 21)) == within


# --- the choice in the editor ---


def _keys(lines: list[bundle_choice.SheetLine]) -> list[str]:
    return [line.key for line in lines]


@pytest.mark.parametrize("kind", PeriodKind)
def test_the_proposal_chooses_every_sheet(kind: PeriodKind) -> None:
    lines = bundle_choice.lines_of(kind, None)
    assert _keys(lines) == [sheet.key for sheet in sheets_for(kind)]
    assert all(line.chosen for line in lines)
    assert {choice.key: bool(choice.columns) for choice in bundle_choice.chosen(lines)} == {
        sheet.key: bool(sheet.columns) for sheet in sheets_for(kind)
    }


def test_what_was_not_chosen_stands_below_with_its_proposed_columns(sqlite_centre: Centre) -> None:
    _save(sqlite_centre, _new(sheets=(FEW[0], FEW[2], FEW[1], FEW[3])))
    with sqlite_centre.inside():
        lines = bundle_choice.lines_of(MONTHLY, bundles.versions(sqlite_centre.contract_id, MONTHLY)[0].bundle)
    assert _keys(lines)[:4] == ["cover", "hours", "days", "definitions"]
    assert [line.chosen for line in lines] == [True] * 4 + [False] * (len(lines) - 4)
    assert next(line for line in lines if line.key == "summary").columns == tuple(one.key for one in MEASURE_CHOICES)


def test_the_cover_stays_in_front_and_what_is_required_stays() -> None:
    form = MultiDict([("order", "hours"), ("order", "cover"), ("order", "nonsense"), ("sheet", "hours")])
    lines = bundle_choice.lines_in(MONTHLY, form)
    assert _keys(lines)[:2] == ["cover", "hours"]
    assert {line.key for line in lines if line.chosen} == {"cover", "hours", "definitions"}


def test_a_sheet_moves_until_it_meets_the_cover_or_the_end() -> None:
    lines = bundle_choice.lines_of(MONTHLY, None)
    assert _keys(bundle_choice.moved(lines, "days", up=True))[:3] == ["cover", "days", "summary"]
    assert _keys(bundle_choice.moved(lines, "summary", up=True)) == _keys(lines)
    assert _keys(bundle_choice.moved(lines, "definitions", up=False)) == _keys(lines)
    assert _keys(bundle_choice.moved(lines, "cover", up=False)) == _keys(lines)
    assert _keys(bundle_choice.moved(lines, "nonsense", up=False)) == _keys(lines)


@given(
    kind=st.sampled_from(PeriodKind),
    order=st.lists(st.sampled_from([sheet.key for sheet in sheets_for(ANNUAL)])),
    taken=st.sets(st.sampled_from([sheet.key for sheet in sheets_for(ANNUAL)])),
)
def test_whatever_is_sent_can_stand_once_columns_are_chosen(
    kind: PeriodKind, order: list[str], taken: set[str]
) -> None:
    columns = [(f"column-{sheet.key}", one.key) for sheet in sheets_for(kind) for one in sheet.columns[:2]]
    form = MultiDict([*(("order", key) for key in order), *(("sheet", key) for key in taken), *columns])
    lines = bundle_choice.lines_in(kind, form)
    assert sorted(_keys(lines)) == sorted(sheet.key for sheet in sheets_for(kind))
    assert checked(kind, bundle_choice.chosen(lines)) == bundle_choice.chosen(lines)


def test_a_sheet_of_columns_without_a_column_is_refused() -> None:
    form = MultiDict([("sheet", "ranking"), ("sheet", "hours")])
    with pytest.raises(InvalidInput) as refused:
        bundle_choice.chosen(bundle_choice.lines_in(MONTHLY, form))
    assert set(refused.value.errors) == {"column-ranking"}


# --- the pages ---


@pytest.mark.parametrize(("method", "url"), ROUTES)
def test_each_page_opens_to_the_leaders_only(sqlite_centre: Centre, method: str, url: str) -> None:
    for role in set(Role) - LEADERS:
        browser = sqlite_centre.person(role).client()
        answer = browser.get(url) if method == "GET" else browser.post(url, data=_form())
        assert answer.status_code == 403, role
    with sqlite_centre.inside():
        assert bundles.versions(sqlite_centre.contract_id, MONTHLY) == []


def test_every_route_of_the_items_is_in_the_table(sqlite_centre: Centre) -> None:
    found = {
        (method, rule.rule.replace("<kind>", "monthly"))
        for rule in sqlite_centre.app.url_map.iter_rules()
        if rule.endpoint.startswith("bundles.")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    assert found == set(ROUTES)


@pytest.mark.parametrize("role", sorted(LEADERS))
def test_the_citys_instruction_becomes_a_version(centre: Centre, role: Role) -> None:
    browser = centre.person(role, name="見本 花子").client()
    answer = browser.post("/reports/items/monthly", data=_form())
    assert answer.status_code == 303
    page = _text(browser.get("/reports/items"))
    assert "月次実績報告書の項目を第1版として保存しました。" in page
    assert "市民課 係長（架空）" in page
    assert "時間帯別を追加" in page
    assert "見本 花子" in page
    assert "予定" in page
    with centre.inside():
        assert bundles.versions(centre.contract_id, MONTHLY)[0].bundle.sheets == FEW


def test_the_list_tells_which_version_is_in_force(sqlite_centre: Centre) -> None:
    _save(sqlite_centre, _new(JUNE))
    browser = _leader(sqlite_centre)
    assert "適用中" in _text(browser.get("/reports/items"))
    sqlite_centre.at(datetime(2026, 5, 31, 14, 59, tzinfo=UTC))
    assert "適用中" not in _text(browser.get("/reports/items"))
    sqlite_centre.at(datetime(2026, 5, 31, 15, 0, tzinfo=UTC))
    assert "適用中" in _text(browser.get("/reports/items"))


def test_the_list_stands_before_the_contract_begins_and_after_it_ends(sqlite_centre: Centre) -> None:
    for year in (2025, 2029):
        sqlite_centre.at(datetime(year, 6, 1, tzinfo=UTC))
        for url in ("/reports/items", "/reports/items/monthly", "/reports/items/annual", "/reports/items/term"):
            assert _leader(sqlite_centre).get(url).status_code == 200, (year, url)


def test_what_was_typed_stays_when_it_is_refused(sqlite_centre: Centre) -> None:
    form = _form(**{"applies_from": "2026-07-02", "column-days": [], "instructed_by": ""})
    answer = _leader(sqlite_centre).post("/reports/items/monthly", data=form)
    page = _text(answer)
    assert answer.status_code == 422
    assert 'href="#f-instructed_by"' in page
    assert 'href="#f-column-days"' in page
    assert 'id="f-column-days"' in page
    assert 'value="時間帯別を追加"' in page
    assert form["idempotency_key"] in page
    assert page.index('value="hours"') < page.index('value="summary"')


@pytest.mark.parametrize("field", ["instructed_by", "note"])
def test_an_individual_number_is_refused_and_shown_nowhere(sqlite_centre: Centre, field: str) -> None:
    number = "12345678901" + str(check_digit("12345678901"))
    browser = _leader(sqlite_centre)
    for url in ("", "/arranged"):
        answer = browser.post(f"/reports/items/monthly{url}", data=_form(**{field: f"担当 {number}"}))
        assert answer.status_code == (200 if url else 422)
        assert number not in _text(answer)
    with sqlite_centre.inside():
        assert db.session.execute(select(ReportBundle.id)).all() == []


def test_a_second_writer_keeps_what_was_chosen_and_may_save_on_top(sqlite_centre: Centre) -> None:
    browser, form = _leader(sqlite_centre), _form()
    _save(sqlite_centre, _new())
    answer = browser.post("/reports/items/monthly", data=form)
    page = _text(answer)
    assert answer.status_code == 409
    assert "ほかの人が先に項目を保存しました" in page
    assert 'name="seen" value="1"' in page
    assert browser.post("/reports/items/monthly", data=_form(seen="1")).status_code == 303


def test_a_stale_form_refused_for_another_reason_stays_stale(sqlite_centre: Centre) -> None:
    browser = _leader(sqlite_centre)
    _save(sqlite_centre, _new())
    page = _text(browser.post("/reports/items/monthly", data=_form(instructed_by="")))
    assert 'name="seen" value="0"' in page


def test_without_scripts_a_sheet_moves_by_its_button(sqlite_centre: Centre) -> None:
    page = _text(_leader(sqlite_centre).post("/reports/items/monthly/arranged", data=_form(move="up:hours")))
    assert page.index('name="order" value="hours"') < page.index('name="order" value="days"')
    assert 'value="時間帯別を追加"' in page
    with sqlite_centre.inside():
        assert bundles.versions(sqlite_centre.contract_id, MONTHLY) == []


def test_the_chosen_headings_are_shown_as_they_will_stand(sqlite_centre: Centre) -> None:
    page = _text(_leader(sqlite_centre).post("/reports/items/monthly/headings", data=_form()))
    assert "シート4枚" in page
    assert page.index("日別") < page.index("着信数") < page.index("記録件数") < page.index("時間帯×曜日")
    assert "応答率" not in page
    assert "<html" not in page


def test_a_sheet_without_a_column_and_one_with_all_of_them_say_so(sqlite_centre: Centre) -> None:
    every = [column.key for column in MEASURE_CHOICES]
    form = _form(**{"sheet": ["days", "summary"], "column-days": [], "column-summary": every})
    page = _text(_leader(sqlite_centre).post("/reports/items/monthly/headings", data=form))
    assert "指標が選ばれていません。" in page
    assert f"すべて（{len(every)}）" in page


@pytest.mark.parametrize(
    ("kind", "at", "expected"),
    [
        ("monthly", datetime(2026, 6, 30, 14, 59, tzinfo=UTC), "2026-06-01"),
        ("monthly", datetime(2026, 6, 30, 15, 0, tzinfo=UTC), "2026-07-01"),
        ("monthly", datetime(2026, 3, 1, tzinfo=UTC), "2026-04-01"),
        ("annual", datetime(2026, 12, 1, tzinfo=UTC), "2026-04-01"),
        ("term", datetime(2026, 12, 1, tzinfo=UTC), "2026-04-01"),
    ],
)
def test_the_period_of_today_is_proposed_as_the_first(
    sqlite_centre: Centre, kind: str, at: datetime, expected: str
) -> None:
    sqlite_centre.at(at)
    page = _text(_leader(sqlite_centre).get(f"/reports/items/{kind}"))
    assert f'<option value="{expected}" selected>' in page


def test_a_submitted_month_is_no_longer_offered(sqlite_centre: Centre) -> None:
    _submit(sqlite_centre, Kind.MONTHLY, month_span(JUNE))
    page = _text(_leader(sqlite_centre).get("/reports/items/monthly"))
    assert '<option value="2026-06-01"' not in page
    assert '<option value="2026-07-01" selected>' in page


def test_when_all_was_submitted_there_is_nothing_to_save(sqlite_centre: Centre) -> None:
    _submit(sqlite_centre, Kind.ANNUAL, YEAR)
    page = _text(_leader(sqlite_centre).get("/reports/items/annual"))
    assert "項目を変えられません" in page
    assert "この項目で保存する</button>" not in page.replace("disabled>この項目で保存する</button>", "")
    assert _leader(sqlite_centre).post("/reports/items/annual", data=_form()).status_code == 422


def test_there_is_no_other_report(sqlite_centre: Centre) -> None:
    browser = _leader(sqlite_centre)
    assert browser.get("/reports/items/daily").status_code == 404
    assert browser.post("/reports/items/weekly", data=_form()).status_code == 404


# --- the preview ---


def test_the_preview_is_a_draft_of_the_last_month_with_the_chosen_sheets(centre: Centre) -> None:
    answer = _leader(centre).post("/reports/items/monthly/preview", data=_form(order=["cover", "hours", "days"]))
    assert answer.status_code == 200
    assert "202605" in answer.headers["Content-Disposition"]
    book = load_workbook(BytesIO(answer.data))
    assert book.sheetnames == ["表紙", "時間帯×曜日", "日別", "算出方法"]
    words = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "案" in words
    assert any("通信回線用" in word for word in words)
    headings = [str(cell.value) for row in book["日別"].iter_rows() for cell in row if cell.value is not None]
    assert "着信数" in headings
    assert "応答率" not in headings


@pytest.mark.parametrize("kind", PeriodKind)
def test_each_report_has_a_preview(sqlite_centre: Centre, kind: PeriodKind) -> None:
    answer = _leader(sqlite_centre).post(f"/reports/items/{kind.value}/preview", data=_form())
    assert load_workbook(BytesIO(answer.data)).sheetnames[0] == "表紙"


def test_a_preview_is_logged_and_keeps_nothing(sqlite_centre: Centre) -> None:
    _leader(sqlite_centre).post("/reports/items/monthly/preview", data=_form())
    with sqlite_centre.inside():
        details = db.session.execute(
            select(AuditEntry.details).where(AuditEntry.action == "report_bundle.previewed")
        ).scalar_one()
        assert details == {"kind": "monthly", "period_from": "2026-05-01", "period_to": "2026-05-31"}
        assert bundles.versions(sqlite_centre.contract_id, MONTHLY) == []


def test_a_preview_of_no_column_is_refused_and_stays_on_the_screen(sqlite_centre: Centre) -> None:
    answer = _leader(sqlite_centre).post("/reports/items/monthly/preview", data=_form(**{"column-days": []}))
    assert answer.status_code == 422
    assert 'href="#f-column-days"' in _text(answer)
    assert 'value="時間帯別を追加"' in _text(answer)
