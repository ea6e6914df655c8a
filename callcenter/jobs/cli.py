"""`callcenter worker` and `callcenter jobs …`: the process that does the work, and what it has to do."""

from __future__ import annotations

import json
import logging
import os
from typing import Any
from uuid import UUID

import click

from callcenter.web.commands import application

NICENESS = 10
"""The desk goes first: a worker takes what processor time is left."""
LONGEST_LIST = 200


@click.command("worker")
def worker() -> None:
    """報告書の作成・送信など、自動の処理を行うプロセスを開始します（serve は自動で開始します）。"""
    from callcenter.jobs.worker import work

    os.nice(NICENESS)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with application() as app:
        work(app)


@click.group("jobs")
def group() -> None:
    """自動の処理の一覧・実行・中止。"""


@group.command("list")
@click.option("--contract", "code", default=None, help="契約コード（契約が 1 つだけなら不要）。")
@click.option("--json", "as_json", is_flag=True, help="機械が読む形で出力します。")
def list_command(code: str | None, as_json: bool) -> None:
    """処理を、動いているもの、新しいものの順に表示します（最大 200 件）。"""
    from callcenter.jobs import queries
    from callcenter.web.pagination import Page

    with application():
        found, _total = queries.jobs(_contract_id(code), Page(size=LONGEST_LIST))
        rows = [_as_data(job) for job in found]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['state_label']}  {row['percent']:3d}%  {row['label']}  {row['period']}")


@group.command("run")
@click.option("--json", "as_json", is_flag=True, help="機械が読む形で出力します。")
def run_command(as_json: bool) -> None:
    """予定の処理と待っている処理を、このコマンドの中ですべて行います。"""
    from callcenter.jobs.running import run_waiting
    from callcenter.jobs.schedules import ask_due

    with application() as app:
        asked = ask_due(app)
        done = run_waiting(app)
    click.echo(json.dumps({"asked": asked, "run": done}) if as_json else f"{done}件の処理を行いました。")


@group.command("cancel")
@click.argument("job_id", type=click.UUID)
@click.option("--contract", "code", default=None, help="契約コード（契約が 1 つだけなら不要）。")
@click.option("--json", "as_json", is_flag=True, help="機械が読む形で出力します。")
def cancel_command(job_id: UUID, code: str | None, as_json: bool) -> None:
    """処理を中止します。動いている処理は、次の区切りで止まります。"""
    from callcenter.audit.service import system_actor
    from callcenter.clock import now
    from callcenter.jobs import queries, service
    from callcenter.web.transaction import end_read, transaction

    with application():
        contract_id = _contract_id(code)
        end_read()
        with transaction():
            service.cancel(job_id, by=system_actor(contract_id), at=now())
        row = _as_data(queries.job(contract_id, job_id))
    click.echo(json.dumps(row, ensure_ascii=False) if as_json else f"{row['label']}（{row['period']}）を中止しました。")


def _contract_id(code: str | None) -> UUID:
    from callcenter.contracts import queries as contracts

    return (contracts.contract_by_code(code) if code else contracts.only_contract()).id


def _as_data(job: Any) -> dict[str, Any]:
    return {
        "id": str(job.id),
        "kind": job.kind.value,
        "label": job.label,
        "period_from": job.period_from.isoformat(),
        "period_to": job.period_to.isoformat(),
        "period": job.period_label,
        "state": job.state.value,
        "state_label": job.state_label,
        "percent": job.percent,
        "step": job.step,
        "message": job.message,
        "tries": job.tries,
    }
