"""The files whose pages are looked at: invented periods as workbook and Word, the month's letters, manual and FAQ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from reports.daily import Edition, Person, Version
from reports.forms import invoice, letter, notice
from reports.manual_book import manual_workbook
from reports.manual_paper import manual_paper
from reports.period import PeriodReport
from reports.period_book import period_workbook
from reports.period_paper import period_paper
from tests.reports.manual_sample import CHANGES, manual
from tests.reports.period_sample import JUNE, month, quiet_month, submitted, term, year

REPORTS: dict[str, Callable[[], PeriodReport]] = {
    "month": lambda: submitted(month(), version=Version(2, "6月10日の着信数を加えました。")),
    "month-network": lambda: submitted(month(), Edition.NETWORK),
    "year": lambda: submitted(year()),
    "term": term,
    "quiet": quiet_month,
}
MANUAL = "manual"
LETTERS = ("notice", "invoice", "invoice-reduced")


def write(folder: Path) -> Iterator[Path]:
    """Write every sample into a folder."""
    for name, report in REPORTS.items():
        made = report()
        yield _file(folder, f"{name}.xlsx", period_workbook(made))
        yield _file(folder, f"{name}-paper.docx", period_paper(made))
    yield from _letters(folder)
    yield _file(folder, f"{MANUAL}.xlsx", manual_workbook(manual(changes=CHANGES, number=2, change_note="変更 30件")))
    yield _file(
        folder, f"{MANUAL}-paper.docx", manual_paper(manual(changes=CHANGES, number=2, change_note="変更 30件"))
    )


def _letters(folder: Path) -> Iterator[Path]:
    yield _file(folder, "notice.xlsx", notice.notice_workbook(_notice()))
    yield _file(folder, "notice-paper.docx", notice.notice_paper(_notice()))
    for name, claim in (("invoice", _invoice()), ("invoice-reduced", _invoice(_deduction()))):
        yield _file(folder, f"{name}.xlsx", invoice.invoice_workbook(claim))
        yield _file(folder, f"{name}-paper.docx", invoice.invoice_paper(claim))


def _file(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def _head(form: str) -> letter.Letterhead:
    sender = letter.Sender(
        "株式会社うみかぜ見本サービス",
        "みなと架空市中央一丁目2番3号",
        "代表取締役 架空 太郎",
        "03-0000-0000",
        "T1234567890123" if form == invoice.FORM else "",
    )
    return letter.Letterhead(
        form=form,
        city="みなと架空市",
        subject="マイナンバーカードコールセンター運営業務委託",
        sender=sender,
        dated=date(2026, 7, 2),
        clerk=Person("S01", "試田 花子"),
        written_at=datetime(2026, 7, 2, 1, tzinfo=UTC),
    )


def _notice() -> notice.Notice:
    entries = (
        notice.Entry("open_days", "開庁日数", 22, "日"),
        notice.Entry("recorded", "対応記録件数", 2_741, "件"),
        notice.Entry("offered", "着信数", None, "件"),
        notice.Entry("below", "最少人数を下回った時間", 75, "分", "2日"),
    )
    year = date(2026, 4, 1), date(2027, 3, 31)
    return notice.Notice(_head(notice.FORM), type(JUNE)(*year), JUNE, "みなと架空市役所 市民課内", entries)


def _deduction() -> invoice.Deduction:
    absent = invoice.Stretch(720, 780, 1, ("欠勤",))
    late = invoice.Stretch(510, 520, 1, ("交通機関の遅れ",))
    days = (
        invoice.EvidenceDay(date(2026, 6, 3), 2, 60, (absent,)),
        invoice.EvidenceDay(date(2026, 6, 9), 2, 15, (late, invoice.Stretch(600, 605, 0, ("その他",)))),
    )
    evidence = invoice.Evidence(date(2026, 7, 2), days, (date(2026, 6, 12),))
    return invoice.Deduction(12_345, "欠勤で不足した時間", date(2026, 7, 2), "例田課長", evidence)


def _invoice(*deductions: invoice.Deduction) -> invoice.Invoice:
    fee = 1_980_000
    return invoice.Invoice(
        head=_head(invoice.FORM),
        month=JUNE,
        fee_yen=fee,
        deductions=deductions,
        tax_percent=10,
        tax_yen=(fee - sum(one.yen for one in deductions)) * 10 // 110,
        due_on=date(2026, 8, 1),
        confirmed_on=date(2026, 7, 2),
        bank=("架空銀行 みなと支店", "普通 1234567"),
    )
