from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from callcenter.demo.people import CALLERS, CITY, COMPANY, DESK, OPERATORS, STAFF, caller, caller_at

# Mobile numbers never have a 0 here; the land lines are a block for examples.
UNREACHABLE = re.compile(r"0[89]0-0000-\d{4}|073-555-01\d{2}")


def test_the_desk_has_a_leader_a_deputy_and_six_operators() -> None:
    assert Counter(person.role for person in DESK) == {"supervisor": 2, "operator": 6}
    assert len(OPERATORS) == 6


def test_every_role_can_sign_in_and_no_login_or_code_stands_twice() -> None:
    roles = {"operator", "supervisor", "contract_manager", "city_viewer", "city_officer", "administrator"}
    assert {person.role for person in STAFF} == roles
    assert len({person.login for person in STAFF}) == len(STAFF)
    codes = [person.code for person in STAFF if person.at_desk]
    assert len(set(codes)) == len(codes) == len(DESK)


def test_city_and_company_say_that_they_are_invented() -> None:
    assert "架空" in CITY
    assert "架空" in COMPANY


def test_no_number_can_be_dialled_and_none_is_given_twice() -> None:
    phones = [caller_at(index).phone for index in range(CALLERS)]
    assert all(UNREACHABLE.fullmatch(phone) for phone in phones)
    assert len(set(phones)) == CALLERS


def test_names_have_readings() -> None:
    for index in range(0, CALLERS, 37):
        person = caller_at(index)
        assert len(person.name.split()) == len(person.kana.split()) == 2
        assert re.fullmatch(r"[ぁ-ん ]+", person.kana)


def test_some_callers_call_again() -> None:
    rng = random.Random(1)
    heard = Counter(caller(rng) for _ in range(25_400))
    assert max(heard.values()) >= 3
    assert len(heard) < CALLERS


@pytest.mark.parametrize("index", [-1, CALLERS])
def test_there_are_only_so_many_callers(index: int) -> None:
    with pytest.raises(ValueError, match="no caller"):
        caller_at(index)
