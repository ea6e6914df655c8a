from __future__ import annotations

from types import MappingProxyType
from uuid import UUID

from callcenter.contracts.settings import PUBLIC_PHONES
from callcenter.protection.keys import ContractKeys
from callcenter.reporting.texts import Callers, ReportText, findings_in

KEYS = ContractKeys(UUID(int=1), MappingProxyType({1: b"d" * 32}), 1, b"i" * 32, b"l" * 32)
NOBODY = Callers((), ())


def _found(text: str, callers: Callers = NOBODY, confirmed: frozenset[bytes] = frozenset()) -> list[tuple[str, bool]]:
    source = ReportText("call:1", "#1", text)
    found = findings_in([source], callers, keys=KEYS, confirmed=set(confirmed), public=PUBLIC_PHONES)
    return [(item.words, item.confirmed) for item in found]


def test_an_ordinary_report_text_has_no_finding() -> None:
    assert _found("電子証明書の更新時期について案内した。") == []


def test_a_callers_name_and_phone_are_found_in_any_written_form() -> None:
    callers = Callers(("見本 花子",), ("+81735550123",))
    assert [words for words, _ in _found("見本花子様、０７３－５５５－０１２３へ折返し", callers)] != []
    assert len(_found("見本花子様、０７３－５５５－０１２３へ折返し", callers)) >= 2


def test_a_public_dial_is_no_finding() -> None:
    assert _found("紛失時は 0120-95-0178 を案内した。") == []


def test_a_confirmation_counts_for_this_text_only() -> None:
    source = ReportText("call:1", "#1", "見本様から苦情")
    item = findings_in([source], NOBODY, keys=KEYS, confirmed=set(), public=())[0]
    assert _found("見本様から苦情", confirmed=frozenset({item.mark})) == [(item.words, True)]
    assert _found("見本様から苦情。", confirmed=frozenset({item.mark}))[0][1] is False


def test_an_individual_number_can_not_be_confirmed() -> None:
    from callcenter.protection.mynumber import check_digit

    text = f"番号{'98765432109'}{check_digit('98765432109')}"
    source = ReportText("call:1", "#1", text)
    item = findings_in([source], NOBODY, keys=KEYS, confirmed=set(), public=())[0]
    again = findings_in([source], NOBODY, keys=KEYS, confirmed={item.mark}, public=())
    assert not again[0].confirmed
