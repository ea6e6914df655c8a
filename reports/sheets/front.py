"""What the covers of all reports share: approval boxes, addressee, facts, tiles of figures, what the edition holds."""

from __future__ import annotations

from collections.abc import Sequence

from reports.daily import ContractFacts, Edition, Issue, Person, ReportStatus
from reports.editions import Issued, texts_withheld
from reports.figures import Figure, State
from reports.fitting import line_count, row_points
from reports.wareki import local
from reports.workbook import Sheet

COLUMNS = 12
COLUMN_WIDTH = 7.0
LAST = COLUMNS - 1
LABEL_COLUMNS = 2
_PLACES = ("都", "道", "府", "県", "市", "区", "町", "村")


def approval_boxes(sheet: Sheet, issue: Issue) -> None:
    """起案・確認・承認 in the upper right corner, 案 in the left one of a draft."""
    approver = issue.approval.person if issue.approval else None
    on = local(issue.approval.approved_at) if issue.approval else None
    boxes: tuple[tuple[str, Person | None], ...] = (
        ("起案", issue.prepared_by),
        ("確認", issue.checked_by),
        ("承認", approver),
    )
    for number, (label, person) in enumerate(boxes):
        first = COLUMNS - 6 + number * 2
        dated = f"{on.month}月{on.day}日" if on and label == "承認" else ""
        sheet.merge((0, first, 0, first + 1), label, sheet.style("small", "center", "boxed", "tint"))
        sheet.merge(
            (1, first, 1, first + 1),
            person.shown if person else "",
            sheet.style("center", "boxed", "wrapped"),
        )
        sheet.merge((2, first, 2, first + 1), dated, sheet.style("small", "center", "boxed"))
    for row, points in enumerate((17, 48, 17)):
        sheet.height(row, points)
    if issue.status is ReportStatus.DRAFT:
        sheet.merge((0, 0, 1, 1), "案", sheet.style("draft"))


def addressee(contract: ContractFacts) -> str:
    """○○市長　様; 御中 where the name is not a municipality's."""
    city = contract.city
    return f"{city}長　様" if city.endswith(_PLACES) else f"{city}　御中"


def fact(sheet: Sheet, row: int, label: str, value: str) -> int:
    """A labelled line as high as its text; the row after it."""
    room = COLUMN_WIDTH * (COLUMNS - LABEL_COLUMNS)
    sheet.merge((row, 0, row, LABEL_COLUMNS - 1), label, sheet.style("bold", "thin_box", "tint", "left", "indent"))
    sheet.merge((row, LABEL_COLUMNS, row, LAST), value, sheet.style("thin_box", "left", "indent", "wrapped"))
    sheet.height(row, max(20.5, row_points(line_count(value, room))))
    return row + 1


def tile_row(sheet: Sheet, row: int, shown: Sequence[Figure], size: str, points: float) -> None:
    """Six figures side by side, each under its name."""
    for number, figure in enumerate(shown):
        first = number * 2
        sheet.merge((row, first, row, first + 1), figure.label, sheet.style("small", "center", "thin_box", "tint"))
        shown_as = size if figure.state is State.VALUE else "mid"
        sheet.merge_figure((row + 1, first, row + 1, first + 1), figure, shown_as, "thin_box")
    sheet.height(row, 18)
    sheet.height(row + 1, points)


def edition_note(report: Issued) -> str:
    """What this edition holds and how it may travel (003 clause 10(1)⑤)."""
    if report.issue.edition is Edition.HANDOVER:
        return "手渡し用。従事者の氏名を記載しています。通信回線では送らないでください。"
    permission = report.issue.permission_reference
    if texts_withheld(report):
        return "通信回線用。氏名は従事者番号で示し、自由記述は記載していません（仕様書10(1)⑤）。"
    return f"通信回線用。氏名は従事者番号で示します。自由記述は許可により記載: {permission or '許可あり'}"
