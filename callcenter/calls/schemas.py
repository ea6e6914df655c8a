"""Shapes of the JSON interface of calls. Types are judged here, content by `forms` and `rules`."""

from __future__ import annotations

from marshmallow import Schema

from callcenter.calls.listing import STATES
from callcenter.calls.rules import (
    DURATION_LIMIT_SECONDS,
    Channel,
    Disposition,
    Language,
    Relation,
)
from callcenter.web.pagination import LARGEST_SIZE, LAST_PAGE
from callcenter.web.schemas import (
    Day,
    Flag,
    Id,
    ListOf,
    Moment,
    Part,
    QueryWhole,
    StrictSchema,
    Text,
    Whole,
    one_of,
)

REVEALABLE = (
    ("phone", "電話番号"),
    ("caller_name", "氏名"),
    ("question", "問合せ内容"),
    ("answer", "回答内容"),
)


class FieldsIn(StrictSchema):
    """What is typed of a call. Omitted fields are empty, or what a new call has by itself."""

    phone = Text(metadata={"description": "電話番号。書き方は問いません"})
    caller_name = Text(metadata={"description": "氏名（任意）"})
    relation = one_of(Relation.choices())
    channel = one_of(Channel.choices())
    language = one_of(Language.choices())
    question = Text(metadata={"description": "問合せ内容（4,000文字まで）"})
    category_code = Text(metadata={"description": "小分類の4桁の番号"})
    answer = Text(metadata={"description": "回答内容（4,000文字まで）"})
    report_text = Text(metadata={"description": "報告用要旨（200文字まで）。個人情報を書かないこと"})
    disposition = one_of(Disposition.choices())
    complaint = Flag()
    difficult = Flag()


class TimesIn(FieldsIn):
    talk_seconds = Whole(most=DURATION_LIMIT_SECONDS, metadata={"description": "通話時間（秒）"})
    acw_seconds = Whole(most=DURATION_LIMIT_SECONDS, metadata={"description": "後処理時間（秒）"})


class CallIn(TimesIn):
    """A finished call."""

    started_at = Moment(required=True, metadata={"description": "開始日時（時差付き）"})
    ended_at = Moment(metadata={"description": "終了日時（時差付き）"})
    operator_id = Id(metadata={"description": "担当者の識別子（機械からの登録で、分かるとき）"})


class CorrectionIn(TimesIn):
    """Only what is to change, with the version it is based on and the reason."""

    version = Whole(required=True, least=1)
    reason = Text(required=True, metadata={"description": "修正の理由（200文字まで）"})
    started_at = Moment()
    ended_at = Moment()


class VoidIn(StrictSchema):
    version = Whole(required=True, least=1)
    reason = Text(required=True, metadata={"description": "取消しの理由（200文字まで）"})


class RevealIn(StrictSchema):
    fields_wanted = ListOf(
        one_of(REVEALABLE), required=True, data_key="fields", metadata={"description": "表示する項目。記録されます"}
    )


class RevealOut(Schema):
    phone = Text()
    caller_name = Text()
    question = Text()
    answer = Text()


class CallFilterIn(StrictSchema):
    """Coded filters of a list."""

    from_on = Day(data_key="from", metadata={"description": "この日から"})
    to_on = Day(data_key="to", metadata={"description": "この日まで"})
    operator_id = Id(data_key="operator", metadata={"description": "担当者の識別子"})
    category = Text(metadata={"description": "大分類2桁または小分類4桁の番号"})
    disposition = one_of(Disposition.choices())
    state = one_of(STATES)
    complaint = Flag()
    difficult = Flag()
    page = QueryWhole(least=1, most=LAST_PAGE, metadata={"description": "ページ（1から）"})
    size = QueryWhole(least=1, most=LARGEST_SIZE, metadata={"description": "1ページの件数"})


class SearchIn(CallFilterIn):
    q = Text(required=True, metadata={"description": "言葉（2文字以上）または電話番号"})


class CallOut(Schema):
    """A saved or voided call. Name and phone are masked; notes are not here (see reveal)."""

    id = Id()
    number = Whole()
    state = Text()
    version = Whole()
    started_at = Moment()
    ended_at = Moment()
    saved_at = Moment()
    local_on = Day()
    local_minute = Whole(metadata={"description": "開始時刻（日本時間の0時からの分）"})
    channel = Text()
    relation = Text()
    language = Text()
    category_code = Text()
    category_name = Text(metadata={"description": "その日の名称"})
    disposition = Text()
    complaint = Flag()
    difficult = Flag()
    talk_seconds = Whole()
    acw_seconds = Whole()
    operator_id = Id()
    report_text = Text()
    caller_name = Text(metadata={"description": "伏字"})
    phone = Text(metadata={"description": "伏字"})


class CallPage(Schema):
    items = ListOf(Part(CallOut))
    total = Whole()
    page = Whole()
    last = Whole(metadata={"description": "最後のページ"})


class DraftOpenIn(StrictSchema):
    open_key = Id(required=True, metadata={"description": "同じ値を再送しても、通話は1件です"})


class DraftIn(TimesIn):
    """All fields of an open call; what is omitted is emptied."""

    version = Whole(required=True, least=1)
    started_at = Moment(metadata={"description": "開始日時。最初に送ったものが残ります"})


class DraftDiscardIn(StrictSchema):
    version = Whole(required=True, least=1)


class DraftSummary(Schema):
    id = Id()
    version = Whole()
    opened_at = Moment()
    edited_at = Moment()
    started_at = Moment()
    has_words = Flag(metadata={"description": "入力があるか"})


class DraftOut(DraftSummary):
    fields_typed = Part(FieldsIn, data_key="fields")


class DraftVersion(Schema):
    id = Id()
    version = Whole()


class SavedOut(Schema):
    id = Id()
    number = Whole()
    saved_at = Moment()


class CategoryOut(Schema):
    code = Text()
    name = Text()
    reading = Text()
    explanation = Text()
    selectable = Flag(metadata={"description": "この日に選べるか"})


class MajorOut(Schema):
    code = Text()
    name = Text()
    minors = ListOf(Part(CategoryOut))


class CategoriesQuery(StrictSchema):
    on = Day(metadata={"description": "どの日の名称か（省略時は今日）"})
