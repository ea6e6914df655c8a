"""`callcenter audit …`: is the log whole, and what does it say."""

from __future__ import annotations

import json
import sys
from typing import Any
from uuid import UUID

import click

from callcenter.audit.rules import SYSTEM_CHAIN
from callcenter.web.commands import application

BROKEN = 1


@click.group("audit")
def group() -> None:
    """操作記録の検証と一覧。"""


@group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="機械が読む形で出力します。")
def verify(as_json: bool) -> None:
    """すべての鎖を、暗号による連鎖と控え（チェックポイント）に照らして確かめます。

    終了コード：0＝異常なし、1＝異常あり。鎖ごとに、最初に異常のある記録の番号を示します。
    """
    from callcenter.audit import queries

    with application():
        found = queries.verify()
    click.echo(json.dumps(_as_data(found), ensure_ascii=False) if as_json else "\n".join(_as_lines(found)))
    sys.exit(0 if found.whole else BROKEN)


def _as_data(found: Any) -> dict[str, Any]:
    return {
        "whole": found.whole,
        "unprotected": found.unprotected,
        "damaged_lines": list(found.damaged_lines),
        "torn_lines": found.torn_lines,
        "chains": [
            {
                "chain": verdict.chain,
                "whole": verdict.whole,
                "entries": verdict.entries,
                "broken_at": verdict.broken_at,
                "reason": verdict.reason,
                "unprotected": verdict.unprotected,
            }
            for verdict in found.verdicts
        ],
    }


def _as_lines(found: Any) -> list[str]:
    lines = [_line(verdict) for verdict in found.verdicts] or ["記録はまだありません。"]
    if found.damaged_lines:
        numbers = "、".join(str(number) for number in found.damaged_lines)
        lines.append(f"異常　控えのファイルに、書き換えられたか壊れた行があります（{numbers}行目）")
    if found.torn_lines:
        lines.append(f"注意　控えのファイルに、停電などで途切れた行が{found.torn_lines}行あります")
    return lines


def _line(verdict: Any) -> str:
    if not verdict.whole:
        return f"異常　{verdict.chain}：{verdict.broken_at}件目　{verdict.reason}"
    tail = f"（控えのない末尾 {verdict.unprotected}件）" if verdict.unprotected else ""
    return f"正常　{verdict.chain}：{verdict.entries}件{tail}"


@group.command("list")
@click.option("--chain", default=SYSTEM_CHAIN, show_default=True, help="system、または契約の番号（ID）。")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="新しい方からの件数。")
@click.option("--json", "as_json", is_flag=True, help="機械が読む形（1 行に 1 件）で出力します。")
def list_entries(chain: str, limit: int, as_json: bool) -> None:
    """新しい方から記録を表示します。値は含まれません（番号と項目名だけです）。"""
    from callcenter.audit import queries
    from callcenter.web.pagination import Page

    wanted = queries.LogFilter(_contract_of(chain))
    with application():
        entries, _total = queries.page_of_entries(wanted, Page(size=limit))
        for entry in entries:
            click.echo(json.dumps(_entry(entry), ensure_ascii=False) if as_json else _text(entry))


def _contract_of(chain: str) -> UUID | None:
    try:
        return None if chain == SYSTEM_CHAIN else UUID(chain)
    except ValueError as error:
        raise click.BadParameter("system、または契約の番号（ID）を指定してください。", param_hint="--chain") from error


def _entry(entry: Any) -> dict[str, Any]:
    return {
        "chain": entry.chain,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "action": entry.action,
        "entity": entry.entity,
        "entity_id": entry.entity_id,
        "user_id": str(entry.user_id) if entry.user_id else None,
        "session_id": str(entry.session_id) if entry.session_id else None,
        "address": entry.address,
        "channel": entry.channel,
        "details": entry.details,
    }


def _text(entry: Any) -> str:
    from callcenter.audit.words import action_label, details_label, thing_label
    from callcenter.clock import in_tokyo

    when = f"{in_tokyo(entry.at):%Y-%m-%d %H:%M:%S}"
    what = f"{action_label(entry.action)}　{thing_label(entry.entity)} {entry.entity_id}"
    details = details_label(entry.details, entry.action)
    return f"{entry.seq:>7}  {when}  {what}　{details}　利用者 {entry.user_id or '―'}"
