"""What the product is measured against: the least that Flask, Flask-SQLAlchemy and Jinja need for the same job.

`saving()`: insert a call and one audit row, commit, answer. `listing()`: count and show 50 of the calls. No session,
no checks, no encryption. On SQLite with the same durability (WAL, synchronous=FULL) and, to be fair, one writer at a
time in the process: without that lock SQLite's own waiting makes it slower.
"""

from __future__ import annotations

import os
import threading
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy import String, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

DATABASE = "BARE_DATABASE_URL"
ROWS = 50


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class BareCall(Base):
    __tablename__ = "bare_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(index=True)  # so that counting need not read the texts
    phone: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    category: Mapped[str] = mapped_column(String(4))
    disposition: Mapped[str] = mapped_column(String(20))
    question: Mapped[str]
    answer: Mapped[str]
    report_text: Mapped[str]
    talk_seconds: Mapped[int]


class BareAudit(Base):
    __tablename__ = "bare_audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(60))
    entity_id: Mapped[str] = mapped_column(String(64))


def _app() -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ[DATABASE]
    if not _on_sqlite():
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 10}
    db.init_app(app)
    with app.app_context():
        if _on_sqlite():
            event.listen(db.engine, "connect", _durable)
    return app


def _on_sqlite() -> bool:
    return os.environ[DATABASE].startswith("sqlite")


def _durable(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def create_tables() -> None:
    """Make the tables in the database that the environment names."""
    with _app().app_context():
        db.create_all()
        db.engine.dispose()


def saving() -> Flask:
    """POST /save: one call, one audit row, one commit."""
    app = _app()
    writers: Any = threading.Lock() if _on_sqlite() else nullcontext()

    @app.post("/save")
    def save() -> Response:
        data = request.get_json()
        fields, now = data["fields"], datetime.now(UTC)
        call = BareCall(
            started_at=now,
            phone=fields["phone"],
            name=fields["name"],
            category=fields["category"],
            disposition=fields["disposition"],
            question=fields["question"],
            answer=fields["answer"],
            report_text=fields["report_text"],
            talk_seconds=data["timing"]["talk_seconds"],
        )
        with writers:
            db.session.add(call)
            db.session.flush()
            number = call.id
            db.session.add(BareAudit(at=now, action="call.saved", entity_id=str(number)))
            db.session.commit()
        return jsonify({"number": number})

    return app


PAGE = """<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>対応記録</title></head><body>
<h1>対応記録</h1><p>{{ total }}件</p>
<table><tr><th>番号</th><th>日時</th><th>電話番号</th><th>氏名</th><th>分類</th><th>結果</th><th>要旨</th><th>通話</th></tr>
{% for call in calls %}<tr>
<td>{{ call.id }}</td><td>{{ call.started_at }}</td><td>{{ call.phone }}</td><td>{{ call.name }}</td>
<td>{{ call.category }}</td><td>{{ call.disposition }}</td><td>{{ call.report_text }}</td>
<td>{{ call.talk_seconds }}</td></tr>
{% endfor %}</table></body></html>"""


def listing() -> Flask:
    """GET /calls: the newest 50 of all, and how many there are."""
    app = _app()
    app.jinja_loader = DictLoader({"calls.html": PAGE})

    @app.get("/calls")
    def calls() -> str:
        page = request.args.get("page", 1, type=int)
        total = db.session.scalar(select(func.count()).select_from(BareCall))
        rows = db.session.scalars(
            select(BareCall).order_by(BareCall.id.desc()).limit(ROWS).offset((page - 1) * ROWS)
        ).all()
        return render_template("calls.html", total=total, calls=rows)

    return app


def fill(count: int) -> None:
    """Put `count` calls into the list."""
    with _app().app_context():
        db.create_all()
        text = "交付予約の日時を変更したいとのこと。空き状況を案内した。"
        row = {
            "started_at": datetime(2026, 6, 1, 0, 30, tzinfo=UTC),
            "phone": "000-***-**01",
            "name": "見＊ ＊＊",
            "category": "0401",
            "disposition": "completed",
            "question": text * 2,
            "answer": text * 3,
            "report_text": text,
            "talk_seconds": 180,
        }
        db.session.execute(BareCall.__table__.insert(), [row] * count)  # type: ignore[attr-defined]
        db.session.commit()
        db.engine.dispose()
