"""`callcenter knowledge …`: load the starting content, measure the search, ask it a question.

A question is read from the standard input: what stands on a command line stays in the shell's history.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from callcenter.errors import InvalidInput

_contract = click.option("--contract", "code", help="契約コード（契約が1つなら省略できます）。")
_json = click.option("--json", "as_json", is_flag=True, help="機械が読む形で出力します。")
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
MEASURES = {
    "queries": "質問",
    "entries": "項目",
    "p_at_1": "1位が正解（P@1）",
    "mrr_at_10": "順位の逆数（MRR@10）",
    "hit_at_5": "5位までに正解（hit@5）",
    "recall_at_10": "10位までの再現率（recall@10）",
    "ndcg_at_10": "順位の質（nDCG@10）",
    "build_seconds": "索引の作成（秒）",
    "p50_ms": "検索の中央値（ミリ秒）",
    "p95_ms": "検索の95%点（ミリ秒）",
    "memory_mb": "使用メモリー（MB）",
}


@click.group("knowledge")
def group() -> None:
    """マニュアル・FAQのはじめの内容、検索とその評価。"""


@group.command("start")
@_contract
@_json
def start(code: str | None, as_json: bool) -> None:
    """はじめの内容（FAQ・マニュアル・言葉の組）を登録します。登録済みの項目は変わりません。

    市の確認前の印を付けて、契約の開始日（開始後は今日）から施行します。
    """
    from callcenter.audit.service import system_actor
    from callcenter.clock import now
    from callcenter.contracts.queries import contract_by_code, only_contract
    from callcenter.knowledge import starting
    from callcenter.web.commands import application
    from callcenter.web.transaction import end_read, transaction

    with application():
        facts = contract_by_code(code) if code else only_contract()
        wanted = starting.missing(facts.id)
        end_read()
        with click.progressbar(length=len(wanted), label="検索の準備をしています", file=sys.stderr) as bar:
            ready = starting.prepared(wanted, bar.update)
        with transaction():
            loaded = starting.load(ready, by=system_actor(facts.id, name="コマンド"), at=now())
    counts = {"faq": loaded.faq, "chapters": loaded.chapters, "synonyms": loaded.synonyms}
    if as_json:
        click.echo(json.dumps(counts))
    elif loaded.entries or loaded.synonyms:
        click.echo(f"FAQ {loaded.faq}件、マニュアル {loaded.chapters}章、言葉の組 {loaded.synonyms}組を登録しました。")
    else:
        click.echo("はじめの内容は、すべて登録済みです。")


@group.command("search")
@_contract
@click.option("--most", default=5, show_default=True, type=click.IntRange(1, 50), help="何件まで表示するか。")
@_json
def search(code: str | None, most: int, as_json: bool) -> None:
    """標準入力から質問を1つ読み、答えになるFAQを良い順に表示します。質問はどこにも残しません。

    引数には書けません。引数はコマンドの履歴に残るためです。
    """
    from callcenter.contracts.queries import contract_by_code, only_contract
    from callcenter.web.commands import application

    question = _question()
    with application():
        found = _found((contract_by_code(code) if code else only_contract()).id, question, most)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    for place, one in enumerate([] if as_json else found, 1):
        click.echo(f"{place:>2}. FAQ {one['number']}（{one['category']}）{one['title']}　{one['score']:.2f}")
    if not found and not as_json:
        click.echo("該当するFAQはありません。")


def _question() -> str:
    """Raises `InvalidInput` for nothing."""
    if sys.stdin.isatty():
        click.echo("質問を入力し、Enterのあと Ctrl+D を押してください。", err=True)
    question = sys.stdin.read().strip()
    if not question:
        raise InvalidInput("質問がありません。標準入力から渡してください。")
    return question


def _found(contract_id: Any, question: str, most: int) -> list[dict[str, Any]]:
    from callcenter.clock import local, now
    from callcenter.knowledge import queries
    from callcenter.knowledge.rules import EntryKind
    from callcenter.knowledge.search.live import search as ask

    today = local(now()).on
    hits = ask(contract_id, question, today, most)
    known = {one.entry.id: one for one in queries.in_force_on(contract_id, today, EntryKind.FAQ)} if hits else {}
    return [
        {
            "number": known[hit.key].entry.number,
            "title": known[hit.key].version.title,
            "category": hit.category,
            "score": round(hit.score, 4),
        }
        for hit in hits
        if hit.key in known and not isinstance(hit.key, str)
    ]


@group.command("evaluate")
@click.option("--corpus", type=_file, help="項目のファイル（JSON Lines：id、question、answer）。")
@click.option("--queries", type=_file, help="質問のファイル（JSON Lines：id、text）。")
@click.option("--qrels", type=_file, help="判定のファイル（JSON Lines：query_id、doc_id、grade）。")
@click.option("--own", is_flag=True, help="付属のFAQと試験用の質問で測ります。")
@click.option(
    "--learn-folds", default=0, type=click.IntRange(0, 100), help="2以上：ほかの組の質問で学んでから測ります。"
)
@_json
def evaluate(
    corpus: Path | None, queries: Path | None, qrels: Path | None, own: bool, learn_folds: int, as_json: bool
) -> None:
    """検索の質と速さを、手元のファイルで測ります。データベースも設定も要りません。付属の「言葉の組」を使います。

    grade は 0＝答えにならない、1以上＝答えになる（大きいほど良い）。
    終了コード：0＝測れた、1＝ファイルを読み取れない、2＝使い方の誤り。
    """
    from callcenter.knowledge import content
    from callcenter.knowledge.search import evaluate as evaluation
    from callcenter.knowledge.search.synonyms import stand_ins

    if learn_folds == 1:
        raise click.UsageError("--learn-folds は、0（学ばない）か2以上を指定してください。")
    given = [one for one in (corpus, queries, qrels) if one is not None]
    if own == bool(given) or (given and len(given) < 3):
        raise click.UsageError("--corpus・--queries・--qrels の3つ、または --own を指定してください。")
    asked = content.collection() if own else evaluation.read(*given)
    same = stand_ins(one.words for one in content.synonyms())
    _report(evaluation.evaluate(asked, learn_folds, same), as_json)


def _report(found: Mapping[str, float], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found))
        return
    for key, label in MEASURES.items():
        value = found[key]
        click.echo(f"{value:>12,}" if isinstance(value, int) else f"{value:>12,.4f}", nl=False)
        click.echo(f"  {label}")
