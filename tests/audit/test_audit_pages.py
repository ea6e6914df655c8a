from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcenter.audit import vocabulary
from callcenter.audit.cli import group
from callcenter.audit.service import Act, record, system_actor
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre

SOURCES = Path(vocabulary.__file__).parent.parent
ACT = re.compile(r'Act\(\s*"([a-z_.]+)",\s*"([a-z_]+)"')


def _admin(centre: Centre) -> Browser:
    return centre.person(Role.ADMINISTRATOR, name="管理 太郎").client()


def _note(centre: Centre, name: str, **more: object) -> None:
    with centre.inside(), transaction():
        record(Act("token.created", "token", name, more), by=system_actor(centre.contract_id), at=centre.now)


def _rows(page: str) -> int:
    body = page.partition("log-table")[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return body.count("<tr>")


def test_the_log_is_listed_in_words(centre: Centre) -> None:
    _note(centre, "t1", scopes=["calls:read"])
    page = _admin(centre).get("/admin/log").text
    assert "トークンを発行" in page
    assert "許可する範囲：対応記録の参照" in page
    assert "役割：システム管理者" in page


def test_it_is_filtered_by_action_person_period_and_target(centre: Centre) -> None:
    browser = _admin(centre)
    for name in ("t1", "t2"):
        _note(centre, name)
    assert _rows(browser.get("/admin/log?action=token.created").text) == 2
    assert _rows(browser.get("/admin/log?entity=token&target=t1").text) == 1
    assert _rows(browser.get("/admin/log?action=token.created&since=2026-06-01&until=2026-06-01").text) == 2
    assert _rows(browser.get("/admin/log?since=2026-06-02").text) == 0
    assert _rows(browser.get("/admin/log?until=2026-05-31").text) == 0


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=999999999", "since=x", "user=x", "size=1000"])
def test_an_absurd_filter_is_refused_and_no_fault(sqlite_centre: Centre, query: str) -> None:
    assert _admin(sqlite_centre).get(f"/admin/log?{query}").status_code == 422


@pytest.mark.parametrize("query", ["action=%00", "target=%00%ff", "entity=" + "x" * 3000, "page=100000"])
def test_a_strange_filter_finds_nothing(centre: Centre, query: str) -> None:
    assert _admin(centre).get(f"/admin/log?{query}").status_code in {200, 422}


def test_pages_follow_each_other_with_their_filters(sqlite_centre: Centre) -> None:
    browser = _admin(sqlite_centre)
    for number in range(55):
        _note(sqlite_centre, f"t{number}")
    page = browser.get("/admin/log?action=token.created").text
    assert _rows(page) == 50
    assert 'href="/admin/log?action=token.created&amp;page=2"' in page
    assert _rows(browser.get("/admin/log?action=token.created&page=2").text) == 5


def test_verification_shows_both_chains_and_is_an_entry_itself(centre: Centre) -> None:
    browser = _admin(centre)
    page = browser.post("/admin/log/verify").text
    assert page.count("すべての記録が控えで守られています") == 2
    assert "操作記録を検証" in page


def test_verification_names_what_is_broken(centre: Centre) -> None:
    from tests.audit.test_log import _tamper

    browser = _admin(centre)
    _note(centre, "t1")
    with centre.inside():
        _tamper("UPDATE audit_entries SET entity_id = 'x' WHERE entity_id = 't1'")
    assert "書き換えられています" in browser.post("/admin/log/verify").text


def test_only_administrators_see_the_log(sqlite_centre: Centre) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        assert sqlite_centre.person(role).client().get("/admin/log").status_code == 403


def test_another_contracts_log_is_not_shown(sqlite_centre: Centre) -> None:
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R7")
    with sqlite_centre.inside(), transaction():
        record(Act("token.revoked", "token", "theirs"), by=system_actor(other), at=sqlite_centre.now)
    browser = _admin(sqlite_centre)
    assert "theirs" not in browser.get("/admin/log").text
    assert "theirs" not in browser.get(f"/admin/log?chain={other}").text


def test_failed_sign_ins_are_seen_without_what_was_typed(sqlite_centre: Centre) -> None:
    sqlite_centre.browser().post("/sign-in", data={"login": "somebody-there", "password": "x"})
    page = _admin(sqlite_centre).get("/admin/log?chain=system").text
    assert "サインインに失敗" in page
    assert "somebody" not in page


def test_every_action_and_thing_the_code_records_has_its_words() -> None:
    found = {match for file in SOURCES.rglob("*.py") for match in ACT.findall(file.read_text())}
    assert len(found) > 20
    assert {action for action, _ in found} - set(vocabulary.ACTIONS) == set()
    assert {thing for _, thing in found} - set(vocabulary.THINGS) == set()


# --- the command ---


def _run(centre: Centre, *arguments: str) -> Result:
    return CliRunner().invoke(group, list(arguments), obj=lambda: centre.app)


def test_the_command_says_whole_with_exit_code_0(centre: Centre) -> None:
    _note(centre, "t1")
    result = _run(centre, "verify", "--json")
    assert result.exit_code == 0
    found = json.loads(result.output)
    assert found["whole"] is True
    assert {chain["broken_at"] for chain in found["chains"]} == {None}
    assert _run(centre, "verify").output.count("正常") == 2


def test_the_command_names_the_first_broken_entry_with_exit_code_1(centre: Centre) -> None:
    from tests.audit.test_log import _tamper

    for name in ("t1", "t2", "t3"):
        _note(centre, name)
    with centre.inside():
        _tamper("DELETE FROM audit_entries WHERE entity_id = 't2'")
    result = _run(centre, "verify", "--json")
    assert result.exit_code == 1
    chain = next(found for found in json.loads(result.output)["chains"] if found["chain"] == str(centre.contract_id))
    assert chain["broken_at"] == chain["entries"] + 1
    assert f"{chain['broken_at']}件目" in _run(centre, "verify").output


def test_the_command_lists_entries_newest_first(sqlite_centre: Centre) -> None:
    for name in ("t1", "t2"):
        _note(sqlite_centre, name)
    chain = str(sqlite_centre.contract_id)
    lines = _run(sqlite_centre, "list", "--chain", chain, "--json", "--limit", "2").output.splitlines()
    assert [json.loads(line)["entity_id"] for line in lines] == ["t2", "t1"]
    assert "トークンを発行" in _run(sqlite_centre, "list", "--chain", chain).output
    assert _run(sqlite_centre, "list", "--chain", "x").exit_code == 2
