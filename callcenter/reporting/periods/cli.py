"""`callcenter reports build monthly|annual|term`: drafts without a browser, from the same functions as the page; and
`callcenter reports detail`, the records of any days one by one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import click

from callcenter.audit.service import Act, record, system_actor
from callcenter.clock import now
from callcenter.contracts import queries as contracts
from callcenter.deliveries.rules import Edition, Part
from callcenter.deliveries.service import BuiltFile
from callcenter.errors import InvalidInput
from callcenter.reporting.periods import building, reading
from callcenter.reporting.periods.detail import write_detail
from callcenter.reporting.periods.drafts import Period
from callcenter.reporting.periods.reviewing import PeriodReview, look
from callcenter.reporting.periods.rules import span_for
from callcenter.web.commands import application, write_private
from callcenter.web.transaction import end_read, transaction
from reports.detail import Form
from reports.period import PeriodKind, Span

EDITIONS, PARTS = [*Edition], [*Part]
Command = Callable[..., None]


def _options(command: Command) -> Command:
    """What every kind takes."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="集計を機械が読む形で出力します。"),
        click.option("--edition", type=click.Choice([*EDITIONS, "both"]), default="both", show_default=True),
        click.option("--part", type=click.Choice([*PARTS, "both"]), default="both", show_default=True),
        click.option("--contract", "code", default=None, help="契約コード（契約が 1 つなら不要）。"),
        click.option(
            "--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="書き出す先。"
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.option("--month", required=True, help="対象月（2026-06）。")
@_options
def monthly(month: str, **wanted: Any) -> None:
    """月次実績報告書（案）を作ります。画面と同じ集計です。"""
    _build(PeriodKind.MONTHLY, month, "", **wanted)


@click.command()
@click.option("--year", required=True, help="対象年度の、はじめの年（2026）。")
@_options
def annual(year: str, **wanted: Any) -> None:
    """完了報告書（案）を作ります。画面と同じ集計です。"""
    _build(PeriodKind.ANNUAL, year, "", **wanted)


@click.command()
@click.option("--from", "from_on", required=True, help="はじめの日（2026-06-01）。")
@click.option("--to", "to_on", required=True, help="終わりの日（2026-08-31）。")
@_options
def term(from_on: str, to_on: str, **wanted: Any) -> None:
    """契約期間実績報告書（案）を作ります。契約期間の中の、どの期間でも選べます。"""
    _build(PeriodKind.TERM, from_on, to_on, **wanted)


COMMANDS = (monthly, annual, term)
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--from", "from_on", required=True, type=DAY, help="はじめの日（2026-04-01）。")
@click.option("--to", "to_on", required=True, type=DAY, help="終わりの日（2027-03-31）。")
@click.option("--format", "form", type=click.Choice([one.value for one in Form]), default="csv", show_default=True)
@click.option("--contract", "code", default=None, help="契約コード（契約が 1 つなら不要）。")
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="書き出す先。")
def detail(from_on: datetime, to_on: datetime, form: str, code: str | None, folder: Path) -> None:
    """通話記録の明細を、1ファイル100万件までに分け、zipにまとめて書き出します。氏名・電話番号・文章は含みません。"""
    if to_on < from_on:
        raise click.UsageError("終わりの日は、はじめの日以後にしてください。")
    span = Span(from_on.date(), to_on.date())
    with application() as app:
        contract_id, at = _contract(code).id, now()
        end_read()
        details = {"kind": "detail", "period_from": span.from_on.isoformat(), "period_to": span.to_on.isoformat()}
        act = Act("report.exported", "report_period", ":".join(details.values()), details)
        with transaction():
            record(act, by=system_actor(contract_id, name="コマンド"), at=at)
        scratch = app.extensions["callcenter_settings"].home / "tmp"
        path = write_detail(contract_id, span, Form(form), folder, scratch=scratch, at=at)
    click.echo(f"書き出しました: {path}")


def _build(
    kind: PeriodKind, text_from: str, text_to: str, *, folder: Path, code: str | None, as_json: bool, **chosen: str
) -> None:
    with application():
        found = _look(kind, text_from, text_to, code)
        files = [_write(folder, building.file_of(found.report, *each)) for each in _wanted(**chosen)]
        shown = reading.snapshot(found.report)
    if as_json:
        click.echo(json.dumps({"figures": shown, "files": [str(file) for file in files]}, ensure_ascii=False))
        return
    for figure in found.figures.values():
        click.echo(f"{figure.label}: {figure.text}")
    for file in files:
        click.echo(f"書き出しました: {file}")


def _contract(code: str | None) -> contracts.ContractFacts:
    return contracts.contract_by_code(code) if code else contracts.only_contract()


def _look(kind: PeriodKind, text_from: str, text_to: str, code: str | None) -> PeriodReview:
    facts = _contract(code)
    try:
        span = span_for(kind, text_from, text_to, facts)
    except InvalidInput as error:
        raise click.UsageError(" ".join(text for texts in error.errors.values() for text in texts)) from error
    period, by, at = Period(facts.id, kind.value, span), system_actor(facts.id, name="コマンド"), now()
    found = look(period, by=by, at=at)
    with transaction():
        record(Act("report.exported", "report_period", period.log_id, period.details), by=by, at=at)
    return found


def _wanted(*, edition: str, part: str) -> list[tuple[Edition, Part]]:
    editions = EDITIONS if edition == "both" else [Edition(edition)]
    return list(product(editions, PARTS if part == "both" else [Part(part)]))


def _write(folder: Path, built: BuiltFile) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / built.ascii_name
    write_private(path, built.content)
    return path
