"""The month's page, shown by every act of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for

from callcenter.errors import AppError
from callcenter.rosters.months import drafts
from callcenter.rosters.months.routing import MonthView, asked_month, live_part, month_choices
from callcenter.rosters.papers.queries import instructions
from callcenter.web.access import actor

LABELS = {"reason": "変えた理由", "instruction_id": "市の指示", "accepts_shortage": "最少人員", "month": "月"}


def month_page(view: MonthView, error: AppError | None = None, typed: Mapping[str, str] | None = None) -> str:
    contract_id = actor().contract
    parts = live_part(view, request.values.get("day"))
    draft = view.draft
    outdated = (
        drafts.outdated(contract_id, view.facts.month, draft.id, draft.compared_at) if draft and view.editing else {}
    )
    return render_template(
        "rosters/month.html",
        months=month_choices(contract_id),
        outdated_days=sorted({on for _, on in outdated}),
        instructions=[(str(one.id), f"第{one.number}号 {one.content[:40]}") for one in instructions(contract_id)],
        error=error,
        labels=LABELS,
        typed=typed or {},
        **parts,
    )


def to_month(view: str = "") -> Any:
    """Back to the month after an act of its page."""
    return redirect(url_for("months.page", month=f"{asked_month():%Y-%m}", view=view or None), 303)
