"""`callcenter accounts …`: the first administrator, and what only someone at the machine may do.

A password is prompted for, or read from standard input; never an argument, which other users of the machine can see.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from callcenter.web.access import ROLE_LABELS, Role
from callcenter.web.commands import application

LOGIN = click.option("--login", required=True, help="ログイン名。")
STDIN = click.option("--password-stdin", is_flag=True, help="パスワードを標準入力の 1 行目から読みます。")


@click.group("accounts")
def group() -> None:
    """利用者と役割。"""


@group.command("create-admin")
@LOGIN
@click.option("--name", required=True, help="氏名。")
@click.option("--reading", default="", help="氏名のよみがな。")
@click.option("--contract", "code", help="契約コード。契約が 1 つのときは省けます。")
@STDIN
def create_admin(login: str, name: str, reading: str, code: str | None, password_stdin: bool) -> None:
    """契約のシステム管理者を登録します。最初の管理者はこのコマンドで作ります。"""
    from callcenter.accounts import service
    from callcenter.accounts.rules import normalise_login
    from callcenter.audit.service import system_actor
    from callcenter.clock import now
    from callcenter.web.transaction import transaction

    with application():
        typed = _names(login, name, reading)
        contract_id = _contract_id(code)
        prepared = _prepared(normalise_login(login), password_stdin)
        by = system_actor(contract_id)
        new = service.NewUser(login, typed["name"], prepared, must_change_password=False, reading=typed["reading"])
        with transaction():
            user_id = service.create_user(new, by=by, at=now())
            service.grant_role(user_id, contract_id, Role.ADMINISTRATOR, by=by, at=now())
    click.echo(f"システム管理者 {normalise_login(login)} を登録しました。")


def _names(login: str, name: str, reading: str) -> dict[str, str]:
    from callcenter.accounts.rules import login_faults, normalise_login
    from callcenter.audit.typed import Line, clean_lines
    from callcenter.errors import InvalidInput

    faults = login_faults(normalise_login(login))
    if faults:
        raise InvalidInput(errors={"login": faults})
    lines = {"login": Line(40), "name": Line(100), "reading": Line(100, required=False)}
    return clean_lines({"login": login, "name": name, "reading": reading}, lines)


def _contract_id(code: str | None) -> Any:
    from callcenter.contracts import queries
    from callcenter.errors import NotFound

    if code is not None:
        return queries.contract_by_code(code).id
    found = queries.all_contracts()
    if not found:
        raise NotFound("契約がありません。先に callcenter contracts create で登録してください。")
    if len(found) > 1:
        raise click.UsageError("契約が複数あります。--contract で契約コードを指定してください。")
    return found[0].id


def _prepared(login: str, from_stdin: bool) -> Any:
    from callcenter.accounts.passwords import prepare

    return prepare(_password(from_stdin), login)


def _password(from_stdin: bool) -> str:
    if from_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    prompted: str = click.prompt("パスワード（15文字以上）", hide_input=True, confirmation_prompt="もう一度")
    return prompted


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="機械が読む形で出力します。")
def list_users(as_json: bool) -> None:
    """すべての利用者と、契約ごとの役割を表示します。"""
    from callcenter.accounts import directory
    from callcenter.contracts import queries

    with application():
        rows = [
            (contract.code, person)
            for contract in queries.all_contracts()
            for person in directory.people_under(contract.id)
        ]
    if as_json:
        click.echo(json.dumps([_as_data(code, person) for code, person in rows], ensure_ascii=False))
        return
    for code, person in rows:
        state = "停止" if person.disabled_at else "利用中"
        roles = "、".join(ROLE_LABELS[role] for role in person.roles)
        click.echo(f"{code}　{person.login}　{person.name}　{roles}　{state}")


def _as_data(code: str, person: Any) -> dict[str, Any]:
    return {
        "contract": code,
        "login": person.login,
        "name": person.name,
        "roles": [role.value for role in person.roles],
        "disabled": person.disabled_at is not None,
        "second_factor": person.has_second_factor,
    }


@group.command("reset-password")
@LOGIN
@STDIN
@click.option("--second-factor", is_flag=True, help="認証アプリの登録も解除します。")
def reset_password(login: str, password_stdin: bool, second_factor: bool) -> None:
    """仮パスワードを設定します。本人のサインインはすべて終わり、次のサインインで変えます。"""
    from callcenter.accounts import service
    from callcenter.audit.service import system_actor
    from callcenter.clock import now
    from callcenter.web.transaction import transaction

    with application():
        who = _known(login)
        prepared = _prepared(who.login, password_stdin)
        with transaction():
            service.set_password(who.user_id, prepared, by=system_actor(), at=now(), temporary=True)
            if second_factor:
                service.reset_second_factor(who.user_id, by=system_actor(), at=now())
    click.echo(f"{who.login} に仮パスワードを設定しました。")


def _known(login: str) -> Any:
    from callcenter.accounts import queries
    from callcenter.accounts.rules import normalise_login
    from callcenter.errors import NotFound

    who = queries.candidate(normalise_login(login))
    if who is None:
        raise NotFound("そのログイン名の利用者がいないか、停止中です。")
    return who


@group.command("grant")
@LOGIN
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="役割。")
@click.option("--contract", "code", help="契約コード。契約が 1 つのときは省けます。")
def grant(login: str, role: str, code: str | None) -> None:
    """登録済みの利用者に、契約での役割を付けます（別の契約の方を加えるときに使います）。"""
    from callcenter.accounts import directory, service
    from callcenter.accounts.rules import role_faults
    from callcenter.audit.service import system_actor
    from callcenter.clock import now
    from callcenter.errors import InvalidInput
    from callcenter.web.transaction import transaction

    with application():
        who, contract_id = _known(login), _contract_id(code)
        held = {
            found.value
            for person in directory.people_under(contract_id)
            if person.id == who.user_id
            for found in person.roles
        }
        faults = role_faults(held | {role})
        if faults:
            raise InvalidInput(errors={"role": faults})
        with transaction():
            service.grant_role(who.user_id, contract_id, Role(role), by=system_actor(contract_id), at=now())
    click.echo(f"{who.login} に役割「{ROLE_LABELS[Role(role)]}」を付けました。")
