from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from callcenter.accounts.cli import group
from callcenter.accounts.cli import group as accounts
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from tests.accounts.factories import OTHER_PASSWORD, is_in, sign_in, with_password
from tests.centre import PASSWORD, Centre


def _run(centre: Centre, *arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(group, list(arguments), input=given, obj=lambda: centre.app)


def test_the_first_administrator_is_made_by_a_command(centre: Centre) -> None:
    result = _run(centre, "create-admin", "--login", "Kanri", "--name", "見本 太郎", given=f"{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    browser = centre.browser()
    assert sign_in(browser, "kanri").status_code == 303
    assert browser.get("/admin/users").status_code == 200


def test_no_option_takes_a_password() -> None:
    options = {name for command in accounts.commands.values() for param in command.params for name in param.opts}
    assert "--password" not in options
    assert "--password-stdin" in options


@pytest.mark.parametrize(
    ("arguments", "given", "error"),
    [
        (["--login", "kanri", "--name", "見本"], "short\n", InvalidInput),
        (["--login", "kanri", "--name", "見本"], "", InvalidInput),
        (["--login", "1", "--name", "見本"], f"{PASSWORD}\n", InvalidInput),
        (["--login", "kanri", "--name", ""], f"{PASSWORD}\n", InvalidInput),
        (["--login", "person1", "--name", "見本"], f"{PASSWORD}\n", Conflict),
        (["--login", "kanri", "--name", "見本", "--contract", "R99"], f"{PASSWORD}\n", NotFound),
    ],
)
def test_what_cannot_be_is_refused(
    sqlite_centre: Centre, arguments: list[str], given: str, error: type[Exception]
) -> None:
    sqlite_centre.person(Role.OPERATOR)
    result = _run(sqlite_centre, "create-admin", *arguments, given=given)
    assert isinstance(result.exception, error)


def test_an_individual_number_is_no_name(sqlite_centre: Centre) -> None:
    from callcenter.protection.scan import IndividualNumberRefused

    number = f"12345678901{check_digit('12345678901')}"
    result = _run(sqlite_centre, "create-admin", "--login", "kanri", "--name", number, given=f"{PASSWORD}\n")
    assert isinstance(result.exception, IndividualNumberRefused)


def test_the_contract_is_named_where_there_are_several(sqlite_centre: Centre) -> None:
    with sqlite_centre.inside():
        sqlite_centre.new_contract("R7")
    arguments = ["create-admin", "--login", "kanri", "--name", "見本"]
    assert _run(sqlite_centre, *arguments, given=f"{PASSWORD}\n").exit_code == 2
    assert _run(sqlite_centre, *arguments, "--contract", "R7", given=f"{PASSWORD}\n").exit_code == 0


def test_everybody_is_listed_with_their_roles(centre: Centre) -> None:
    centre.person(Role.OPERATOR, Role.SUPERVISOR)
    rows = json.loads(_run(centre, "list", "--json").output)
    assert [(row["contract"], row["login"], sorted(row["roles"])) for row in rows] == [
        ("R8", "person1", ["operator", "supervisor"])
    ]
    assert "オペレーター、業務責任者" in _run(centre, "list").output


def test_a_reset_password_is_temporary_and_ends_the_sessions(centre: Centre) -> None:
    person = with_password(centre, centre.person(Role.OPERATOR))
    browser = person.client()
    assert _run(centre, "reset-password", "--login", person.login, given=f"{OTHER_PASSWORD}\n").exit_code == 0
    assert not is_in(browser)
    assert sign_in(browser, person.login, OTHER_PASSWORD).status_code == 303
    assert browser.get("/contract").headers["Location"] == "/"


def test_a_role_is_granted_across_contracts_at_the_machine(sqlite_centre: Centre) -> None:
    with sqlite_centre.inside():
        sqlite_centre.new_contract("R7")
    person = sqlite_centre.person(Role.OPERATOR)
    done = _run(sqlite_centre, "grant", "--login", person.login, "--role", "supervisor", "--contract", "R7")
    assert done.exit_code == 0
    mixed = _run(sqlite_centre, "grant", "--login", person.login, "--role", "city_officer", "--contract", "R7")
    assert isinstance(mixed.exception, InvalidInput)
