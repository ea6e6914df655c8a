from __future__ import annotations

from msgspec.structs import replace

from reports.daily import Edition
from reports.editions import WITHHELD, for_period_edition
from reports.period import Bundle, PeriodReport, SheetChoice
from reports.period_book import period_workbook
from reports.period_bundle import sheets_for
from tests.reports.period_sample import month, submitted, with_text, year
from tests.reports.reading import everything
from tests.reports.sample import OPERATORS, SUPERVISOR

NAMES = [part for person in (SUPERVISOR, *OPERATORS) for part in (person.name or "").split("　")]


def in_edition(report: PeriodReport, edition: Edition, permission: str | None = None) -> PeriodReport:
    """The report as it leaves in that edition; with the city's permission for texts, or without."""
    issue = replace(
        report.issue, edition=edition, free_texts_permitted=permission is not None, permission_reference=permission
    )
    return replace(report, issue=issue)


def test_the_edition_for_handing_over_is_the_report_itself() -> None:
    report = submitted(month())
    assert for_period_edition(report) is report


def test_by_network_no_staff_name_and_no_typed_text_stands_in_any_part_of_the_file() -> None:
    for report in (with_text(submitted(month()), "秘匿の文"), with_text(submitted(year()), "秘匿の文")):
        handed_over = everything(period_workbook(report))
        assert all(name in handed_over for name in NAMES)
        assert "秘匿の文" in handed_over
        network = everything(period_workbook(in_edition(report, Edition.NETWORK)))
        assert [word for word in (*NAMES, "秘匿") if word in network] == []
        assert {code for code in ("S01", "A01", "A02", "A03") if code in network} == {"S01", "A01", "A02", "A03"}
        assert WITHHELD in network


def test_by_network_a_text_that_does_not_exist_is_not_said_to_be_elsewhere() -> None:
    shown = for_period_edition(in_edition(with_text(month(), ""), Edition.NETWORK))
    assert {one.text for one in shown.cases} == {None}


def test_by_network_the_cause_of_a_shortage_is_named_and_its_measure_is_not() -> None:
    network = everything(period_workbook(in_edition(month(), Edition.NETWORK)))
    assert "休憩の重なり・超過" in network
    assert "昼休憩の開始を30分早め" not in network


def test_with_the_citys_permission_texts_stand_and_names_in_them_are_codes() -> None:
    report = with_text(submitted(month()), "例山 太郎と仮沢、模川が応対。試田花子へ引継ぎ")
    whole = everything(period_workbook(in_edition(report, Edition.NETWORK, "市民課第12号")))
    assert "A01とA02、A03が応対。S01へ引継ぎ" in whole
    assert "市民課第12号" in whole
    assert [name for name in NAMES if name in whole] == []


def test_by_network_who_of_the_city_instructed_the_items_is_not_named() -> None:
    sheets = tuple(SheetChoice(sheet.key) for sheet in sheets_for(month().kind))
    report = replace(month(), bundle=Bundle(2, sheets, "市民課　架空主査"))
    assert "架空主査" in everything(period_workbook(report))
    assert "架空主査" not in everything(period_workbook(in_edition(report, Edition.NETWORK)))


def test_every_figure_is_the_same_in_both_editions() -> None:
    report = submitted(month())
    assert for_period_edition(in_edition(report, Edition.NETWORK)).figures == report.figures
