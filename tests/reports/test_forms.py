"""The letters to the city: what stands on them, on sheet and paper alike, and what the network edition leaves out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from msgspec.structs import replace

from reports.daily import Edition, Person
from reports.forms import invoice as claim
from reports.forms import letter, notice
from reports.period import Span
from tests.reports.reading import cells, opened

JUNE = Span(date(2026, 6, 1), date(2026, 6, 30))
NAMES = ("架空 太郎", "見本 責任者", "例田課長")
TYPED = ("欠勤で不足した時間", "市の指摘により直しました。")


def head(form: str, **changes: Any) -> letter.Letterhead:
    sender = letter.Sender(
        "架空コンタクト株式会社", "みなと架空市中央一丁目2番3号", "代表取締役 架空 太郎", "03-0000-0000"
    )
    given = {
        "form": form,
        "city": "みなと架空市",
        "subject": "マイナンバーカードコールセンター運営業務",
        "sender": sender,
        "dated": date(2026, 7, 2),
        "clerk": Person("S01", "見本 責任者"),
        "written_at": datetime(2026, 7, 2, 1, tzinfo=UTC),
        **changes,
    }
    return letter.Letterhead(**given)


def a_notice(**changes: Any) -> notice.Notice:
    entries = (
        notice.Entry("open_days", "開庁日数", 22, "日"),
        notice.Entry("recorded", "対応記録件数", 2741, "件"),
        notice.Entry("offered", "着信数", None, "件"),
        notice.Entry("below", "最少人数を下回った時間", 75, "分", "2日"),
    )
    term = Span(date(2026, 4, 1), date(2027, 3, 31))
    return notice.Notice(head(notice.FORM, **changes), term, JUNE, "みなと架空市役所 市民課内", entries)


EVIDENCE = claim.Evidence(
    date(2026, 7, 2),
    (
        claim.EvidenceDay(date(2026, 6, 3), 2, 60, (claim.Stretch(720, 780, 1, ("欠勤",)),)),
        claim.EvidenceDay(
            date(2026, 6, 9), 2, 15, (claim.Stretch(510, 520, 1), claim.Stretch(600, 605, 0, ("その他",)))
        ),
    ),
    (date(2026, 6, 12),),
)


def deduction(yen: int = 12_345, evidence: claim.Evidence = EVIDENCE) -> claim.Deduction:
    return claim.Deduction(yen, "欠勤で不足した時間", date(2026, 7, 2), "例田課長", evidence)


def an_invoice(*deductions: claim.Deduction, **changes: Any) -> claim.Invoice:
    registered = replace(head(claim.FORM).sender, registration="T1234567890123")
    return claim.Invoice(
        head=head(claim.FORM, sender=registered, **changes),
        month=JUNE,
        fee_yen=1_980_000,
        deductions=deductions,
        tax_percent=10,
        tax_yen=(1_980_000 - sum(one.yen for one in deductions)) * 10 // 110,
        due_on=date(2026, 8, 1),
        confirmed_on=date(2026, 7, 2),
        bank=("架空銀行 みなと支店", "普通 1234567"),
    )


def on_sheets(content: bytes) -> str:
    return "\n".join(str(cell.value) for cell in cells(opened(content)))


def on_paper(content: bytes) -> str:
    """Every text of the document: paragraphs, then tables, then the footer."""
    document = Document(BytesIO(content))
    tables = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    footer = [paragraph.text for paragraph in document.sections[0].footer.paragraphs]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + tables + footer)


WRITERS: list[Callable[..., str]] = [
    lambda values: on_sheets(notice.notice_workbook(values)),
    lambda values: on_paper(notice.notice_paper(values)),
]
CLAIMS: list[Callable[..., str]] = [
    lambda values: on_sheets(claim.invoice_workbook(values)),
    lambda values: on_paper(claim.invoice_paper(values)),
]


@pytest.mark.parametrize("text_of", WRITERS, ids=["sheet", "paper"])
def test_the_notice_says_to_whom_about_what_and_under_which_clause(text_of: Callable[..., str]) -> None:
    found = text_of(a_notice())
    for words in (
        "みなと架空市長\u3000様",
        "令和8年7月2日",
        "架空コンタクト株式会社",
        "履行完了通知書",
        "令和8年6月分の履行を完了したので、契約書第11条の規定により通知します。",
        "記",
        "令和8年4月1日から令和9年3月31日まで",
        "令和8年6月1日から令和8年6月30日まで",
        "開庁日数",
        "未計測",
        "見本 責任者",
    ):
        assert words in found


def test_figures_are_numbers_on_the_sheet_and_the_same_words_on_paper() -> None:
    values = [cell.value for cell in cells(opened(notice.notice_workbook(a_notice())))]
    assert 2741 in values
    assert "2,741件" in on_paper(notice.notice_paper(a_notice()))


@pytest.mark.parametrize("text_of", CLAIMS, ids=["sheet", "paper"])
def test_the_invoice_shows_amount_tax_due_date_and_where_to_pay(text_of: Callable[..., str]) -> None:
    found = text_of(an_invoice(deduction()))
    for words in (
        "金 1,967,655 円也",
        "うち消費税及び地方消費税相当額 178,877円（10％対象 1,967,655円、税込み）",
        "登録番号\u3000T1234567890123",
        "令和8年8月1日（請求の日から30日以内。契約書第12条第2項）",
        "令和8年7月2日（契約書第11条）",
        "架空銀行 みなと支店\n普通 1234567",
        "欠勤で不足した時間\n（契約書第10条、令和8年7月2日決定）",
    ):
        assert words in found


def test_the_amounts_of_the_breakdown_add_up() -> None:
    found = an_invoice(deduction(), deduction(5_000))
    assert sum(yen for _, _, yen in found.lines) == found.claim_yen == 1_980_000 - 17_345
    values = [cell.value for cell in cells(opened(claim.invoice_workbook(found)))]
    assert [value for value in values if value in {1_980_000, -12_345, -5_000}] == [1_980_000, -12_345, -5_000]


@pytest.mark.parametrize("text_of", CLAIMS, ids=["sheet", "paper"])
def test_the_annex_shows_the_evidence_by_days(text_of: Callable[..., str]) -> None:
    found = text_of(an_invoice(deduction()))
    for words in (
        "減額の根拠",
        "最少人数を下回った時間 75分（2日）、日次実績報告書を提出していない開庁日 1日",
        "令和8年6月3日（水）",
        "8:30～8:40 在席1名\n10:00～10:05 在席0名",
        "未記入\nその他",
        "令和8年6月12日（金）",
    ):
        assert words in found


def test_without_a_reduction_there_is_no_annex() -> None:
    assert opened(claim.invoice_workbook(an_invoice())).sheetnames == [claim.FORM]
    assert opened(claim.invoice_workbook(an_invoice(deduction()))).sheetnames == [claim.FORM, claim.ANNEX]
    assert "減額の根拠" not in on_paper(claim.invoice_paper(an_invoice()))


def test_decisions_on_the_same_evidence_stand_together() -> None:
    later = replace(EVIDENCE, unsubmitted=())
    found = claim.findings([deduction(), deduction(5_000), deduction(1, later)])
    assert [one.title for one in found] == ["減額 1・2", "減額 3"]


def test_a_month_with_nothing_short_says_so() -> None:
    nothing = claim.Evidence(date(2026, 7, 2))
    assert "ありません" in nothing.statement
    assert "ありません" in on_sheets(claim.invoice_workbook(an_invoice(deduction(1, nothing))))


@pytest.mark.parametrize("form", ["notice", "invoice"])
def test_the_network_edition_holds_no_name_and_nothing_typed(form: str) -> None:
    note = {"change_note": "市の指摘により直しました。", "number": 2}
    if form == "notice":
        values = [notice.for_edition(a_notice(**note), edition) for edition in Edition]
        handed, sent = ([text_of(one) for text_of in WRITERS] for one in values)
    else:
        claims = [claim.for_edition(an_invoice(deduction(), **note), edition) for edition in Edition]
        handed, sent = ([text_of(one) for text_of in CLAIMS] for one in claims)
    assert all("見本 責任者" in text and "市の指摘により" in text for text in handed)
    assert all("S01" in text and "通信回線用" in text for text in sent)
    assert not [name for text in sent for name in (*NAMES, *TYPED) if name in text]


def test_a_draft_is_marked() -> None:
    for text_of in (*WRITERS, *CLAIMS):
        values = a_notice(draft=True) if text_of in WRITERS else an_invoice(draft=True)
        assert "案" in text_of(values)
        assert "承認" not in text_of(values).replace("承認して", "")


def test_the_same_values_give_the_same_bytes() -> None:
    for write in (notice.notice_workbook, notice.notice_paper):
        assert write(a_notice()) == write(a_notice())
    for render in (claim.invoice_workbook, claim.invoice_paper):
        assert render(an_invoice(deduction())) == render(an_invoice(deduction()))


def test_what_looks_like_a_formula_stays_text() -> None:
    nasty = deduction()
    nasty = replace(nasty, reason="=HYPERLINK(1)", decided_by="@x")
    book = opened(claim.invoice_workbook(an_invoice(nasty, change_note="=1+1")))
    assert all(cell.data_type != "f" for cell in cells(book))


def test_the_letter_is_one_upright_page_of_a4() -> None:
    for content in (notice.notice_workbook(a_notice()), claim.invoice_workbook(an_invoice(deduction()))):
        sheet = opened(content).worksheets[0]
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight in {None, 1}


def test_files_are_named_after_form_month_version_and_edition() -> None:
    assert letter.filename(head("請求書", number=2), JUNE.from_on, "xlsx") == "請求書_202606_第2版_手渡し用.xlsx"
    draft = head("請求書", draft=True, edition=Edition.NETWORK)
    assert letter.filename(draft, JUNE.from_on, "docx") == "請求書_202606_第1版案_通信回線用.docx"
    assert letter.ascii_filename(draft, claim.STEM, JUNE.from_on, "docx") == "invoice_202606_v1-draft_network.docx"


@pytest.mark.parametrize(
    ("city", "addressee"), [("みなと架空市", "みなと架空市長\u3000様"), ("架空組合", "架空組合\u3000御中")]
)
def test_a_municipality_is_addressed_by_its_head(city: str, addressee: str) -> None:
    assert head("請求書", city=city).addressee == addressee


def test_what_is_not_known_of_the_contractor_leaves_no_empty_line() -> None:
    bare = head("請求書", sender=letter.Sender("架空コンタクト株式会社"))
    assert bare.sender_lines == ["架空コンタクト株式会社"]
