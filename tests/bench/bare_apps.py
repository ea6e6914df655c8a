"""What the product is measured against: the least that Flask, Flask-SQLAlchemy and Jinja need for the same job.

`saving()`: insert a call and one audit row, commit, answer. `listing()`: count and show 50 of the calls. No session,
no checks, no encryption. On SQLite with the same durability (WAL, synchronous=FULL) and, to be fair, one writer at a
time in the process: without that lock SQLite's own waiting makes it slower.
"""

from __future__ import annotations

import os
import threading
from contextlib import nullcontext
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy import ForeignKey, Index, String, event, func, select, update
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


class BareSlot(Base):
    __tablename__ = "bare_slots"
    __table_args__ = (Index("ix_bare_slots_on", "on_day", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    on_day: Mapped[date]
    place: Mapped[int]
    start_minute: Mapped[int]
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)


class BareBooking(Base):
    __tablename__ = "bare_bookings"

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("bare_slots.id"))
    at: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(60))
    birth: Mapped[str] = mapped_column(String(20))
    notice_number: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(40))


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


def booking() -> Flask:
    """POST /book: one conditional update of the slot's counter, one insert, one commit."""
    app = _app()
    writers: Any = threading.Lock() if _on_sqlite() else nullcontext()

    @app.post("/book")
    def book() -> tuple[Response, int]:
        data = request.get_json()
        person, slot = data["people"][0], BareSlot
        with writers:
            taken = db.session.execute(
                update(slot).where(slot.id == data["slot"], slot.taken < slot.capacity).values(taken=slot.taken + 1)
            )
            if taken.rowcount != 1:  # type: ignore[attr-defined]
                db.session.rollback()
                return jsonify({"error": "full"}), 409
            row = BareBooking(
                slot_id=data["slot"],
                at=datetime.now(UTC),
                name=person["name"],
                birth=person["birth"],
                notice_number=person["notice_number"],
                phone=data["phone"],
            )
            db.session.add(row)
            db.session.commit()
            number = row.id
        return jsonify({"number": number}), 201

    return app


FREE_PAGE = """<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>空き枠</title></head><body>
<h1>空き枠</h1><table><tr><th>日</th>{% for place in places %}<th>会場{{ place }}</th>{% endfor %}</tr>
{% for day in days %}<tr><th>{{ day }}</th>
{% for place in places %}<td>{{ free.get((day, place), 0) }}</td>{% endfor %}</tr>
{% endfor %}</table></body></html>"""


def free_page() -> Flask:
    """GET /free: free seats by day and place, one query."""
    app = _app()
    app.jinja_loader = DictLoader({"free.html": FREE_PAGE})

    @app.get("/free")
    def free() -> str:
        rows = db.session.execute(
            select(BareSlot.on_day, BareSlot.place, func.sum(BareSlot.capacity - BareSlot.taken)).group_by(
                BareSlot.on_day, BareSlot.place
            )
        ).all()
        counts = {(day, place): int(number) for day, place, number in rows}
        days = sorted({day for day, _ in counts})
        return render_template("free.html", days=days, places=(1, 2, 3), free=counts)

    return app


def fill_slots(days: list[date], starts: list[int], capacity: int, places: int = 1) -> None:
    """Slots of some days at some places."""
    with _app().app_context():
        db.create_all()
        rows = [
            {"on_day": day, "place": place, "start_minute": start, "capacity": capacity, "taken": 0}
            for day in days
            for place in range(1, places + 1)
            for start in starts
        ]
        db.session.execute(BareSlot.__table__.insert(), rows)  # type: ignore[attr-defined]
        db.session.commit()
        db.engine.dispose()
