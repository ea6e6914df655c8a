"""Shapes of the JSON interface of delivered documents."""

from __future__ import annotations

from marshmallow import Schema, fields

from callcenter.deliveries.rules import EDITION_LABELS, KIND_LABELS, PART_LABELS, STATE_LABELS
from callcenter.web.pagination import LARGEST_SIZE, LAST_PAGE
from callcenter.web.schemas import Day, Id, ListOf, Moment, Part, QueryWhole, StrictSchema, Text, Whole, one_of

KINDS = [(kind.value, label) for kind, label in KIND_LABELS.items()]
STATES = [(state.value, label) for state, label in STATE_LABELS.items()]


class ReportsQuery(StrictSchema):
    """Which documents are listed. The days: documents that cover no day outside them."""

    kind = one_of(KINDS)
    state = one_of(STATES)
    from_on = Day(data_key="from", metadata={"description": "この日から"})
    to_on = Day(data_key="to", metadata={"description": "この日まで"})
    page = QueryWhole(least=1, most=LAST_PAGE)
    size = QueryWhole(least=1, most=LARGEST_SIZE)


class FileOut(Schema):
    edition = one_of([(edition.value, label) for edition, label in EDITION_LABELS.items()])
    part = one_of([(part.value, label) for part, label in PART_LABELS.items()])
    name = Text()
    media_type = Text()
    size = Whole(metadata={"description": "バイト数"})
    sha256 = Text()


class ReportOut(Schema):
    """A version of a document."""

    id = Id()
    kind = one_of(KINDS)
    period_from = Day()
    period_to = Day()
    number = Whole(data_key="version", metadata={"description": "版。訂正のたびに1増えます"})
    state = one_of(STATES)
    submitted_at = Moment()
    cutoff_at = Moment(metadata={"description": "集計の締切"})


class ReportPage(Schema):
    items = ListOf(Part(ReportOut))
    total = Whole()
    page = Whole()
    last = Whole(metadata={"description": "最後のページの番号"})


class FigureOut(Schema):
    label = Text()
    state = Text(metadata={"description": "value = 値あり / not_measured = 未計測 / empty = 分母なし"})
    value = fields.Raw(
        metadata={"type": "number", "nullable": True, "description": "件数、割合（0から1）、秒または分。未計測はnull"}
    )
    text = Text(metadata={"description": "報告書に書かれたとおりの文字"})


class OtherVersionOut(Schema):
    id = Id()
    number = Whole(data_key="version")
    state = one_of(STATES)
    submitted_at = Moment()


class ReportDetail(ReportOut):
    """A version with what it says."""

    change_note = Text(metadata={"description": "前の版から変えた点"})
    differences = ListOf(Text(), metadata={"description": "前の版と違う点"})
    figures = fields.Dict(keys=Text(), values=Part(FigureOut), metadata={"description": "指標のキー → 値"})
    definitions = fields.Raw(
        metadata={"type": "object", "description": "計算方法、目標、報告の項目、着信数の情報源（月次・年次・契約期間）"}
    )
    decided_at = Moment(metadata={"nullable": True})
    comment = Text(metadata={"description": "市のコメント"})
    files = ListOf(Part(FileOut))
    versions = ListOf(Part(OtherVersionOut), metadata={"description": "この報告書のすべての版。新しい順"})
