"""Delivered documents for machines: what they list, what they fetch, who may."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from callcenter.audit import queries as log
from callcenter.contracts import service as contracts
from callcenter.contracts.rules import PermissionKind
from callcenter.deliveries import service
from callcenter.deliveries.rules import Edition, Kind, Part, State
from callcenter.extensions import new_id
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import token
from tests.centre import Centre, Person
from tests.deliveries.factories import built, submitted


def permit(centre: Centre, kind: PermissionKind = PermissionKind.NETWORK_DATA) -> UUID:
    """The city allows data without personal information on the network, or texts too."""
    new = contracts.NewPermission(kind, date(2026, 4, 1), "見本市 市民課")
    manager = centre.person(Role.CONTRACT_MANAGER).actor
    with centre.inside(), transaction():
        return contracts.record_permission(new, by=manager, at=centre.now)


@pytest.fixture(autouse=True)
def permission(centre: Centre) -> UUID:
    """Of the city, on record."""
    return permit(centre)


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


def ask(centre: Centre, path: str, secret: str | None = None) -> Any:
    """As a machine whose token may read reports, unless another is given."""
    bearer = secret if secret is not None else token(centre, "reports:read")
    return centre.app.test_client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {bearer}"})


def monthly(centre: Centre, supervisor: Person) -> UUID:
    """A month's version with its paper and definitions."""
    paper = service.BuiltFile(Edition.NETWORK, "月報.docx", "monthly.docx", "text/plain", b"paper", Part.PAPER)
    new = service.Submission(
        kind=Kind.MONTHLY,
        period_from=date(2026, 5, 1),
        period_to=date(2026, 5, 31),
        number=1,
        figures={"offered": {"label": "着信数", "state": "not_measured", "value": None, "text": "未計測"}},
        marks={},
        cutoff_at=centre.now,
        change_note="",
        files=[built(Edition.NETWORK), paper],
        definitions={"formulas": {"offered": {"label": "着信数", "formula": "交換機が数えた件数"}}},
    )
    with centre.inside(), transaction():
        return service.submit(new, by=supervisor.actor, at=centre.now)


def test_the_newest_versions_are_listed_the_latest_period_first(centre: Centre, supervisor: Person) -> None:
    first = submitted(centre, supervisor)
    second = submitted(centre, supervisor, number=2, note="直した")
    month = monthly(centre, supervisor)
    found = ask(centre, "/reports").json
    assert [item["id"] for item in found["items"]] == [str(second), str(month)]
    assert (found["total"], found["page"], found["last"]) == (2, 1, 1)
    daily = found["items"][0]
    assert (daily["kind"], daily["period_from"], daily["version"], daily["state"]) == (
        "daily",
        "2026-06-01",
        2,
        "submitted",
    )
    assert daily["submitted_at"].startswith("2026-06-01T00:30:00")
    assert "figures" not in daily
    assert str(first) not in {item["id"] for item in found["items"]}


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 2),
        ("?kind=monthly", 1),
        ("?state=accepted", 1),
        ("?state=sent_back", 0),
        ("?from=2026-06-01", 1),
        ("?to=2026-05-31", 1),
        ("?from=2026-05-15", 1),
        ("?page=2&size=1", 1),
    ],
)
def test_the_list_is_narrowed(centre: Centre, supervisor: Person, query: str, number: int) -> None:
    daily, officer = submitted(centre, supervisor), centre.person(Role.CITY_OFFICER, name="例田 職員")
    monthly(centre, supervisor)
    with centre.inside(), transaction():
        service.decide(daily, State.ACCEPTED, "", by=officer.actor, at=centre.now)
    assert len(ask(centre, f"/reports{query}").json["items"]) == number


@pytest.mark.parametrize("query", ["?kind=weekly", "?state=lost", "?from=soon", "?size=100000", "?who=me"])
def test_a_filter_that_is_none_is_refused_by_name(centre: Centre, query: str) -> None:
    answer = ask(centre, f"/reports{query}")
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {query[1:].partition("=")[0]}


def test_a_version_says_what_was_printed(centre: Centre, supervisor: Person) -> None:
    found = ask(centre, f"/reports/{monthly(centre, supervisor)}").json
    assert found["figures"]["offered"] == {
        "label": "着信数",
        "state": "not_measured",
        "value": None,
        "text": "未計測",
    }
    assert found["definitions"]["formulas"]["offered"]["formula"] == "交換機が数えた件数"
    assert [(file["edition"], file["part"]) for file in found["files"]] == [
        ("network", "workbook"),
        ("network", "paper"),
    ]
    assert found["decided_at"] is None
    assert "sealed" not in str(found)


def test_every_version_of_a_document_is_named(centre: Centre, supervisor: Person) -> None:
    first = submitted(centre, supervisor)
    second = submitted(centre, supervisor, number=2, note="直した")
    found = ask(centre, f"/reports/{first}").json
    assert [(one["id"], one["version"]) for one in found["versions"]] == [(str(second), 2), (str(first), 1)]


def test_a_machine_reads_what_people_typed_only_while_the_city_lets_texts_leave(
    centre: Centre, supervisor: Person
) -> None:
    submitted(centre, supervisor)
    version = submitted(centre, supervisor, number=2, note="直した")
    officer = centre.person(Role.CITY_OFFICER)
    with centre.inside(), transaction():
        service.decide(version, State.SENT_BACK, "件数が違います", by=officer.actor, at=centre.now)

    def texts(answer: Any) -> tuple[str, str]:
        return answer.json["change_note"], answer.json["comment"]

    assert texts(ask(centre, f"/reports/{version}")) == ("", "")
    permit(centre, PermissionKind.NETWORK_TEXTS)
    assert texts(ask(centre, f"/reports/{version}")) == ("直した", "件数が違います")
    assert texts(officer.client().get(f"/api/v1/reports/{version}")) == ("直した", "件数が違います")


def test_a_machine_gets_nothing_without_the_permission_of_the_city(
    centre: Centre, supervisor: Person, permission: UUID
) -> None:
    version = monthly(centre, supervisor)
    asked = ("/reports", f"/reports/{version}", f"/reports/{version}/files/network/paper")
    assert {ask(centre, path).status_code for path in asked} == {200}
    with centre.inside(), transaction():
        contracts.end_permission(permission, date(2026, 5, 31), by=supervisor.actor, at=centre.now)
    assert {ask(centre, path).status_code for path in asked} == {403}


def test_a_machine_never_gets_what_is_for_handing_over(centre: Centre, supervisor: Person) -> None:
    version = submitted(centre, supervisor)
    answer = ask(centre, f"/reports/{version}/files/handover/workbook")
    assert (answer.status_code, b"PK" in answer.data) == (403, False)


def test_a_machine_fetches_the_exact_bytes_and_the_log_says_so(centre: Centre, supervisor: Person) -> None:
    version = monthly(centre, supervisor)
    answer = ask(centre, f"/reports/{version}/files/network/paper")
    assert (answer.status_code, answer.data) == (200, b"paper")
    with centre.inside():
        entry = log.history_of(centre.contract_id, "delivery_version", str(version))[-1]
    assert (entry.action, entry.details["edition"], entry.channel) == ("report.downloaded", "network.paper", "api")


@pytest.mark.parametrize("path", ["network/poster", "everything/workbook"])
def test_a_file_that_is_not_there_is_not_found(centre: Centre, supervisor: Person, path: str) -> None:
    assert ask(centre, f"/reports/{monthly(centre, supervisor)}/files/{path}").status_code == 404


def paths(version: UUID) -> tuple[str, ...]:
    return "/reports", f"/reports/{version}", f"/reports/{version}/files/handover/workbook"


def test_without_the_scope_nothing_is_read(centre: Centre, supervisor: Person) -> None:
    version, secret = submitted(centre, supervisor), token(centre, "calls:read")
    assert {ask(centre, path, secret).status_code for path in paths(version)} == {403}


def test_without_a_token_nothing_is_read(centre: Centre, supervisor: Person) -> None:
    version = submitted(centre, supervisor)
    client = centre.app.test_client()
    assert {client.get(f"/api/v1{path}").status_code for path in paths(version)} == {401}


def test_a_token_of_another_contract_finds_nothing(centre: Centre, supervisor: Person) -> None:
    version = submitted(centre, supervisor)
    with centre.inside():
        other = centre.new_contract("OTHER")
    own, centre.contract_id = centre.contract_id, other
    secret = token(centre, "reports:read")
    permit(centre)
    centre.contract_id = own
    assert ask(centre, "/reports", secret).json["items"] == []
    asked = (f"/reports/{version}", f"/reports/{version}/files/network/workbook")
    assert {ask(centre, path, secret).status_code for path in asked} == {404}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_people_who_see_no_documents_see_none_here(centre: Centre, supervisor: Person, role: Role) -> None:
    version = submitted(centre, supervisor)
    client = centre.person(role).client()
    assert {client.get(f"/api/v1{path}").status_code for path in paths(version)} == {403}


def test_city_staff_read_with_their_session(centre: Centre, supervisor: Person) -> None:
    version = submitted(centre, supervisor)
    client = centre.person(Role.CITY_VIEWER).client()
    assert {client.get(f"/api/v1{path}").status_code for path in paths(version)} == {200}


def test_an_unknown_version_is_not_found(centre: Centre) -> None:
    assert ask(centre, f"/reports/{new_id()}").status_code == 404


def test_the_description_tells_of_the_documents(centre: Centre) -> None:
    described: Any = centre.app.test_client().get("/api/openapi.json").json
    assert {path for path in described["paths"] if "/reports" in path} == {
        "/api/v1/reports",
        "/api/v1/reports/{version_id}",
        "/api/v1/reports/{version_id}/files/{edition}/{part}",
    }
