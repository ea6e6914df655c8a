"""`callcenter contracts …`: the opening days as a plain list, and contracts as they are set up."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import click
from msgspec import Struct

from callcenter.web.commands import application
from scheduling.calendar import READINGS, BusinessCalendar, DayStatus, Reading

READING_NAMES = [reading.value for reading in Reading]
DAY = click.DateTime(formats=["%Y-%m-%d"])
FIRST_YEAR, LAST_YEAR = 1949, 2099


@click.group("contracts")
def group() -> None:
    """契約と開庁日。"""


@group.command("days")
@click.option("--from", "from_at", type=DAY, required=True, help="最初の日（例 2026-04-01）。")
@click.option("--to", "to_at", type=DAY, required=True, help="最後の日（この日を含む）。")
@click.option(
    "--reading", type=click.Choice(READING_NAMES), help="仕様書4の読み方（既定は listed、または契約のもの）。"
)
@click.option("--contract", "code", help="契約コード。省くと、契約によらない暦（製品に付属の祝日の一覧）です。")
@click.option("--json", "as_json", is_flag=True, help="機械が読む形（1つの配列）で出力します。")
def days(from_at: datetime, to_at: datetime, reading: str | None, code: str | None, as_json: bool) -> None:
    """期間の各日が開庁日かどうかと、その理由を表示します。"""
    from_on, to_on = _period(from_at.date(), to_at.date())
    calendar = _calendar(code, Reading(reading) if reading else None)
    found = calendar.days(from_on, to_on)
    click.echo(json.dumps([_day(day) for day in found], ensure_ascii=False) if as_json else _table(found, calendar))


def _period(from_on: date, to_on: date) -> tuple[date, date]:
    if to_on < from_on:
        raise click.BadParameter("最初の日以後にしてください。", param_hint="--to")
    if from_on.year < FIRST_YEAR or to_on.year > LAST_YEAR:
        raise click.BadParameter(f"{FIRST_YEAR}年から{LAST_YEAR}年までの日にしてください。", param_hint="--from, --to")
    return from_on, to_on


def _calendar(code: str | None, reading: Reading | None) -> BusinessCalendar:
    if code is None:
        return BusinessCalendar(reading=reading or Reading.LISTED)
    from callcenter.contracts import queries

    with application():
        found = queries.calendar(queries.contract_by_code(code).id)
    return found if reading is None else replace(found, reading=reading)


def _day(day: DayStatus) -> dict[str, Any]:
    opens, closes = _hours(day)
    return {
        "date": day.on.isoformat(),
        "open": day.open,
        "why": day.why,
        "why_code": day.why_code.value,
        "opens": opens,
        "closes": closes,
    }


def _hours(day: DayStatus) -> tuple[str | None, str | None]:
    from callcenter.clock import clock_label

    return (clock_label(day.hours.start), clock_label(day.hours.end)) if day.hours else (None, None)


def _table(found: Iterable[DayStatus], calendar: BusinessCalendar) -> str:
    rows = list(found)
    lines = [_line(day) for day in rows]
    total = f"開庁日 {sum(day.open for day in rows)}日（{READINGS[calendar.reading].name}）"
    return "\n".join([*lines, total])


def _line(day: DayStatus) -> str:
    opens, closes = _hours(day)
    weekday = "月火水木金土日"[day.on.weekday()]
    state = f"開庁 {opens}-{closes}" if day.open else "閉庁"
    return f"{day.on.isoformat()}（{weekday}） {state}　{day.why}"


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="機械が読む形で出力します。")
def list_contracts(as_json: bool) -> None:
    """登録されている契約を表示します。"""
    from callcenter.contracts import queries

    with application():
        found = queries.all_contracts()
    if as_json:
        rows = [
            {
                "id": str(facts.id),
                "code": facts.code,
                "title": facts.title,
                "city_name": facts.city_name,
                "starts_on": facts.starts_on.isoformat(),
                "ends_on": facts.ends_on.isoformat(),
                "reading": facts.reading.value,
            }
            for facts in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for facts in found:
        click.echo(f"{facts.code}　{facts.starts_on}〜{facts.ends_on}　{facts.city_name}　{facts.title}")
    if not found:
        click.echo("契約はまだありません。callcenter contracts create で登録します。")


class _Typed(Struct, frozen=True):
    """What `create` was given."""

    code: str
    title: str
    city: str
    contractor: str
    place: str
    from_at: datetime
    to_at: datetime
    reading: str
    opens: str
    closes: str
    minimum_operators: int
    approved_headcount: int
    predecessor: str | None


@group.command("create")
@click.option("--code", required=True, help="契約コード（英数字）。")
@click.option("--title", required=True, help="件名。")
@click.option("--city", required=True, help="委託者（市の名称）。")
@click.option("--contractor", required=True, help="受託者。")
@click.option("--place", required=True, help="業務場所。")
@click.option("--from", "from_at", type=DAY, required=True, help="履行期間の最初の日。")
@click.option("--to", "to_at", type=DAY, required=True, help="履行期間の最後の日。")
@click.option(
    "--reading", type=click.Choice(READING_NAMES), default="listed", show_default=True, help="仕様書4の読み方。"
)
@click.option("--opens", default="08:30", show_default=True, help="受付の開始時刻。")
@click.option("--closes", default="17:15", show_default=True, help="受付の終了時刻。")
@click.option("--minimum-operators", default=2, show_default=True, help="最少人数（仕様書6）。")
@click.option("--approved-headcount", default=3, show_default=True, help="市が承認した人員（仕様書9(1)）。")
@click.option("--predecessor", help="前の契約のコード。")
def create(**options: Any) -> None:
    """契約を登録します。開庁日の数え方ごとの結果も表示します。"""
    from callcenter.audit.service import system_actor
    from callcenter.clock import now
    from callcenter.contracts import queries, service
    from callcenter.web.transaction import transaction

    with application():
        new = _new_contract(_Typed(**options))
        with transaction():
            contract_id = service.create_contract(new, by=system_actor(), at=now())
        calendar = queries.calendar(contract_id)
    click.echo(f"契約 {new.code} を登録しました。")
    click.echo(_consequences(new.starts_on, new.ends_on, calendar))


def _new_contract(typed: _Typed) -> Any:
    from callcenter.audit.typed import Line, clean_lines
    from callcenter.contracts import queries, service
    from callcenter.web.forms import minute_of

    given = {"title": typed.title, "city_name": typed.city, "contractor_name": typed.contractor, "place": typed.place}
    lines = {"title": Line(200), "city_name": Line(100), "contractor_name": Line(100), "place": Line(200)}
    return service.NewContract(
        code=typed.code,
        **clean_lines(given, lines),
        starts_on=typed.from_at.date(),
        ends_on=typed.to_at.date(),
        reading=Reading(typed.reading),
        opens_minute=minute_of(typed.opens, "opens"),
        closes_minute=minute_of(typed.closes, "closes"),
        minimum_operators=typed.minimum_operators,
        approved_headcount=typed.approved_headcount,
        predecessor_id=queries.contract_by_code(typed.predecessor).id if typed.predecessor else None,
    )


def _consequences(from_on: date, to_on: date, calendar: BusinessCalendar) -> str:
    from scheduling.calendar import consequences

    lines = []
    for found in consequences(from_on, to_on, calendar):
        mark = "→" if found.reading is calendar.reading else "　"
        lines.append(f"{mark} {found.reading.value}: 開庁日 {found.open_days}日　{READINGS[found.reading].name}")
    open_ends = [on.isoformat() for on in calendar.open_days(from_on, to_on) if on.month == 12 and on.day >= 29]
    if open_ends:
        lines.append(f"注意　年末の {', '.join(open_ends)} は開庁日です。市と確かめてください。")
    return "\n".join(lines)
