"""The `callcenter` command. Groups load when they are called, so that `--help` is quick."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import click

from callcenter.errors import AppError

if TYPE_CHECKING:
    from flask import Flask

GROUPS = {
    "accounts": ("callcenter.accounts.cli:group", "利用者・役割・トークン"),
    "audit": ("callcenter.audit.cli:group", "操作記録の検証"),
    "calls": ("callcenter.calls.cli:group", "電話交換機の着信数の取込"),
    "contracts": ("callcenter.contracts.cli:group", "契約と開庁日"),
    "db": ("callcenter.deployment:db_group", "データベースの作成と更新"),
    "demo": ("callcenter.demo.cli:demo", "架空の 1 年分のデータでデモを開始"),
    "doctor": ("callcenter.deployment:doctor", "設定と環境の点検"),
    "jobs": ("callcenter.jobs.cli:group", "自動の処理の一覧・実行・中止"),
    "knowledge": ("callcenter.knowledge.cli:group", "マニュアル・FAQのはじめの内容、検索の評価"),
    "reports": ("callcenter.reporting.cli:group", "報告書の作成"),
    "protection": ("callcenter.protection.cli:protection", "個人番号の検査"),
    "serve": ("callcenter.deployment:serve", "サービスを開始"),
    "worker": ("callcenter.jobs.cli:worker", "自動の処理を行うプロセスを開始"),
}


class LazyGroup(click.Group):
    """Commands by name, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in GROUPS:
            return None
        module, _, name = GROUPS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, GROUPS[name][1]) for name in sorted(GROUPS)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="callcenter", prog_name="callcenter")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """マイナンバーカード コールセンター業務。各コマンドの説明は --help で表示します。"""
    ctx.obj = ctx.obj or _create_app


def _create_app() -> Flask:
    from callcenter.app import create_app

    return create_app()


def main() -> None:
    """Run the command. A refusal of the product is one line and exit code 1; wrong usage is 2."""
    try:
        cli()
    except AppError as error:
        details = "".join(f"\n  {name}: {' '.join(texts)}" for name, texts in error.errors.items())
        click.echo(f"{error.message}{details}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
