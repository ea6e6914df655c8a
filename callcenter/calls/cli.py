"""`callcenter calls …`: bring in what the exchange counted, from its detail record or its report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click
from msgspec import Struct, field
from msgspec.structs import replace

from callcenter.errors import InvalidInput

if TYPE_CHECKING:
    from callcenter.calls.exchange.csv_text import Refusal
    from callcenter.calls.exchange.service import Incoming
    from callcenter.calls.exchange.uploads import Upload

SOME_REFUSED = 3
SHOWN_LINES = 20
_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_dry_run = click.option("--dry-run", is_flag=True, help="読み取るだけで、何も保存しません。")
_json = click.option("--json", "as_json", is_flag=True, help="機械が読む形で出力します。")
_contract = click.option("--contract", "code", help="契約コード（契約が1つなら省略できます）。")
_source = click.option("--source", default="", help="情報源の名前（省略すると種類ごとの既定の名前）。")


class _Wanted(Struct, frozen=True):
    """A file to bring in, as the command line names it."""

    file: Path
    kind: str
    zone: str = "Asia/Tokyo"
    as_json: bool = False
    code: str | None = None
    source: str = ""
    mapping: Mapping[str, object] = field(default_factory=dict)
    zero_missing: bool = False


@click.group("calls")
def group() -> None:
    """電話交換機の着信数の取込。"""


@group.command("import-cdr")
@_file
@click.option("--zone", help="ファイルの時刻の基準（UTC、Asia/Tokyo など）。取り込むときは必ず指定します。")
@_contract
@_source
@_dry_run
@_json
def import_cdr(file: Path, zone: str | None, dry_run: bool, as_json: bool, **named: Any) -> None:
    """Asterisk の通話明細（CDR）FILE を取り込みます。発信者番号は読み取りません。

    --dry-run はデータベースも契約も要りません。
    終了コード：0＝すべて取り込んだ、1＝取り込めない、2＝使い方の誤り、3＝一部の行を取り込まなかった。
    """
    from callcenter.calls.exchange.rules import SourceKind

    if dry_run:
        _dry_record(file, zone or "UTC", as_json)
    elif zone is None:
        raise click.UsageError("--zone でファイルの時刻の基準（UTC または Asia/Tokyo など）を指定してください。")
    else:
        _bring_in(_Wanted(file, SourceKind.CDR.value, zone, as_json, **named))


def _dry_record(file: Path, zone: str, as_json: bool) -> None:
    from callcenter.calls.exchange.uploads import read_record

    found = read_record(_content(file), zone)
    if as_json:
        click.echo(json.dumps(found.summary.as_dict()))
    else:
        numbers = found.summary
        click.echo(f"通話 {numbers.calls:,}件（明細 {numbers.legs:,}行、重複 {found.duplicates:,}行）")
        click.echo(f"着信 {numbers.offered:,}件：応答 {numbers.answered:,}、放棄 {numbers.abandoned:,}")
        click.echo(f"案内のみ {numbers.announcement_only:,}件（着信に数えません）")
        _say_refused(found.refusals)
    raise SystemExit(SOME_REFUSED if found.refusals else 0)


@group.command("import-counts")
@_file
@click.option("--zone", default="Asia/Tokyo", show_default=True, help="ファイルの時刻の基準。")
@click.option("--column", "columns", multiple=True, metavar="項目=見出し", help="列の対応（例: offered=着信数）。")
@click.option("--zero-missing", is_flag=True, help="行のない時間帯は0件として取り込みます。")
@_contract
@_source
@_dry_run
@_json
def import_counts(file: Path, columns: tuple[str, ...], dry_run: bool, as_json: bool, **named: Any) -> None:
    """交換機の集計（CSV）FILE を取り込みます。列は見出しから判断し、--column で指定もできます。

    項目：date start offered answered abandoned wait_seconds answered_within。
    終了コード：0＝すべて取り込んだ、1＝取り込めない、2＝使い方の誤り、3＝一部の行を取り込まなかった。
    """
    mapping = _columns(columns)
    if dry_run:
        _dry_report(file, mapping, as_json)
    _bring_in(_Wanted(file, "csv", as_json=as_json, mapping=mapping, **named))


def _columns(columns: Iterable[str]) -> dict[str, object]:
    from callcenter.calls.exchange.columns import LABELS

    pairs = dict(text.partition("=")[::2] for text in columns)
    unknown = sorted(pairs.keys() - LABELS.keys())
    if unknown:
        raise click.UsageError(f"--column の項目がありません: {', '.join(unknown)}（{', '.join(LABELS)}）")
    return dict(pairs)


def _dry_report(file: Path, mapping: dict[str, object], as_json: bool) -> None:
    from callcenter.calls.exchange.columns import ColumnMapping
    from callcenter.calls.exchange.csv_file import preview, read_counts, read_table
    from callcenter.calls.exchange.intake import without_individual_numbers

    table = without_individual_numbers(read_table(_content(file)))
    suggestion = preview(table).suggestion
    chosen = ColumnMapping.from_dict({**(suggestion.as_dict() if suggestion else {}), **mapping})
    found = read_counts(table, chosen)
    days = sorted({row.local_on for row in found.rows})
    numbers = {
        "lines": len(found.rows),
        "refused": len(found.refusals),
        "skipped": len(found.skipped),
        "days": len(days),
        "offered": sum(row.offered for row in found.rows),
    }
    if as_json:
        click.echo(json.dumps(numbers))
    else:
        click.echo(f"{numbers['lines']:,}行（{numbers['days']:,}日分）、着信 {numbers['offered']:,}件")
        _say_refused(found.refusals)
    raise SystemExit(SOME_REFUSED if found.refusals else 0)


def _content(file: Path) -> bytes:
    from callcenter.calls.exchange.rules import LARGEST_FILE

    if file.stat().st_size > LARGEST_FILE:
        raise InvalidInput(errors={"file": [f"ファイルが大きすぎます（{LARGEST_FILE // 1024 // 1024} MBまで）。"]})
    return file.read_bytes()


def _bring_in(wanted: _Wanted) -> None:
    from callcenter.audit.service import system_actor
    from callcenter.calls.exchange.service import bring_in
    from callcenter.clock import now
    from callcenter.contracts.queries import contract_by_code, only_contract
    from callcenter.web.commands import application
    from callcenter.web.transaction import end_read, transaction

    content = _content(wanted.file)
    with application():
        facts = contract_by_code(wanted.code) if wanted.code else only_contract()
        by, at = system_actor(facts.id, name="コマンド"), now()
        incoming = _incoming(wanted, content, facts.id, at)
        end_read()
        with transaction():
            done = bring_in(incoming, by=by, at=at)
    _report(done.summary, changed=done.import_id is not None, account=incoming.account, as_json=wanted.as_json)


def _incoming(wanted: _Wanted, content: bytes, contract_id: UUID, at: datetime) -> Incoming:
    from callcenter.calls.exchange import queries
    from callcenter.calls.exchange.service import term_of
    from callcenter.calls.exchange.uploads import Sent, incoming_of, read_upload, with_best_mapping

    sent = Sent(content, wanted.file.name, wanted.kind, wanted.source, wanted.zone)
    upload = read_upload(sent, contract_id)
    known = queries.source_named(contract_id, upload.source_name)
    best = with_best_mapping(upload, known.mapping if known else {})
    return incoming_of(_chosen(best, wanted), term_of(contract_id, at))


def _chosen(upload: Upload, wanted: _Wanted) -> Upload:
    from callcenter.calls.exchange.columns import ColumnMapping

    kept: dict[str, object] = dict(upload.mapping.as_dict()) if upload.mapping else {}
    changed = ColumnMapping.from_dict({**kept, **wanted.mapping}) if wanted.mapping else upload.mapping
    return replace(upload, mapping=changed, zero_missing=wanted.zero_missing or upload.zero_missing)


def _report(summary: Any, *, changed: bool, account: tuple[Refusal, ...], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"imported": changed, **summary}))
    elif changed:
        click.echo(f"取り込みました。新しい数 {summary['new']:,}、置き換えた数 {summary['changed']:,}。")
    else:
        click.echo("変更はありません。")
    if not as_json:
        _say_refused(account)
    raise SystemExit(SOME_REFUSED if summary.get("refused") else 0)


def _say_refused(account: Iterable[Refusal]) -> None:
    """Line and reason, never what stood there."""
    lines = list(account)
    for item in lines[:SHOWN_LINES]:
        click.echo(f"{item.line}行目：{item.reason}", err=True)
    if len(lines) > SHOWN_LINES:
        click.echo(f"ほか {len(lines) - SHOWN_LINES:,}行", err=True)
