"""`callcenter demo`: make the demonstration year once, then serve it on a clock of its own."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from unicodedata import east_asian_width

import click
from flask import Flask, url_for
from sqlalchemy import func, select

from callcenter import deployment
from callcenter.accounts.models import UserSession
from callcenter.app import create_app
from callcenter.audit.models import AuditEntry
from callcenter.calls.models import Call
from callcenter.clock import app_clock, local
from callcenter.config import from_environment
from callcenter.contracts import queries as contracts
from callcenter.demo import handover, loader
from callcenter.demo.clock import starting_moment
from callcenter.demo.company import CODE, PASSWORD
from callcenter.demo.home import DemoHome, State
from callcenter.demo.people import CITY, STAFF
from callcenter.demo.shape import OPEN_DAYS
from callcenter.errors import Conflict
from callcenter.extensions import db
from callcenter.homes.pages import home_of
from callcenter.web.access import ROLE_LABELS, Role
from callcenter.web.labels import date_label, datetime_label

SHOWN = ("operator1", "supervisor", "manager", "officer", "viewer", "admin")
TAKEN = "{host}:{port} はほかのプログラムが使っています。--port 8001 のように、空いている番号を指定してください。"
NO_SUCH_HOST = "{host}:{port} では待ち受けられません。--host と --port を確かめてください。"


@click.command()
@click.option("--no-serve", is_flag=True, help="作成だけをして終わります。")
@click.option("--host", default="127.0.0.1", show_default=True, help="待ち受けるアドレス。")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="待ち受けるポート。")
@click.option("--reset", is_flag=True, help="デモのデータを消して作り直します。")
@click.option("--days", default=None, type=click.IntRange(0, 242), hidden=True)
def demo(*, no_serve: bool, host: str, port: int, reset: bool, days: int | None) -> None:
    """架空の市の 1 年分のデータでデモを動かします。2 回目からは、続きを数秒で始めます。"""
    home = DemoHome.claimed()
    if not no_serve:
        require_free(host, port)
    makes = reset or home.state is not State.READY
    with home.alone() if makes or not no_serve else nullcontext():
        if makes:
            _make(home, days)
        _start(home, f"http://{host}:{port}" if not no_serve else "")
        if not no_serve:
            click.get_current_context().invoke(deployment.serve, host=host, port=port)


def require_free(host: str, port: int) -> None:
    """Raises `Conflict` in one line when the address cannot be listened on, before a minute of work is done."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        words = TAKEN if error.errno == errno.EADDRINUSE else NO_SUCH_HOST
        raise Conflict(words.format(host=host, port=port)) from error


@contextmanager
def _opened() -> Iterator[Flask]:
    """The demonstration's application, let go of at the end: a server takes over."""
    app = create_app(from_environment())
    try:
        with app.app_context():
            yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        app.extensions["callcenter_log"].checkpoints.close()


def _make(home: DemoHome, days: int | None) -> None:
    """Make the year. The mark says so until all of it is there: what was interrupted is made anew."""
    if home.state is not State.ABSENT:
        home.clear()
    home.write(State.BUILDING)
    with _opened() as app:
        deployment.upgrade(app)
        length = OPEN_DAYS if days is None else days + 2  # today and the day that is to come
        with click.progressbar(length=length, label="デモの 1 年を作っています", file=sys.stderr) as bar:
            loader.load(days, bar.update)
    home.write(State.READY)


def _start(home: DemoHome, address: str) -> None:
    """Set the clock, build the reports of the last complete day, and say where to go."""
    with _opened() as app:
        deployment.upgrade(app)
        contract = contracts.contract_by_code(CODE)
        moment = starting_moment(latest_stored(), contracts.calendar(contract.id))
        home.write(State.READY, moment - datetime.now(UTC))
        app_clock().fixed = moment
        last_complete = contracts.calendar(contract.id).previous_open_day(local(moment).on)
        files = handover.write_drafts(contract.id, last_complete, home.reports, moment)
        click.echo(f"{CITY}（架空）のデモの準備ができました。時計は{datetime_label(moment)}から進みます。")
        click.echo(f"\n{date_label(last_complete)}の日次実績報告書（案）:")
        _list(files)
        if address:
            _tell_sign_ins(app, address)


def latest_stored() -> datetime | None:
    """The last instant anything in the database bears: an act, a draft, a session in use."""
    columns = (AuditEntry.at, Call.edited_at, UserSession.last_seen_at)
    found = [db.session.execute(select(func.max(column))).scalar_one() for column in columns]
    return max((instant for instant in found if instant is not None), default=None)


def _list(files: list[Path]) -> None:
    for file in files:
        click.echo(f"  {file}")


def _tell_sign_ins(app: Flask, address: str) -> None:
    click.echo(f"\nサインイン: {address}/　　パスワード（全員共通・デモ専用）: {PASSWORD}\n")
    click.echo(f"  {_padded('役割', 18)}{_padded('ログイン名', 14)}最初の画面")
    people = {person.login: person for person in STAFF}
    with app.test_request_context():
        for login in SHOWN:
            role = Role(people[login].role)
            page = f"{address}{url_for(home_of({role}))}"
            click.echo(f"  {_padded(ROLE_LABELS[role], 18)}{_padded(login, 14)}{page}")
    click.echo("\n終了するには Ctrl+C を押します。次に始めるときは続きからになります。")


def _padded(text: str, width: int) -> str:
    """Filled with blanks to a width on the screen, where a Japanese letter takes two places."""
    taken = sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in text)
    return text + " " * max(1, width - taken)
