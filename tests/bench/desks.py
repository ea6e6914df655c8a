"""A deployment to be measured: a migrated scratch database, a contract, signed-in operators, each with an open call."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from callcenter import deployment
from callcenter.app import create_app
from callcenter.calls import service as calls
from callcenter.config import from_environment, prepare_home
from callcenter.extensions import db, new_id
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.bench.serving import Launch
from tests.centre import MONDAY_MORNING, Browser, Centre

CATEGORY = "0401"
QUESTIONS = (
    "マイナンバーカードの受け取りを予約したいが、空いている日時を知りたいとのこと。通知のはがきは届いている。",
    "引っ越しをしたので住所を書き換えたい。必要な持ち物と、家族の分も一緒にできるかを確認したいとのこと。",
    "暗証番号を続けて間違えてしまい、証明書の窓口で使えなくなった。どこで直してもらえるのかとのお尋ね。",
)
ANSWERS = (
    "空き枠を読み上げ、ご希望の午前中の枠で予約を受け付けた。当日はカードと本人確認書類、通知のはがきを持参いただくよう案内した。",
    "市民課の窓口で受け付けている。カードと届出の控えを持参いただければ、同じ世帯の方の分もまとめて手続きできると案内した。",
    "ご本人が窓口へお越しになれば当日に設定し直せる。代理の場合は照会書が必要で、日数がかかることをお伝えし、了承を得た。",
)
REPORT = "受け取りの予約を受け付けた。"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A home folder and a database, as the environment of a server names them."""

    folder: Path
    environment: Mapping[str, str]

    @property
    def now(self) -> datetime:
        """What the clock of a server started with this environment shows."""
        offset = timedelta(seconds=float(self.environment["CALLCENTER_CLOCK_OFFSET_SECONDS"]))
        return datetime.now(UTC) + offset

    @property
    def on_sqlite(self) -> bool:
        return self.environment["CALLCENTER_DATABASE_URL"].startswith("sqlite")

    def launch(self, application: str | None = "callcenter.app:served()") -> Launch:
        return Launch(self.folder, self.environment, application, workers=1 if self.on_sqlite else 2)


def deployment_in(folder: Path, database_url: str) -> Deployment:
    """A deployment whose clock shows an ordinary Monday morning."""
    offset = (MONDAY_MORNING - datetime.now(UTC)).total_seconds()
    home = prepare_home(folder / "home")
    return Deployment(
        folder,
        {
            "CALLCENTER_HOME": str(home),
            "CALLCENTER_DATABASE_URL": database_url,
            "CALLCENTER_SECURE_COOKIES": "0",
            "CALLCENTER_CLOCK_OFFSET_SECONDS": str(offset),
        },
    )


@contextmanager
def centre_of(made: Deployment) -> Iterator[Centre]:
    """The deployment as a call centre with a new contract, within this process."""
    settings = from_environment({**os.environ, **made.environment})
    app = create_app(settings)
    deployment.upgrade(app)
    with app.app_context():
        db.engine.dispose()
    with Centre(settings, "sqlite" if made.on_sqlite else "postgresql") as centre:
        yield centre


def desks_in(centre: Centre, count: int) -> list[dict[str, Any]]:
    """`count` operators at their desks, as `tests.bench.load` takes them: headers, the first call, what to save."""
    return [_desk(centre, number) for number in range(count)]


def _desk(centre: Centre, number: int) -> dict[str, Any]:
    person = centre.person(Role.OPERATOR, name=f"見本 {number}番")
    with centre.inside(), transaction():
        call_id = calls.open_call(new_id(), by=person.actor, at=centre.now)
    return {
        "url": f"/desk/calls/{call_id}",
        "headers": headers_of(person.client()),
        "bodies": [body_of(number * 100 + turn) for turn in range(20)],
    }


def headers_of(browser: Browser) -> dict[str, str]:
    """What a page of ours sends with a change, and the session's cookie."""
    token = browser.csrf()
    cookie = browser.http.get_cookie("callcenter")
    assert cookie is not None
    return {
        "Cookie": f"callcenter={cookie.value}",
        "X-CSRFToken": token,
        "X-Contract-Id": str(browser.centre.contract_id),
        "Content-Type": "application/json",
    }


def body_of(turn: int) -> dict[str, Any]:
    """What a desk sends to save an ordinary call; names and numbers are invented."""
    return {
        "version": 1,
        "fields": {
            "phone": "073-400-0001",
            "name": f"見本 {'花太春秋実'[turn % 5]}子",
            "relation": "self",
            "channel": "phone",
            "language": "ja",
            "question": QUESTIONS[turn % 3],
            "category": CATEGORY,
            "answer": ANSWERS[turn % 3],
            "report_text": REPORT,
            "disposition": "completed",
            "complaint": False,
            "difficult": False,
        },
        "timing": {"started_ms_ago": 180_000, "talk_seconds": 150, "acw_seconds": 25},
    }
