"""Shapes of the JSON interface of reservations. Types are judged here, content by `forms` and `rules`."""

from __future__ import annotations

from marshmallow import Schema

from callcenter.reservations.rules import Asker, CancelReason, Channel, State, Visitor
from callcenter.web.pagination import LARGEST_SIZE, LAST_PAGE
from callcenter.web.schemas import Day, Flag, Id, ListOf, Moment, Part, QueryWhole, StrictSchema, Text, Whole, one_of

MINUTE = {"description": "日本時間の0時からの分（9:00は540）"}


class ProcedureOut(Schema):
    id = Id()
    name = Text()
    units = Whole(metadata={"description": "1人あたりの枠の数"})
    documents = ListOf(Text(), metadata={"description": "持ち物"})
    guardian_documents = ListOf(Text(), metadata={"description": "法定代理人・代理人のときに加わる持ち物"})
    note = Text()
    offered = Flag(metadata={"description": "予約を受け付けているか"})


class CounterOut(Schema):
    id = Id()
    name = Text()
    procedures = ListOf(Id(), metadata={"description": "受け付ける手続。空ならすべて"})


class PlaceOut(Schema):
    id = Id()
    name = Text()
    address = Text()
    counters = ListOf(Part(CounterOut))


class FreeIn(StrictSchema):
    """What to look for."""

    procedure_id = Id(required=True, data_key="procedure")
    from_on = Day(required=True, data_key="from")
    to_on = Day(required=True, data_key="to", metadata={"description": "この日まで（期間は100日まで）"})
    people = QueryWhole(least=1, most=8)
    place_id = Id(data_key="place")
    channel = one_of(Channel.choices())


class OfferOut(Schema):
    counter_id = Id()
    place_name = Text()
    counter_name = Text()
    on = Day()
    start_minute = Whole(metadata=MINUTE)
    end_minute = Whole(metadata=MINUTE)
    free = Whole(metadata={"description": "残り"})


class TimeIn(StrictSchema):
    counter_id = Id(required=True)
    on = Day(required=True)
    start_minute = Whole(required=True, most=1439, metadata=MINUTE)


class PersonIn(StrictSchema):
    notice_number = Text(required=True, metadata={"description": "交付通知書の番号"})
    name = Text(required=True)
    kana = Text()
    birth = Text(required=True, metadata={"description": "生年月日（1975-04-03、昭和50年4月3日 など）"})


class ReservationIn(TimeIn):
    """A reservation to be made at once."""

    procedure_id = Id(required=True)
    people = ListOf(Part(PersonIn), required=True, metadata={"description": "手続をする方（1人から8人）"})
    phone = Text(required=True, metadata={"description": "日中の連絡先"})
    visitor = one_of(Visitor.choices())
    channel = one_of(Channel.choices())
    remarks = Text(metadata={"description": "配慮事項（500文字まで）"})
    documents_told = Flag()
    second = Flag(metadata={"description": "同じ通知書番号の予約があると知ったうえで、もう1件予約する"})


class WhyIn(StrictSchema):
    asker = one_of(Asker.choices(), required=True)
    reason = Text(metadata={"description": "理由（200文字まで）"})


class MoveIn(TimeIn, WhyIn):
    pass


class CancelIn(WhyIn):
    reason_code = one_of(CancelReason.choices(), required=True)


class VisitIn(StrictSchema):
    state = one_of([(one.value, one.label) for one in (State.ATTENDED, State.LATE, State.NO_SHOW)], required=True)


class ReservationOut(Schema):
    """Names, numbers and phones are masked."""

    id = Id()
    number = Text(metadata={"description": "予約番号。変更しても変わりません"})
    state = Text()
    version = Whole()
    procedure_id = Id()
    procedure = Text()
    place_id = Id()
    place = Text()
    counter_id = Id()
    on = Day()
    start_minute = Whole(metadata=MINUTE)
    end_minute = Whole(metadata=MINUTE)
    people = Whole()
    channel = Text()
    visitor = Text()
    booked_at = Moment()
    call_id = Id()
    name = Text(metadata={"description": "伏字"})
    notice_number = Text(metadata={"description": "伏字"})
    phone = Text(metadata={"description": "伏字"})


class DoneOut(Schema):
    """What a change answers; the same for every retry of it."""

    id = Id()
    number = Text()
    state = Text()
    version = Whole(metadata={"description": "この処理の後の版"})
    on = Text(metadata={"format": "date"})
    start_minute = Whole(metadata=MINUTE)
    counter_id = Id()


class ListIn(StrictSchema):
    from_on = Day(required=True, data_key="from")
    to_on = Day(required=True, data_key="to")
    place_id = Id(data_key="place")
    procedure_id = Id(data_key="procedure")
    state = one_of(State.choices())
    channel = one_of(Channel.choices())
    page = QueryWhole(least=1, most=LAST_PAGE)
    size = QueryWhole(least=1, most=LARGEST_SIZE)


class ReservationPage(Schema):
    items = ListOf(Part(ReservationOut))
    total = Whole()
    page = Whole()
    last = Whole()


class FindIn(StrictSchema):
    q = Text(required=True, metadata={"description": "予約番号、交付通知書の番号、または電話番号"})


class ApplicantOut(Schema):
    name = Text()
    kana = Text()
    birth = Text()
    notice_number = Text()


class ReservationRevealOut(Schema):
    people = ListOf(Part(ApplicantOut))
    phone = Text()
    remarks = Text()
