"""請求書: the month's fee less what the city decided to take off, after its confirmation (contract Art. 10, 12).

Money is whole yen, tax included. The evidence of a reduction is an annex: what our records say, by days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from reports import word
from reports.daily import Edition
from reports.fitting import line_count, row_points
from reports.forms import letter
from reports.forms.letter import COLUMN_WIDTH, COLUMNS, LAST, SPACE, Letterhead
from reports.period import Span
from reports.wareki import span as clock_span
from reports.wareki import wareki, wareki_month, wareki_weekday
from reports.workbook import Book, Page, Sheet

FORM = "請求書"
STEM = "invoice"
ANNEX = "減額の根拠"
WITHHELD = "（手渡し用に記載）"
_AMOUNT_FROM = 9


class Stretch(Struct, frozen=True):
    """Minutes on end below the minimum, the fewest operators present, and the causes noted (coded words)."""

    start_minute: int
    end_minute: int
    fewest: int
    causes: tuple[str, ...] = ()


class EvidenceDay(Struct, frozen=True):
    """A day with minutes below the minimum."""

    on: date
    minimum: int
    minutes: int
    stretches: tuple[Stretch, ...]


class Evidence(Struct, frozen=True):
    """What our records said when a reduction was recorded: minutes below the minimum by days, unsubmitted days."""

    recorded_on: date
    days: tuple[EvidenceDay, ...] = ()
    unsubmitted: tuple[date, ...] = ()

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def statement(self) -> str:
        short = f"最少人数を下回った時間 {self.minutes:,}分（{len(self.days)}日）" if self.days else ""
        late = f"日次実績報告書を提出していない開庁日 {len(self.unsubmitted)}日" if self.unsubmitted else ""
        found = "、".join(part for part in (short, late) if part)
        return found or "最少人数を下回った時間も、日次実績報告書を提出していない開庁日も、ありません。"


class Deduction(Struct, frozen=True):
    """A reduction as the city decided it. `decided_by` None: withheld."""

    yen: int
    reason: str
    decided_on: date
    decided_by: str | None
    evidence: Evidence


class Invoice(Struct, frozen=True):
    """Everything the invoice prints. `tax_yen`: the tax inside the amount claimed, of `tax_percent`."""

    head: Letterhead
    month: Span
    fee_yen: int
    deductions: tuple[Deduction, ...]
    tax_percent: int
    tax_yen: int
    due_on: date
    confirmed_on: date
    bank: tuple[str, ...] = ()

    @property
    def reduction_yen(self) -> int:
        return sum(one.yen for one in self.deductions)

    @property
    def claim_yen(self) -> int:
        return self.fee_yen - self.reduction_yen

    @property
    def amount(self) -> str:
        """金 1,234,567 円也"""
        return f"金 {self.claim_yen:,} 円也"

    @property
    def tax_line(self) -> str:
        rate = f"{self.tax_percent}％"
        return f"うち消費税及び地方消費税相当額 {self.tax_yen:,}円（{rate}対象 {self.claim_yen:,}円、税込み）"

    @property
    def opening(self) -> str:
        month = wareki_month(self.month.from_on)
        return f"契約書第12条の規定により、{month}分の委託金を次のとおり請求します。"

    @property
    def facts(self) -> list[tuple[str, str]]:
        whole = f"{wareki(self.month.from_on)}から{wareki(self.month.to_on)}まで"
        return [
            ("件名", self.head.subject),
            ("対象期間", f"{wareki_month(self.month.from_on)}分（{whole}）"),
            ("履行の確認", f"{wareki(self.confirmed_on)}（契約書第11条）"),
            ("支払期限", f"{wareki(self.due_on)}（請求の日から30日以内。契約書第12条第2項）"),
        ]

    @property
    def lines(self) -> list[tuple[str, str, int]]:
        """What the amount is made of: item, explanation, yen."""
        fee = ("委託金", f"{wareki_month(self.month.from_on)}分（月額）", self.fee_yen)
        return [fee, *(("減額", _reason(one), -one.yen) for one in self.deductions)]

    @property
    def bank_lines(self) -> str:
        return "\n".join(self.bank) or "別に連絡します。"


def _reason(one: Deduction) -> str:
    return f"{one.reason}\n（契約書第10条、{wareki(one.decided_on)}決定）"


def for_edition(invoice: Invoice, edition: Edition) -> Invoice:
    """The invoice as an edition may show it: the network edition leaves out what people typed, and names."""
    head = letter.for_edition(invoice.head, edition)
    if edition is Edition.HANDOVER:
        return replace(invoice, head=head)
    nameless = tuple(replace(one, decided_by=None, reason=WITHHELD) for one in invoice.deductions)
    return replace(invoice, head=head, deductions=nameless)


def invoice_workbook(invoice: Invoice) -> bytes:
    """The invoice as a workbook: the letter on one A4 page, and where something was taken off, the annex."""
    book, sheet = letter.begin_book(invoice.head)
    row = letter.sheet_head(sheet, invoice.head)
    row = letter.sheet_text(sheet, row, invoice.opening)
    row = _sheet_amount(sheet, invoice, row + 1)
    row = letter.sheet_facts(sheet, row + 1, invoice.facts)
    row = _sheet_lines(sheet, invoice, letter.sheet_section(sheet, row, "内訳"))
    row = letter.sheet_facts(sheet, row + 1, [("振込先", invoice.bank_lines)])
    letter.sheet_foot(sheet, invoice.head, row)
    if invoice.deductions:
        _annex_sheet(book, invoice)
    return book.finish()


def _sheet_amount(sheet: Sheet, invoice: Invoice, row: int) -> int:
    sheet.merge((row, 0, row, 2), "請求金額", sheet.style("mid", "boxed", "tint"))
    sheet.merge((row, 3, row, LAST), invoice.amount, sheet.style("title", "boxed"))
    sheet.height(row, 46)
    sheet.merge((row + 1, 0, row + 1, LAST), invoice.tax_line, sheet.style("right"))
    sheet.height(row + 1, 20)
    return row + 2


def _sheet_lines(sheet: Sheet, invoice: Invoice, row: int) -> int:
    for first, last, text, part in ((0, 2, "項目", "text"), (3, 8, "内容", "text"), (9, LAST, "金額（円）", "right")):
        sheet.merge((row, first, row, last), text, sheet.style("heading", part))
    sheet.height(row, 20)
    for item, explained, yen in invoice.lines:
        row += 1
        sheet.merge((row, 0, row, 2), item, sheet.style("line", "text"))
        sheet.merge((row, 3, row, 8), explained, sheet.style("line", "wrap"))
        sheet.merge_number((row, _AMOUNT_FROM, row, LAST), yen, sheet.style("signed", "line"))
        sheet.height(row, max(21.0, row_points(line_count(explained, COLUMN_WIDTH * 6))))
    row += 1
    sheet.merge((row, 0, row, 8), "請求金額（税込み）", sheet.style("total", "text"))
    sheet.merge_number((row, _AMOUNT_FROM, row, LAST), invoice.claim_yen, sheet.style("total", "count"))
    sheet.merge((row + 1, 0, row + 1, 8), f"うち消費税等（{invoice.tax_percent}％）", sheet.style("line", "text"))
    sheet.merge_number((row + 1, _AMOUNT_FROM, row + 1, LAST), invoice.tax_yen, sheet.style("count", "line"))
    sheet.height(row, 22)
    sheet.height(row + 1, 20)
    return row + 2


# --- the annex ---


class Finding(Struct, frozen=True):
    """Decisions that rest on the same evidence, by their place in the breakdown."""

    numbers: tuple[int, ...]
    deductions: tuple[Deduction, ...]
    evidence: Evidence

    @property
    def title(self) -> str:
        return f"減額 {'・'.join(str(number) for number in self.numbers)}"

    @property
    def facts(self) -> list[tuple[str, str]]:
        decided = [f"{one.yen:,}円{SPACE}{wareki(one.decided_on)}{_decider(one)}" for one in self.deductions]
        reasons = [one.reason for one in self.deductions]
        return [
            ("決定", "\n".join(decided)),
            ("理由", "\n".join(reasons)),
            ("記録", f"{self.evidence.statement}\n（{wareki(self.evidence.recorded_on)}時点の記録による）"),
        ]


def _decider(one: Deduction) -> str:
    return f"{SPACE}{one.decided_by}" if one.decided_by else ""


def findings(deductions: Sequence[Deduction]) -> list[Finding]:
    """The decisions in order; neighbours with the same evidence together."""
    numbered = list(enumerate(deductions, 1))
    return [
        Finding(tuple(number for number, _ in group), tuple(one for _, one in group), evidence)
        for evidence, found in groupby(numbered, key=lambda entry: entry[1].evidence)
        for group in [list(found)]
    ]


def annex_rows(evidence: Evidence) -> list[tuple[str, str, str, str]]:
    """Day, minutes, times with those present, causes."""
    short = [(wareki_weekday(day.on), f"{day.minutes:,}分", _times(day), _causes(day)) for day in evidence.days]
    return short + [(wareki_weekday(on), "―", "日次実績報告書 未提出", "―") for on in evidence.unsubmitted]


def _times(day: EvidenceDay) -> str:
    return "\n".join(f"{clock_span(one.start_minute, one.end_minute)} 在席{one.fewest}名" for one in day.stretches)


def _causes(day: EvidenceDay) -> str:
    return "\n".join("、".join(one.causes) or "未記入" for one in day.stretches)


_ANNEX = ((0, 3, "日", "text"), (4, 5, "下回った時間", "right"), (6, 9, "時間帯", "wrap"), (10, LAST, "原因", "wrap"))


def _annex_sheet(book: Book, invoice: Invoice) -> None:
    sheet = book.sheet(
        ANNEX, (COLUMN_WIDTH,) * COLUMNS, Page((invoice.head.title, _month(invoice)), invoice.head.footer)
    )
    sheet.text(0, 0, ANNEX, sheet.style("sheet_title"))
    sheet.height(0, 24)
    row = letter.sheet_text(sheet, 1, "契約書第10条第1項による減額です。減額する額は市が定めています。")
    for found in findings(invoice.deductions):
        row = letter.sheet_section(sheet, row, found.title)
        row = letter.sheet_facts(sheet, row, found.facts)
        row = _annex_table(sheet, found.evidence, row)
    sheet.print_area(row - 1, LAST)


def _month(invoice: Invoice) -> str:
    return f"{wareki_month(invoice.month.from_on)}分"


def _annex_table(sheet: Sheet, evidence: Evidence, row: int) -> int:
    rows = annex_rows(evidence)
    if not rows:
        return row
    for first, last, text, part in _ANNEX:
        sheet.merge((row, first, row, last), text, sheet.style("heading", part))
    sheet.height(row, 20)
    for cells in rows:
        row += 1
        for (first, last, _, part), text in zip(_ANNEX, cells, strict=True):
            sheet.merge((row, first, row, last), text, sheet.style(part, "line"))
        sheet.height(row, max(19.0, row_points(max(text.count("\n") + 1 for text in cells))))
    return row + 1


# --- on paper ---


def invoice_paper(invoice: Invoice) -> bytes:
    """The invoice as a Word document with the same words and amounts; the annex on a page of its own."""
    paper = letter.begin_paper(invoice.head)
    paper.paragraph(invoice.opening, word.Look(after=8))
    paper.paragraph(f"請求金額{SPACE}{invoice.amount}", word.Look(word.Align.CENTER, 18, bold=True, before=4, after=4))
    paper.paragraph(invoice.tax_line, word.Look(word.Align.RIGHT, 9, after=8))
    paper.facts(invoice.facts)
    paper.heading("内訳", 2)
    _paper_lines(paper, invoice)
    paper.facts([("振込先", invoice.bank_lines)])
    letter.paper_foot(paper, invoice.head)
    if invoice.deductions:
        _paper_annex(paper, invoice)
    return paper.finish()


def _paper_lines(paper: word.Paper, invoice: Invoice) -> None:
    columns = [word.Column("項目", 24), word.Column("内容", 62), word.Column("金額（円）", 24, word.Align.RIGHT)]
    rows = [word.Row((item, explained, _yen(yen))) for item, explained, yen in invoice.lines]
    rows.append(word.Row(("請求金額", "税込み", _yen(invoice.claim_yen)), strong=True))
    rows.append(word.Row((f"うち消費税等（{invoice.tax_percent}％）", "", _yen(invoice.tax_yen))))
    paper.table(columns, rows, "請求金額の内訳")


def _yen(yen: int) -> str:
    return f"−{-yen:,}" if yen < 0 else f"{yen:,}"


def _paper_annex(paper: word.Paper, invoice: Invoice) -> None:
    paper.page_break()
    paper.heading(ANNEX)
    paper.paragraph("契約書第10条第1項による減額です。減額する額は市が定めています。")
    columns = [
        word.Column("日", 34),
        word.Column("下回った時間", 20, word.Align.RIGHT),
        word.Column("時間帯", 36),
        word.Column("原因", 20),
    ]
    for found in findings(invoice.deductions):
        paper.heading(found.title, 2)
        paper.facts(found.facts)
        rows = [word.Row(cells) for cells in annex_rows(found.evidence)]
        if rows:
            paper.table(columns, rows, "最少人数を下回った日と、日次実績報告書を提出していない日")
