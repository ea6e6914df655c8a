"""`callcenter reports`: build a report without a browser, from the same functions as the page."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import click

from callcenter.audit.service import Act, record, system_actor
from callcenter.clock import now
from callcenter.contracts import queries as contracts
from callcenter.deliveries.rules import Edition
from callcenter.reporting import approval
from callcenter.reporting.periods import cli as periods
from callcenter.web.commands import application, write_private
from callcenter.web.transaction import transaction


@click.group()
def group() -> None:
    """報告書の作成。"""


@group.group()
def build() -> None:
    """報告書の案を作ってファイルに書き出します。"""


@build.command()
@click.option("--date", "on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="対象日（2026-06-01）。")
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="書き出す先。")
@click.option("--contract", "code", default=None, help="契約コード（契約が 1 つなら不要）。")
@click.option("--edition", type=click.Choice(["handover", "network", "both"]), default="both", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="集計を機械が読む形で出力します。")
def daily(on: datetime, folder: Path, code: str | None, edition: str, as_json: bool) -> None:
    """日次実績報告書（案）を作ります。画面と同じ集計です。"""
    editions = list(Edition) if edition == "both" else [Edition(edition)]
    with application():
        facts = contracts.contract_by_code(code) if code else contracts.only_contract()
        found = _review(facts.id, on.date())
        files = [approval.edition_file(found.report, wanted) for wanted in editions]
    folder.mkdir(parents=True, exist_ok=True)
    for built in files:
        write_private(folder / built.ascii_name, built.content)
    _show(found, [folder / built.ascii_name for built in files], as_json)


def _review(contract_id: UUID, on: date) -> approval.Review:
    actor = system_actor(contract_id, name="コマンド")
    with transaction():
        found = approval.review(on, by=actor, at=now())
        record(Act("report.exported", "day", on.isoformat(), {"kind": "daily"}), by=actor, at=now())
    return found


def _show(found: approval.Review, files: list[Path], as_json: bool) -> None:
    if as_json:
        figures = {key: figure.as_dict() for key, figure in found.figures.items()}
        click.echo(json.dumps({"figures": figures, "files": [str(file) for file in files]}, ensure_ascii=False))
        return
    for figure in found.figures.values():
        click.echo(f"{figure.label}: {figure.text}")
    for file in files:
        click.echo(f"書き出しました: {file}")


for command in periods.COMMANDS:
    build.add_command(command)
group.add_command(periods.detail)
