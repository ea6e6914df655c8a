from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.audit import queries as log
from callcenter.deliveries import addresses, sending_queries
from callcenter.deliveries.rules import mailbox
from callcenter.errors import InvalidInput, NotFound
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre, Person
from tests.deliveries.sending_factories import A, B, listed

URL = "/documents/addresses"


@pytest.fixture
def manager(centre: Centre) -> Person:
    return centre.person(Role.CONTRACT_MANAGER, name="見本 契約")


def known(centre: Centre, *, live: bool = True) -> list[str]:
    with centre.inside():
        return [one.address for one in sending_queries.mailboxes(centre.contract_id, live=live)]


def post(browser: Browser, **changes: str) -> Any:
    form = {"address": A, "owner": "市民課", "idempotency_key": str(uuid4()), **changes}
    return browser.post(URL, data=form)


# --- what an address is ---


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("card@city.example.jp", "card@city.example.jp"),
        ("Card.Desk+Report@City.Example.JP", "card.desk+report@city.example.jp"),
        ("ｃａｒｄ＠ｃｉｔｙ．ｅｘａｍｐｌｅ．ｊｐ", "card@city.example.jp"),
        (f"{'a' * 64}@city.example.jp", f"{'a' * 64}@city.example.jp"),
    ],
)
def test_an_address_is_kept_in_one_way(written: str, kept: str) -> None:
    assert mailbox(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "card",
        "card@",
        "@city.example.jp",
        "card@localhost",
        "card@city..jp",
        "card@-city.jp",
        "card@city.jp.",
        ".card@city.jp",
        "card.@city.jp",
        "ca..rd@city.jp",
        "ca rd@city.jp",
        "card@city.example.jp, other@city.example.jp",
        "card@city.example.jp Bcc: x@evil.example",
        "card@city.example.jp\r\nBcc: x@evil.example",
        "card@city.example.jp\n",
        "<card@city.example.jp>",
        '"card"@city.example.jp',
        "card@[192.0.2.1]",
        "card@192.0.2.1",
        "窓口@city.example.jp",
        "card@市.example.jp",
        f"{'a' * 65}@city.example.jp",
        f"card@{'a' * 64}.jp",
        f"card@{'.'.join(['a' * 60] * 5)}.jp",
    ],
)
def test_what_is_no_plain_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        mailbox(written)
    assert "address" in refused.value.errors


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
@settings(max_examples=50)
def test_whatever_is_taken_fits_one_line_of_a_header(written: str) -> None:
    try:
        kept = mailbox(written)
    except InvalidInput:
        return
    assert kept.isascii()
    assert kept.isprintable()
    assert not set(kept) & set(' ,;:<>()[]"\\')


# --- the list ---


def test_a_mailbox_is_added_and_withdrawn_and_both_are_entries(centre: Centre, manager: Person) -> None:
    (address,) = listed(centre, manager, A)
    assert known(centre) == [A]
    with centre.inside(), transaction():
        addresses.withdraw_address(address, by=manager.actor, at=centre.now)
    assert known(centre) == []
    assert known(centre, live=False) == [A]
    with centre.inside():
        entries = log.history_of(centre.contract_id, "delivery_address", str(address))
    assert [entry.action for entry in entries] == ["delivery_address.added", "delivery_address.withdrawn"]


def test_the_same_mailbox_is_refused_twice_whatever_its_letters(centre: Centre, manager: Person) -> None:
    listed(centre, manager, A)
    with centre.inside(), pytest.raises(InvalidInput, match=r".*"), transaction():
        addresses.add_address(addresses.NewAddress(A.upper(), "別の課"), by=manager.actor, at=centre.now)
    assert known(centre) == [A]


def test_one_that_was_withdrawn_may_be_added_again(centre: Centre, manager: Person) -> None:
    (address,) = listed(centre, manager, A)
    with centre.inside(), transaction():
        addresses.withdraw_address(address, by=manager.actor, at=centre.now)
    listed(centre, manager, A)
    assert known(centre) == [A]
    assert known(centre, live=False) == [A, A]


def test_what_is_not_on_the_list_cannot_be_withdrawn(centre: Centre, manager: Person) -> None:
    (address,) = listed(centre, manager, A)
    for _ in ("withdrawn", "a second time"):
        with centre.inside():
            try:
                with transaction():
                    addresses.withdraw_address(address, by=manager.actor, at=centre.now)
            except NotFound:
                return
    pytest.fail("withdrawn twice")


# --- the page ---


def test_the_page_adds_shows_and_withdraws(centre: Centre, manager: Person) -> None:
    browser = manager.client()
    assert "送付先はまだありません" in browser.get(URL).text
    assert post(browser).status_code == 303
    page = browser.get(URL).text
    assert A in page
    with centre.inside():
        (one,) = sending_queries.mailboxes(centre.contract_id)
    assert browser.post(f"{URL}/{one.id}/withdraw").status_code == 303
    assert "外した送付先（1件）" in browser.get(URL).text


def test_a_refused_address_stays_typed(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    answer = post(browser, address="card@city", owner="市民課 受付")
    assert answer.status_code == 422
    assert "card@city" in answer.text
    assert "市民課 受付" in answer.text
    assert "name@city.example.jp の形で" in answer.text


def test_a_second_line_cannot_be_smuggled_into_the_header(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    assert post(browser, address="card@city.example.jp\r\nBcc: x@evil.example").status_code == 422
    assert known(sqlite_centre, live=False) == []


def test_the_form_sent_twice_is_one_mailbox(centre: Centre, manager: Person) -> None:
    browser, key = manager.client(), str(uuid4())
    assert [post(browser, idempotency_key=key).status_code for _ in range(2)] == [303, 303]
    assert known(centre, live=False) == [A]


def test_without_words_or_key_nothing_is_added(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    for changes in ({"owner": " "}, {"address": ""}, {"idempotency_key": "x"}, {"owner": "あ" * 101}):
        assert post(browser, **changes).status_code == 422
    assert known(sqlite_centre, live=False) == []


def test_an_individual_number_is_refused(sqlite_centre: Centre) -> None:
    number = f"12345678901{check_digit('12345678901')}"
    answer = post(sqlite_centre.person(Role.SUPERVISOR).client(), owner=f"担当 {number}")
    assert answer.status_code == 422
    assert number not in answer.text
    assert known(sqlite_centre, live=False) == []


def test_another_contracts_list_is_its_own(centre: Centre, manager: Person) -> None:
    (address,) = listed(centre, manager, A)
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = centre.person(Role.CONTRACT_MANAGER, contract_id=other)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(stranger, other)
    assert A not in browser.get(URL).text
    headers = {"X-CSRFToken": browser.csrf(), "X-Contract-Id": str(other)}
    assert browser.http.post(f"{URL}/{address}/withdraw", headers=headers).status_code == 404
    assert known(centre) == [A]
    form = {"address": A, "owner": "他市", "idempotency_key": str(uuid4())}
    assert browser.http.post(URL, data=form, headers=headers).status_code == 303


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SUPERVISOR, Role.CONTRACT_MANAGER}))
def test_only_the_leadership_sees_and_changes_the_list(sqlite_centre: Centre, role: Role) -> None:
    (address,) = listed(sqlite_centre, sqlite_centre.person(Role.SUPERVISOR), B)
    browser = sqlite_centre.person(role).client()
    assert browser.get(URL).status_code == 403
    assert post(browser).status_code == 403
    assert browser.post(f"{URL}/{address}/withdraw").status_code == 403
    assert known(sqlite_centre) == [B]
