from __future__ import annotations

import pytest

from callcenter.deliveries.rules import State, check_decision, check_next_version
from callcenter.errors import Conflict, InvalidInput


def test_the_first_version_needs_no_note() -> None:
    assert check_next_version(0, "") == 1


def test_a_later_version_says_what_changed() -> None:
    assert check_next_version(1, "着信数を直した") == 2
    with pytest.raises(InvalidInput) as refused:
        check_next_version(1, "  ")
    assert "change_note" in refused.value.errors


def test_only_the_newest_version_is_decided() -> None:
    with pytest.raises(Conflict, match="新しい版"):
        check_decision(State.SUBMITTED, is_latest=False, decision=State.ACCEPTED, comment="")


@pytest.mark.parametrize("state", [State.ACCEPTED, State.SENT_BACK])
def test_a_version_is_decided_once(state: State) -> None:
    with pytest.raises(Conflict):
        check_decision(state, is_latest=True, decision=State.ACCEPTED, comment="")


def test_sending_back_says_why() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_decision(State.SUBMITTED, is_latest=True, decision=State.SENT_BACK, comment=" ")
    assert "comment" in refused.value.errors
    check_decision(State.SUBMITTED, is_latest=True, decision=State.ACCEPTED, comment="")
