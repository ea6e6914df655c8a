from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from callcenter.accounts.passwords import hash_password
from callcenter.audit.models import AuditEntry
from callcenter.audit.service import system_actor
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db
from callcenter.rosters import queries as rosters
from callcenter.rosters.models import Punch
from callcenter.rosters.records import standing_punches
from callcenter.rosters.rules import PunchKind
from callcenter.rosters.timebook import kiosk, queries
from callcenter.rosters.timebook.models import KioskDevice, StaffCode
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre, Person
from tests.rosters.factories import MONDAY, TUESDAY, add_staff, at, punched

CODE = "2580"
OTHER = "8061"


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def _staff(
    centre: Centre, code: str = "P01", name: str = "見本 花子", personal: str | None = CODE, **more: Any
) -> UUID:
    staff_id = add_staff(centre, code, name, **more)
    if personal is not None:
        with centre.inside():
            member = rosters.staff_member(centre.contract_id, staff_id)
            hashed = hash_password(personal)
            with transaction():
                kiosk.set_code(member, hashed, by=system_actor(centre.contract_id), at=centre.now)
    return staff_id


def _device(centre: Centre, name: str = "出入口の端末") -> tuple[UUID, Browser]:
    """A registered device, and the browser that is it."""
    with centre.inside(), transaction():
        device_id, token = kiosk.register(name, by=system_actor(centre.contract_id), at=centre.now)
    browser = centre.browser()
    browser.http.set_cookie("kiosk", token)
    return device_id, browser


def _punch(browser: Browser, staff_id: UUID, kind: str = "in", code: str = CODE, key: UUID | None = None) -> Any:
    form = {"code": code, "kind": kind, "idempotency_key": str(key or uuid4())}
    return browser.post(f"/kiosk/{staff_id}", data=form)


def _punches(centre: Centre) -> list[tuple[str, str, int]]:
    with centre.inside():
        rows = db.session.execute(select(Punch.kind, Punch.source, Punch.minute).order_by(Punch.at))
        return [(row.kind, row.source, row.minute) for row in rows]


def _log(centre: Centre, *actions: str) -> list[Any]:
    with centre.inside():
        wanted = select(AuditEntry).where(AuditEntry.action.in_(actions)).order_by(AuditEntry.seq)
        return [
            (one.action, one.entity_id, _details(one.details), one.user_id, one.address)
            for one in db.session.execute(wanted).scalars()
        ]


def _details(found: Any) -> dict[str, Any]:
    return dict(json.loads(found) if isinstance(found, str) else found)


# --- the device ---


def test_without_a_registered_device_nothing_is_shown_and_nothing_punched(sqlite_centre: Centre) -> None:
    staff_id = _staff(sqlite_centre)
    browser = sqlite_centre.browser()
    for token in (None, "", "forged"):
        if token is not None:
            browser.http.set_cookie("kiosk", token)
        for url in ("/kiosk", f"/kiosk/{staff_id}", f"/kiosk/done/{uuid4()}"):
            answer = browser.get(url)
            assert answer.status_code == 403
            assert "見本 花子" not in _text(answer)
        assert _punch(browser, staff_id).status_code == 403
        assert browser.post("/kiosk/find", data={"staff_code": "P01"}).status_code == 403
    assert _punches(sqlite_centre) == []


def test_being_signed_in_makes_no_browser_a_kiosk(sqlite_centre: Centre) -> None:
    assert sqlite_centre.person(*Role).client().get("/kiosk").status_code == 403


def test_registering_makes_this_browser_the_kiosk_and_ends_the_supervisors_session(sqlite_centre: Centre) -> None:
    _staff(sqlite_centre)
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    with browser.http.session_transaction() as cookie:
        signed_in = cookie["sid"]
    answer = browser.post("/attendance/kiosk/devices", data={"name": "出入口の端末"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kiosk")
    given = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("kiosk="))
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(given.split("; "))
    assert "見本 花子" in _text(browser.get("/kiosk"))
    assert browser.get("/attendance/kiosk/devices").status_code == 302
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = signed_in
    assert browser.get("/attendance/kiosk/devices").status_code == 302


def test_only_a_hash_of_the_token_is_kept(sqlite_centre: Centre) -> None:
    with sqlite_centre.inside(), transaction():
        _, token = kiosk.register("端末", by=system_actor(sqlite_centre.contract_id), at=sqlite_centre.now)
    with sqlite_centre.inside():
        stored = db.session.execute(select(KioskDevice.token_hash)).scalar_one()
    assert len(token) >= 43
    assert stored == kiosk.token_hash(token) != token


def test_a_revoked_device_punches_no_more_at_once(centre: Centre) -> None:
    staff_id, (device_id, browser) = _staff(centre), _device(centre)
    assert browser.get("/kiosk").status_code == 200
    boss = centre.person(Role.SUPERVISOR).client()
    assert boss.post(f"/attendance/kiosk/devices/{device_id}/revoke").status_code == 303
    assert _punch(browser, staff_id).status_code == 403
    assert [entry[0] for entry in _log(centre, "kiosk.registered", "kiosk.revoked")] == [
        "kiosk.registered",
        "kiosk.revoked",
    ]


def test_a_device_is_revoked_once_and_only_by_its_own_contract(sqlite_centre: Centre) -> None:
    device_id, _ = _device(sqlite_centre)
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R7")
        with pytest.raises(NotFound), transaction():
            kiosk.revoke(device_id, by=system_actor(other), at=sqlite_centre.now)
        with transaction():
            kiosk.revoke(device_id, by=system_actor(sqlite_centre.contract_id), at=sqlite_centre.now)
        with pytest.raises(Conflict), transaction():
            kiosk.revoke(device_id, by=system_actor(sqlite_centre.contract_id), at=sqlite_centre.now)


def test_two_devices_in_use_have_two_names(sqlite_centre: Centre) -> None:
    _device(sqlite_centre, "窓口")
    with sqlite_centre.inside(), pytest.raises(InvalidInput), transaction():
        kiosk.register("窓口", by=system_actor(sqlite_centre.contract_id), at=sqlite_centre.now)


def test_a_device_without_a_name_is_refused_beside_its_field(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    answer = browser.post("/attendance/kiosk/devices", data={"name": " "})
    assert answer.status_code == 422
    assert "端末の名前を入力してください" in _text(answer)
    assert browser.get("/attendance/kiosk/devices").status_code == 200


# --- the start ---


def test_the_start_names_todays_people_in_reading_order_with_where_they_stand(sqlite_centre: Centre) -> None:
    _staff(sqlite_centre, "P02", "見本 花子", kana="みほん はなこ")
    first = _staff(sqlite_centre, "P01", "架空 一郎", kana="かくう いちろう")
    _staff(sqlite_centre, "P03", "去年 末子", ends_on=date(2026, 5, 31))
    punched(sqlite_centre, first, "in 8:30, rest 9:20")
    page = _text(_device(sqlite_centre)[1].get("/kiosk"))
    assert page.index("架空 一郎") < page.index("見本 花子")
    assert "去年 末子" not in page
    assert re.findall(r"休憩中|勤務外|勤務中", page) == ["休憩中", "勤務外"]


def test_a_code_of_the_list_leads_to_its_person(sqlite_centre: Centre) -> None:
    staff_id, (_, browser) = _staff(sqlite_centre), _device(sqlite_centre)
    found = browser.post("/kiosk/find", data={"staff_code": " ｐ０１ "})
    assert (found.status_code, found.headers["Location"]) == (303, f"/kiosk/{staff_id}")
    missing = browser.post("/kiosk/find", data={"staff_code": "P99"})
    assert missing.status_code == 422
    assert "従事者名簿にいません" in _text(missing)


def test_somebody_who_is_not_assigned_leads_back_to_the_start(sqlite_centre: Centre) -> None:
    gone, (_, browser) = _staff(sqlite_centre, ends_on=date(2026, 5, 31)), _device(sqlite_centre)
    for answer in (browser.get(f"/kiosk/{gone}"), _punch(browser, gone), browser.get(f"/kiosk/{uuid4()}")):
        assert answer.headers["Location"] == "/kiosk"
    assert _punches(sqlite_centre) == []


# --- punching ---


def test_the_right_code_punches_and_the_screen_says_so(centre: Centre) -> None:
    staff_id, (device_id, browser) = _staff(centre), _device(centre)
    answer = _punch(browser, staff_id)
    assert answer.status_code == 303
    said = _text(browser.get(answer.headers["Location"]))
    assert "9:30" in said
    assert "見本 花子さん　出勤" in said
    assert _punches(centre) == [("in", "kiosk", 570)]
    ((_, _, details, user_id, address),) = _log(centre, "punch.recorded")
    assert details == {"staff": str(staff_id), "kind": "in", "device": str(device_id)}
    assert (user_id, address) == (None, "127.0.0.1")


def test_a_kiosk_punch_is_the_linked_users(sqlite_centre: Centre) -> None:
    person = sqlite_centre.person(Role.OPERATOR)
    staff_id, (_, browser) = _staff(sqlite_centre, person=person), _device(sqlite_centre)
    _punch(browser, staff_id)
    assert [entry[3] for entry in _log(sqlite_centre, "punch.recorded")] == [person.user_id]


def test_half_past_eight_at_the_kiosk_is_the_day_before_in_utc(sqlite_centre: Centre) -> None:
    staff_id, (_, browser) = _staff(sqlite_centre), _device(sqlite_centre)
    sqlite_centre.at(at("8:30", TUESDAY))
    _punch(browser, staff_id)
    with sqlite_centre.inside():
        (found,) = standing_punches(sqlite_centre.contract_id, TUESDAY)
    assert (found.at.date(), found.local_on, found.minute) == (MONDAY, TUESDAY, 510)


def test_the_screen_offers_only_what_may_follow(sqlite_centre: Centre) -> None:
    staff_id, (_, browser) = _staff(sqlite_centre), _device(sqlite_centre)
    offered = re.compile(r'name="kind" value="(\w+)"')
    assert offered.findall(_text(browser.get(f"/kiosk/{staff_id}"))) == ["in"]
    _punch(browser, staff_id)
    assert offered.findall(_text(browser.get(f"/kiosk/{staff_id}"))) == ["break_start", "out"]


@pytest.mark.parametrize(
    ("before", "kind", "said"),
    [("", "out", "出勤の打刻がない"), ("in 8:30", "in", "すでに出勤しています"), ("", "nothing", "打刻の種類を選んで")],
)
def test_a_punch_that_may_not_follow_is_refused_in_words(
    sqlite_centre: Centre, before: str, kind: str, said: str
) -> None:
    staff_id, (_, browser) = _staff(sqlite_centre), _device(sqlite_centre)
    punched(sqlite_centre, staff_id, before)
    answer = _punch(browser, staff_id, kind)
    assert answer.status_code == 422
    assert said in _text(answer)


def test_a_form_sent_twice_punches_once(centre: Centre) -> None:
    staff_id, (_, browser) = _staff(centre), _device(centre)
    key = uuid4()
    assert (
        _punch(browser, staff_id, key=key).headers["Location"] == _punch(browser, staff_id, key=key).headers["Location"]
    )
    assert len(_punches(centre)) == 1


def test_what_was_punched_is_shown_for_a_minute_only_and_at_this_kiosk_only(sqlite_centre: Centre) -> None:
    staff_id, (_, browser) = _staff(sqlite_centre), _device(sqlite_centre)
    url = _punch(browser, staff_id).headers["Location"]
    assert sqlite_centre.browser().get(url).status_code == 403
    assert browser.get(f"/kiosk/done/{uuid4()}").headers["Location"] == "/kiosk"
    sqlite_centre.at(sqlite_centre.now + timedelta(seconds=61))
    assert browser.get(url).headers["Location"] == "/kiosk"


def test_a_kiosk_of_another_contract_shows_and_punches_nobody_of_this_one(sqlite_centre: Centre) -> None:
    staff_id = _staff(sqlite_centre)
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R7")
        with transaction():
            _, token = kiosk.register("よその端末", by=system_actor(other), at=sqlite_centre.now)
    browser = sqlite_centre.browser()
    browser.http.set_cookie("kiosk", token)
    assert "見本 花子" not in _text(browser.get("/kiosk"))
    assert _punch(browser, staff_id).headers["Location"] == "/kiosk"
    assert _punches(sqlite_centre) == []


def test_a_forged_form_punches_nothing(sqlite_centre: Centre) -> None:
    staff_id, (_, browser) = _staff(sqlite_centre), _device(sqlite_centre)
    answer = browser.http.post(f"/kiosk/{staff_id}", data={"code": CODE, "kind": "in"})
    assert answer.status_code == 409
    assert _punches(sqlite_centre) == []


def test_no_screen_of_the_kiosk_is_kept_by_the_browser(sqlite_centre: Centre) -> None:
    staff_id, (_, browser) = _staff(sqlite_centre), _device(sqlite_centre)
    for url in ("/kiosk", f"/kiosk/{staff_id}", _punch(browser, staff_id).headers["Location"]):
        assert browser.get(url).headers["Cache-Control"] == "no-store"


# --- wrong codes ---


def test_a_wrong_code_punches_nothing_and_is_logged_without_its_digits(centre: Centre) -> None:
    staff_id, (device_id, browser) = _staff(centre), _device(centre)
    answer = _punch(browser, staff_id, code=OTHER)
    assert answer.status_code == 422
    assert OTHER not in _text(answer)
    assert _punches(centre) == []
    assert _log(centre, "kiosk.code_refused") == [
        ("kiosk.code_refused", str(staff_id), {"device": str(device_id)}, None, "127.0.0.1")
    ]


def _tries(browser: Browser, staff_id: UUID, count: int, code: str = OTHER) -> list[tuple[int, str]]:
    answers = [_punch(browser, staff_id, code=code) for _ in range(count)]
    return [(one.status_code, "".join(re.findall(r"個人コード[がの][^<]*。", _text(one)))) for one in answers]


def test_what_is_said_does_not_tell_whether_a_person_has_a_code(sqlite_centre: Centre) -> None:
    with_code, without = _staff(sqlite_centre), _staff(sqlite_centre, "P02", "架空 一郎", personal=None)
    _, browser = _device(sqlite_centre)
    assert _tries(browser, with_code, 7) == _tries(browser, without, 7)
    assert [status for status, _ in _tries(browser, without, 1)] == [429]


def test_five_wrong_codes_lock_the_right_one_out_for_fifteen_minutes(centre: Centre) -> None:
    staff_id, (_, browser) = _staff(centre), _device(centre)
    assert [status for status, _ in _tries(browser, staff_id, 5)] == [422] * 5
    locked = _punch(browser, staff_id)
    assert locked.status_code == 429
    assert "9:45まで" in _text(locked) or "09:45まで" in _text(locked)
    centre.at(at("9:45") - timedelta(seconds=1))
    assert _punch(browser, staff_id).status_code == 429
    centre.at(at("9:45"))
    assert _punch(browser, staff_id).status_code == 303
    assert [entry[0] for entry in _log(centre, "kiosk.code_refused", "kiosk.code_locked")] == [
        *["kiosk.code_refused"] * 4,
        "kiosk.code_locked",
    ]


def test_a_right_code_forgives_the_wrong_ones_before(sqlite_centre: Centre) -> None:
    staff_id, (_, browser) = _staff(sqlite_centre), _device(sqlite_centre)
    _tries(browser, staff_id, 4)
    assert _punch(browser, staff_id).status_code == 303
    assert [status for status, _ in _tries(browser, staff_id, 4)] == [422] * 4


def test_one_persons_lock_locks_nobody_else(sqlite_centre: Centre) -> None:
    first, second = _staff(sqlite_centre), _staff(sqlite_centre, "P02", "架空 一郎", personal=OTHER)
    _, browser = _device(sqlite_centre)
    _tries(browser, first, 5)
    assert _punch(browser, second, code=OTHER).status_code == 303


def test_the_right_code_forgives_even_where_the_punch_may_not_follow(sqlite_centre: Centre) -> None:
    staff_id, (_, browser) = _staff(sqlite_centre), _device(sqlite_centre)
    assert [_punch(browser, staff_id, "out").status_code for _ in range(7)] == [422] * 7


# --- setting codes ---


def _set(browser: Browser, url: str, code: str = CODE, again: str | None = None) -> Any:
    return browser.post(url, data={"code": code, "again": code if again is None else again})


def test_a_person_sets_their_own_code_and_punches_with_it(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    staff_id = add_staff(centre, "P01", person=person)
    assert _set(person.client(), "/attendance/kiosk/code").status_code == 303
    assert _punch(_device(centre)[1], staff_id).status_code == 303
    assert [entry[1:4] for entry in _log(centre, "staff_code.set")] == [(str(staff_id), {}, person.user_id)]


def test_a_supervisor_gives_a_code_which_unlocks_at_once(centre: Centre) -> None:
    staff_id, (_, browser) = _staff(centre), _device(centre)
    _tries(browser, staff_id, 5)
    boss = centre.person(Role.SUPERVISOR).client()
    assert _set(boss, f"/attendance/kiosk/codes/{staff_id}", OTHER).status_code == 303
    assert _punch(browser, staff_id, code=CODE).status_code == 422
    assert _punch(browser, staff_id, code=OTHER).status_code == 303


@pytest.mark.parametrize(
    ("code", "again", "said"),
    [
        ("1234", "1234", "推測されやすい番号"),
        ("258", "258", "4〜8桁の数字"),
        ("2580", "2581", "個人コードと一致しません"),
        ("", "", "4〜8桁の数字"),
    ],
)
def test_a_bad_code_is_refused_beside_its_field_and_not_shown_again(
    sqlite_centre: Centre, code: str, again: str, said: str
) -> None:
    person = sqlite_centre.person(Role.OPERATOR)
    add_staff(sqlite_centre, "P01", person=person)
    answer = _set(person.client(), "/attendance/kiosk/code", code, again)
    assert answer.status_code == 422
    assert said in _text(answer)
    assert 'name="code" value=""' in _text(answer)
    with sqlite_centre.inside():
        assert db.session.execute(select(StaffCode.code_hash)).first() is None


def test_a_code_is_kept_as_a_slow_hash(sqlite_centre: Centre) -> None:
    _staff(sqlite_centre)
    with sqlite_centre.inside():
        stored = db.session.execute(select(StaffCode.code_hash)).scalar_one()
    assert stored.startswith("$argon2id$")


def test_who_is_not_on_the_list_sets_no_code(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.OPERATOR).client()
    assert "登録がありません" in _text(browser.get("/attendance/kiosk/code"))
    assert _set(browser, "/attendance/kiosk/code").status_code == 422


# --- who may set up ---

SOMEBODY = UUID(int=7)
ROUTES = [
    ("GET", "/attendance/kiosk/devices", {Role.SUPERVISOR}),
    ("POST", "/attendance/kiosk/devices", {Role.SUPERVISOR}),
    ("POST", f"/attendance/kiosk/devices/{SOMEBODY}/revoke", {Role.SUPERVISOR}),
    ("GET", "/attendance/kiosk/code", {Role.SUPERVISOR, Role.OPERATOR}),
    ("POST", "/attendance/kiosk/code", {Role.SUPERVISOR, Role.OPERATOR}),
    ("GET", f"/attendance/kiosk/codes/{SOMEBODY}", {Role.SUPERVISOR}),
    ("POST", f"/attendance/kiosk/codes/{SOMEBODY}", {Role.SUPERVISOR}),
]


@pytest.mark.parametrize(("method", "url", "may"), ROUTES)
def test_each_page_of_the_set_up_opens_to_its_roles_only(
    sqlite_centre: Centre, method: str, url: str, may: set[Role]
) -> None:
    for role in Role:
        browser = sqlite_centre.person(role).client()
        found = browser.get(url) if method == "GET" else browser.post(url, data={})
        assert (found.status_code == 403) == (role not in may), (role, found.status_code)


def test_the_supervisor_sees_devices_and_who_has_a_code(sqlite_centre: Centre) -> None:
    _staff(sqlite_centre)
    _staff(sqlite_centre, "P02", "架空 一郎", personal=None)
    _device(sqlite_centre)
    page = _text(sqlite_centre.person(Role.SUPERVISOR).client().get("/attendance/kiosk/devices"))
    assert "出入口の端末" in page
    assert page.count("</span>登録済み") == 1
    assert page.count("</span>未登録") == 1
    with sqlite_centre.inside():
        (device,) = queries.devices(sqlite_centre.contract_id)
    assert device.revoked_at is None


def test_a_punch_of_the_page_is_no_punch_of_a_kiosk(sqlite_centre: Centre) -> None:
    person: Person = sqlite_centre.person(Role.OPERATOR)
    add_staff(sqlite_centre, "P01", person=person)
    person.client().post("/attendance/punch", data={"kind": PunchKind.IN.value})
    assert [source for _, source, _ in _punches(sqlite_centre)] == ["page"]
