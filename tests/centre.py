"""Factories for whole-application tests: a call centre on a database, its people, signed-in clients."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from callcenter import deployment
from callcenter.accounts import service as accounts
from callcenter.app import create_app
from callcenter.audit.service import system_actor
from callcenter.clock import app_clock
from callcenter.config import Settings, prepare_home
from callcenter.contracts import service as contracts
from callcenter.contracts.models import Contract
from callcenter.extensions import db
from callcenter.web.access import Actor, Role
from callcenter.web.transaction import transaction
from tests import quick_start
from tests.postgres import PostgresServer

quick_start.install()

PASSWORD = "correct-horse-battery"
# Argon2 takes 50 ms by design; a test that is not about passwords signs in without hashing.
DATABASE, HOME = "callcenter.sqlite", "home"
MONDAY_MORNING = datetime(2026, 6, 1, 0, 30, tzinfo=UTC)
"""Monday 1 June 2026, 09:30 in Tokyo: an ordinary open day."""


def settings_for(home: Path, database_url: str) -> Settings:
    return Settings(
        home=prepare_home(home),
        database_url=database_url,
        secret_key="a secret of the tests",
        secure_cookies=False,
        testing=True,
    )


def sqlite_template(folder: Path) -> Path:
    """A folder with a database at head and the home that belongs to it, for `Centre.on_sqlite`."""
    prepare(f"sqlite:///{folder / DATABASE}", folder / HOME, "sqlite")
    return folder


def prepare(url: str, home: Path, database: str) -> None:
    """Migrate a database and open one contract in it: what every centre begins with is done once."""
    settings = settings_for(home, url)
    app = create_app(settings)
    deployment.upgrade(app)
    with app.app_context():
        db.engine.dispose()
    with Centre(settings, database):
        pass


@dataclass
class Person:
    """A user of the centre, with a client that is signed in on request."""

    centre: Centre
    user_id: UUID
    login: str
    name: str
    roles: frozenset[Role]

    @property
    def actor(self) -> Actor:
        return Actor(self.user_id, self.name, self.roles, self.centre.contract_id, "127.0.0.1")

    def client(self) -> Browser:
        """A new browser in which this person is signed in."""
        return self.centre.browser().sign_in_as(self)


@dataclass
class Browser:
    """A test client that behaves like a page of ours: sends the CSRF token and the contract with every change."""

    centre: Centre
    http: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)

    def sign_in_as(self, person: Person) -> Browser:
        token = self.centre.open_session(person)
        with self.http.session_transaction() as cookie:
            cookie.clear()
            cookie["sid"] = token
        return self

    def get(self, url: str, **more: Any) -> Any:
        return self.http.get(url, **more)

    def post(self, url: str, **more: Any) -> Any:
        return self._change("POST", url, **more)

    def put(self, url: str, **more: Any) -> Any:
        return self._change("PUT", url, **more)

    def patch(self, url: str, **more: Any) -> Any:
        return self._change("PATCH", url, **more)

    def delete(self, url: str, **more: Any) -> Any:
        return self._change("DELETE", url, **more)

    def csrf(self) -> str:
        """The token a page of this browser's session carries."""
        from flask import session
        from flask_wtf.csrf import generate_csrf

        with self.http.session_transaction() as cookie:
            with self.centre.app.test_request_context():
                session.update(cookie)
                token: str = generate_csrf()
                made = dict(session)
            cookie.update(made)
        return token

    def _change(self, method: str, url: str, **more: Any) -> Any:
        headers = {
            "X-CSRFToken": self.csrf(),
            "X-Contract-Id": str(self.centre.contract_id),
            **more.pop("headers", {}),
        }
        return self.http.open(url, method=method, headers=headers, **more)


class Centre:
    """One application with one contract (令和8年度), standing at Monday 1 June 2026, 09:30."""

    def __init__(self, settings: Settings, database: str) -> None:
        self.settings, self.database = settings, database
        self.app: Flask = create_app(settings)
        self.app.jinja_env.bytecode_cache = quick_start.TEMPLATES
        self._stack = ExitStack()
        self.contract_id: UUID = UUID(int=0)
        self._people = 0

    @classmethod
    def on_sqlite(cls, folder: Path, template: Path) -> Centre:
        shutil.copy(template / DATABASE, folder / DATABASE)
        return cls(_settled(folder, template / HOME, f"sqlite:///{folder / DATABASE}"), "sqlite")

    @classmethod
    def on_postgres(cls, folder: Path, server: PostgresServer, worker: str) -> Centre:
        name, home = f"centre_{worker}", server.directory / "template-home"
        server.template("callcenter_head", lambda url: prepare(url, home, "postgresql"))
        server.drop_database(name)
        url = server.create_database(name, "callcenter_head")
        return cls(_settled(folder, home, url), "postgresql")

    def __enter__(self) -> Centre:
        app_clock_of(self.app).fixed = MONDAY_MORNING
        with self.app.app_context():
            self.contract_id = next(iter(db.session.scalars(select(Contract.id))), None) or self.new_contract()
            db.session.remove()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.app.extensions["callcenter_log"].checkpoints.close()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    # --- time ---

    def at(self, instant: datetime) -> None:
        """Let the centre's clock stand at an instant."""
        app_clock_of(self.app).fixed = instant

    @property
    def now(self) -> datetime:
        moment: datetime = app_clock_of(self.app).now()
        return moment

    # --- contract and people ---

    def new_contract(self, code: str = "R8", **changes: Any) -> UUID:
        """Add a contract; needs an app context."""
        new = contracts.NewContract(
            **{
                "code": code,
                "title": "マイナンバーカードコールセンター運営業務",
                "city_name": "みなと架空市",
                "contractor_name": "架空コンタクト株式会社",
                "place": "みなと架空市役所 市民課内",
                "starts_on": date(2026, 4, 1),
                "ends_on": date(2027, 3, 31),
                **changes,
            }
        )
        with transaction():
            return contracts.create_contract(new, by=system_actor(), at=self.now)

    def person(self, *roles: Role, name: str = "見本 花子", contract_id: UUID | None = None) -> Person:
        """A user holding `roles` under the centre's contract (or another one)."""
        self._people += 1
        login = f"person{self._people}"
        at, by = self.now, system_actor(contract_id or self.contract_id)
        with self.app.app_context(), transaction():
            user_id = _add_user(login, name, at)
            for role in roles:
                accounts.grant_role(user_id, contract_id or self.contract_id, role, by=by, at=at)
        return Person(self, user_id, login, name, frozenset(roles))

    def open_session(self, person: Person, contract_id: UUID | None = None) -> str:
        with self.app.app_context(), transaction():
            from callcenter.accounts import queries

            who = queries.candidate(person.login)
            assert who is not None
            signed = accounts.open_session(
                who, contract_id or self.contract_id, step=None, address="127.0.0.1", at=self.now
            )
            return signed.token

    # --- doors ---

    def browser(self) -> Browser:
        return Browser(self, self.app.test_client())

    @contextmanager
    def inside(self) -> Iterator[None]:
        """An application context, for calling services and queries directly."""
        with self.app.app_context():
            yield
            db.session.rollback()


def app_clock_of(app: Flask) -> Any:
    with app.app_context():
        return app_clock()


def _settled(folder: Path, home: Path, url: str) -> Settings:
    """A copy of the home that belongs to a template."""
    shutil.copytree(home, folder / HOME)
    return settings_for(folder / HOME, url)


def _add_user(login: str, name: str, at: datetime) -> UUID:
    """A user whose password is nobody's: tests that sign in by form set one."""
    from callcenter.accounts.models import User
    from callcenter.extensions import new_id

    user = User(id=new_id(), login=login, display_name=name, password_hash="!", created_at=at)
    db.session.add(user)
    db.session.flush()
    return user.id
