"""What the city and the company agreed before the demonstration's year: settings, permission, mailboxes, items."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from callcenter.contracts import service as contracts
from callcenter.contracts.rules import PermissionKind
from callcenter.contracts.settings import SETTINGS
from callcenter.deliveries.addresses import NewAddress, add_address
from callcenter.demo.clock import FIRST_ON
from callcenter.demo.people import CITY, COMPANY, DEPARTMENT
from callcenter.extensions import new_id
from callcenter.reporting.periods.bundles import NewBundle, save
from callcenter.web.access import Actor
from reports.period import PeriodKind, SheetChoice
from reports.period_bundle import proposal

AGREED_ON: Final = date(2026, 3, 23)
AGREED_BY: Final = f"{CITY} {DEPARTMENT}"
VALUES: Final = {
    "city_code": "309991",  # the digits of no municipality; the last one checks the others
    "prefecture_name": "和歌山県",
    "city_only_name": CITY,
    "monthly_fee_yen": "2970000",
    "contractor_address": "和歌山県みなと架空市見本町1丁目1番1号（架空）",
    "contractor_representative": "代表取締役 見本 代子（架空）",
    "contractor_phone": "073-555-0101",
    "invoice_registration": "T1234567890123",
    "bank_account": f"見本銀行（架空） 架空支店\n普通預金 0000000\n{COMPANY}",
}
"""Targets and everything else keep what the product proposes."""
MAILBOXES: Final = (
    ("shimin@city.minato-kakuu.example", f"{DEPARTMENT} 代表"),
    ("joho-tokei@city.minato-kakuu.example", "情報統計係（架空）"),
)
DAYS: Final = ("offered", "answered", "answer_rate", "abandoned", "recorded", "completion_rate", "shortage_minutes")
BUNDLE_NOTE: Final = "日別の推移は、主な列に絞ります。"


def agree(supervisor: Actor, *, by: Actor, at: datetime) -> None:
    """Record it all. Call it inside a transaction. `supervisor` records what the desk records."""
    for name, text in VALUES.items():
        contracts.set_setting(name, SETTINGS[name].read(text), FIRST_ON, by=by, at=at)
    permission = contracts.NewPermission(PermissionKind.NETWORK_DATA, AGREED_ON, AGREED_BY)
    contracts.record_permission(permission, by=by, at=at)
    for address, owner in MAILBOXES:
        add_address(NewAddress(address, owner, new_id()), by=supervisor, at=at)
    save(_items(), by=supervisor, at=at)


def _items() -> NewBundle:
    """The month's items as the city wants them (10(1)③): everything, with fewer columns by day."""
    sheets = tuple(
        SheetChoice(one.key, DAYS) if one.key == "days" else one for one in proposal(PeriodKind.MONTHLY).sheets
    )
    return NewBundle(PeriodKind.MONTHLY, FIRST_ON, sheets, AGREED_BY, AGREED_ON, BUNDLE_NOTE, key=new_id())
