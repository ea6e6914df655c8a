"""時間帯別: what the exchange counted and what was recorded, by half hour, with a chart (ア 着信数)."""

from __future__ import annotations

from reports.charts import half_hour_chart, has_anything
from reports.cleaning import clean
from reports.columns import Column, Kind
from reports.daily import DailyReport, ExchangeCounts, GapReason, SlotCounts
from reports.figures import NOT_MEASURED, Figure, State
from reports.fitting import line_count, pieces
from reports.measures import MEASURE
from reports.sheets import frame
from reports.tally import Tally, paired
from reports.totals import daily_figures
from reports.wareki import span
from reports.workbook import Book, Sheet, table_sheet

NAME = "時間帯別"
COLUMNS = (
    Column("start", "開始", Kind.CLOCK, 7),
    Column("end", "終了", Kind.CLOCK, 7),
    Column("offered", MEASURE["offered"].label, Kind.COUNT, 8),
    Column("answered", MEASURE["answered"].label, Kind.COUNT, 8),
    Column("abandoned", MEASURE["abandoned"].label, Kind.COUNT, 8),
    Column("answer_rate", MEASURE["answer_rate"].label, Kind.RATIO, 8),
    Column("recorded", MEASURE["recorded"].label, Kind.COUNT, 9),
    Column("recorded_by_phone", MEASURE["recorded_by_phone"].label, Kind.COUNT, 9),
    Column("difference", "差\n応答－電話", Kind.SIGNED, 11),
    Column("reason", "差の理由", Kind.LONG_TEXT, 26),
)
_AT = {column.key: number for number, column in enumerate(COLUMNS)}
LAST = len(COLUMNS) - 1
CHART_ROWS = 20
MOST_REASON_LINES = 3


def write(book: Book, report: DailyReport) -> None:
    """Write the sheet: intervals, totals, the part outside the opening hours, chart."""
    sheet = table_sheet(book, NAME, COLUMNS, frame.page(report))
    frame.opening(sheet, "ア　着信数（時間帯別）", _source(report))
    sheet.headings(frame.HEADING_ROW, COLUMNS, 32)
    reasons = _reasons_by_slot(report)
    for row, slot in enumerate(report.slots, frame.FIRST_ROW):
        _slot(sheet, row, slot, reasons.get(slot.start_minute, ""))
    end = frame.FIRST_ROW + len(report.slots)
    _total(sheet, report, end)
    _out_of_hours(sheet, report, end + 1)
    row = _reasons_below(sheet, report, end + 2)
    if has_anything(report):
        half_hour_chart(sheet, report, frame.FIRST_ROW, row + 1)
        row += 1 + CHART_ROWS
    sheet.print_area(row, LAST)


def _source(report: DailyReport) -> str:
    if report.exchange.source is None:
        return "電話交換機の集計はありません。記録件数だけを示します。"
    return f"出典: {report.exchange.source}。記録件数は記録の開始時刻で数えます。"


def _slot(sheet: Sheet, row: int, slot: SlotCounts, reason: str) -> None:
    style = sheet.style
    clock = style("clock", "line")
    sheet.number(row, 0, slot.start_minute / 1440, clock)
    sheet.number(row, 1, slot.end_minute / 1440, clock)
    _exchange(sheet, row, slot.exchange)
    tally = paired(
        Tally(
            offered=slot.exchange.offered,
            answered=slot.exchange.answered,
            recorded_by_phone_in_hours=slot.recorded_by_phone,
        )
    )
    sheet.figure(row, _AT["answer_rate"], MEASURE["answer_rate"].of(tally), "line")
    count = style("count", "line")
    sheet.number(row, _AT["recorded"], slot.recorded, count)
    sheet.number(row, _AT["recorded_by_phone"], slot.recorded_by_phone, count)
    sheet.figure(row, _AT["difference"], MEASURE["difference"].of(tally), "line")
    sheet.text(row, _AT["reason"], reason, style("wrap", "line", "small"))
    sheet.lines(row, line_count(reason, COLUMNS[LAST].width))


def _exchange(sheet: Sheet, row: int, counts: ExchangeCounts, *parts: str) -> None:
    style = sheet.style("count", *(parts or ("line",)))
    for key in ("offered", "answered", "abandoned"):
        value: int | None = getattr(counts, key)
        if value is None:
            sheet.raw_text(row, _AT[key], NOT_MEASURED, sheet.style("right", *(parts or ("line",))))
        else:
            sheet.number(row, _AT[key], value, style)


def _total(sheet: Sheet, report: DailyReport, row: int) -> None:
    figures = daily_figures(report)
    sheet.merge((row, 0, row, 1), "受付時間内", sheet.style("total", "center"))
    by_day = report.exchange.in_hours is not None or not report.slots
    for key in ("offered", "answered", "abandoned"):
        _sum(sheet, row, key, figures[key], by_day)
    _sum(sheet, row, "recorded", _recorded_in_hours(report), not report.slots)
    _sum(sheet, row, "recorded_by_phone", _phone_in_hours(report), not report.slots)
    _derived(sheet, row, "answer_rate", figures["answer_rate"], 'IF(C{0}=0,"―",D{0}/C{0})')
    _derived(sheet, row, "difference", figures["difference"], "D{0}-H{0}")
    sheet.fill(row, range(LAST, LAST + 1), sheet.style("total"))
    sheet.height(row, 20)


def _sum(sheet: Sheet, row: int, key: str, figure: Figure, as_number: bool) -> None:
    if figure.cell is None or as_number:
        sheet.figure(row, _AT[key], figure, "total")
        return
    letter = chr(ord("A") + _AT[key])
    formula = f"=SUM({letter}{frame.FIRST_ROW + 1}:{letter}{row})"
    sheet.formula(row, _AT[key], formula, sheet.style("count", "total"), figure.cell)


def _derived(sheet: Sheet, row: int, key: str, figure: Figure, formula: str) -> None:
    if figure.state is State.NOT_MEASURED or figure.cell is None:
        sheet.figure(row, _AT[key], figure, "total")
        return
    style = sheet.style(COLUMNS[_AT[key]].kind.value, "total")
    sheet.formula(row, _AT[key], f"={formula.format(row + 1)}", style, figure.cell)


def _recorded_in_hours(report: DailyReport) -> Figure:
    return MEASURE["recorded"].of(Tally(recorded=sum(slot.recorded for slot in report.slots)))


def _phone_in_hours(report: DailyReport) -> Figure:
    phone = sum(slot.recorded_by_phone for slot in report.slots)
    return MEASURE["recorded_by_phone"].of(Tally(recorded_by_phone=phone))


def _out_of_hours(sheet: Sheet, report: DailyReport, row: int) -> None:
    sheet.merge((row, 0, row, 1), "時間外（別計）", sheet.style("line", "center", "small"))
    _exchange(sheet, row, report.exchange.out_of_hours)
    count = sheet.style("count", "line")
    sheet.number(row, _AT["recorded"], report.out_of_hours.recorded, count)
    sheet.number(row, _AT["recorded_by_phone"], report.out_of_hours.recorded_by_phone, count)
    for key in ("answer_rate", "difference", "reason"):
        sheet.fill(row, range(_AT[key], _AT[key] + 1), sheet.style("line"))


def _reasons_by_slot(report: DailyReport) -> dict[int, str]:
    """Start of the slot → its reasons; long ones stand under the table, where there is room for them."""
    found: dict[int, list[str]] = {}
    for reason in report.gap_reasons:
        start = _slot_start(report, reason)
        if start is not None and reason.text:
            found.setdefault(start, []).append(clean(reason.text) if _is_short(reason) else "下に記載")
    return {start: "\n".join(texts) for start, texts in found.items()}


def _slot_start(report: DailyReport, reason: GapReason) -> int | None:
    """The slot in which the reason's stretch begins; None: a reason for the whole day."""
    if reason.span is None:
        return None
    minute = reason.span.start_minute
    holding = (slot.start_minute for slot in report.slots if slot.start_minute <= minute < slot.end_minute)
    return next(holding, None)


def _is_short(reason: GapReason) -> bool:
    return line_count(reason.text or "", COLUMNS[LAST].width) <= MOST_REASON_LINES


def _reasons_below(sheet: Sheet, report: DailyReport, row: int) -> int:
    """Reasons that belong to no slot or are too long for one; the row after them."""
    for reason in report.gap_reasons:
        if reason.text and (_slot_start(report, reason) is None or not _is_short(reason)):
            row = _reason_below(sheet, row, reason)
    return row


def _reason_below(sheet: Sheet, row: int, reason: GapReason) -> int:
    room = sum(column.width for column in COLUMNS[2:])
    label = "差の理由" if reason.span is None else span(reason.span.start_minute, reason.span.end_minute)
    for text in pieces(clean(reason.text or ""), room):
        sheet.merge((row, 0, row, 1), label, sheet.style("line", "small", "center"))
        sheet.merge((row, 2, row, LAST), text, sheet.style("wrap", "line"))
        sheet.lines(row, line_count(text, room))
        row += 1
    return row
