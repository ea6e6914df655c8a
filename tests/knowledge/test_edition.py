"""The edition of manual and FAQ: what it holds, that it is submitted once, what the city asks; on both databases."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from callcenter.audit import queries as log
from callcenter.deliveries import queries as delivered
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import Edition, Kind, Part, State
from callcenter.errors import Conflict
from callcenter.extensions import db
from callcenter.jobs.models import Job
from callcenter.jobs.ports import RunningJob
from callcenter.jobs.rules import JobKind, JobState
from callcenter.jobs.running import run_waiting
from callcenter.knowledge import edition, edition_queries
from callcenter.knowledge.models import EditionRequest
from callcenter.knowledge.rules import Audience, EntryKind
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import MONDAY_MORNING, Browser, Centre, Person
from tests.knowledge.factories import published_entry, retired, revised

PAGE = "/knowledge/edition"
TODAY = date(2026, 6, 1)
LEADERS = {Role.SUPERVISOR, Role.CONTRACT_MANAGER}
CITY = {Role.CITY_VIEWER, Role.CITY_OFFICER}
ROUTES = [
    ("GET", PAGE, LEADERS | CITY),
    ("GET", f"{PAGE}/draft/paper", LEADERS),
    ("POST", PAGE, LEADERS),
    ("POST", f"{PAGE}/requests", {Role.CITY_OFFICER}),
]


@pytest.fixture
def quick(sqlite_centre: Centre) -> Person:
    """The supervisor of a centre on SQLite only."""
    return sqlite_centre.person(Role.SUPERVISOR, name="見本 責任者")


def submit(browser: Browser, **changes: str) -> Any:
    """Press the button and let the worker work."""
    answer = browser.post(PAGE, data={"idempotency_key": str(uuid4()), **changes})
    run_waiting(browser.centre.app)
    return answer


def ask(browser: Browser, **changes: str) -> Any:
    return browser.post(f"{PAGE}/requests", data={"note": "", "idempotency_key": str(uuid4()), **changes})


def versions(centre: Centre, on: date = TODAY) -> list[VersionFacts]:
    with centre.inside():
        return delivered.versions_for(centre.contract_id, Kind.MANUAL, on, on)


def words_of(browser: Browser, version: UUID, which: str, part: Part = Part.WORKBOOK) -> str:
    """Everything that stands in a submitted file."""
    url = f"/documents/{version}/files/{which}" + ("" if part is Part.WORKBOOK else f"/{part.value}")
    with ZipFile(io.BytesIO(browser.get(url).data)) as package:
        return "".join(package.read(name).decode() for name in package.namelist() if name.endswith(".xml"))


def jobs(centre: Centre) -> list[tuple[JobState, int]]:
    """Where each job stands, and how often it was asked for."""
    statement = select(Job.state, Job.round).where(Job.kind == JobKind.SUBMIT_MANUAL.value).order_by(Job.id)
    with centre.inside():
        return [(JobState(row.state), row.round) for row in db.session.execute(statement)]


# --- who may ---


@pytest.mark.parametrize(("method", "url", "may"), ROUTES)
def test_each_page_opens_to_its_roles_only(sqlite_centre: Centre, method: str, url: str, may: set[Role]) -> None:
    for role in Role:
        browser = sqlite_centre.person(role).client()
        found = browser.get(url) if method == "GET" else browser.post(url, data={})
        assert (found.status_code == 403) == (role not in may), (role, found.status_code)


def test_every_route_of_editions_is_in_the_table(sqlite_centre: Centre) -> None:
    found = [
        method
        for rule in sqlite_centre.app.url_map.iter_rules()
        if rule.endpoint.startswith("knowledge_edition.")
        for method in (rule.methods or set()) & {"GET", "POST"}
    ]
    assert sorted(found) == sorted(method for method, _, _ in ROUTES)


def test_the_city_sees_no_form_of_the_centre_and_a_viewer_none_at_all(sqlite_centre: Centre, quick: Person) -> None:
    published_entry(sqlite_centre)
    officer = sqlite_centre.person(Role.CITY_OFFICER).client().get(PAGE).text
    viewer = sqlite_centre.person(Role.CITY_VIEWER).client().get(PAGE).text
    assert "承認して市へ提出する" not in officer
    assert "最新版を求める" in officer
    assert "最新版を求める" not in viewer
    assert "いま提出する内容" not in viewer


# --- submitting ---


def test_what_is_in_force_goes_to_the_city_as_word_and_workbook(centre: Centre, supervisor: Person) -> None:
    published_entry(centre, title="カードはいつ届きますか", said_as=("まだ来ない",))
    published_entry(centre, kind=EntryKind.CHAPTER, title="電話応対の基本", category="")
    assert submit(supervisor.client()).status_code == 303
    (version,) = versions(centre)
    assert version.state is State.SUBMITTED
    assert version.figures["faq"]["text"] == "1件"
    assert version.figures["chapters"]["text"] == "1章"
    assert version.approver_name == "見本 責任者"
    viewer = centre.person(Role.CITY_VIEWER).client()
    for part in Part:
        words = words_of(viewer, version.id, "handover", part)
        assert "カードはいつ届きますか" in words
        assert "電話応対の基本" in words
        assert "みなと架空市長" in words


def test_the_network_edition_names_nobody(centre: Centre, supervisor: Person) -> None:
    published_entry(centre)
    submit(supervisor.client())
    (version,) = versions(centre)
    for part in Part:
        by_hand, by_network = (words_of(supervisor.client(), version.id, one.value, part) for one in Edition)
        assert "見本 責任者" in by_hand
        assert "例田 職員" in by_hand
        assert not any(name in by_network for name in ("見本 責任者", "例田 職員"))
        assert "業務責任者" in by_network


def test_internal_entries_are_in_it_and_marked(sqlite_centre: Centre, quick: Person) -> None:
    published_entry(sqlite_centre, title="引継ぎの手順", audience=Audience.INTERNAL)
    submit(quick.client())
    (version,) = versions(sqlite_centre)
    assert "引継ぎの手順［内部］" in words_of(quick.client(), version.id, "handover", Part.PAPER)
    assert version.figures["internal"]["value"] == 1


def test_only_what_is_in_force_on_the_day_is_in_it(centre: Centre, supervisor: Person) -> None:
    kept = published_entry(centre, title="いまの項目")
    published_entry(centre, title="あしたの項目", on=TODAY + timedelta(days=1))
    gone = published_entry(centre, title="きえる項目")
    retired(centre, gone.entry_id, on=TODAY + timedelta(days=1))
    with centre.inside():
        today = edition.plan(centre.contract_id, TODAY)
        tomorrow = edition.plan(centre.contract_id, TODAY + timedelta(days=1))
    assert [one.version.title for one in today.found] == ["いまの項目", "きえる項目"]
    assert [one.version.title for one in tomorrow.found] == ["いまの項目", "あしたの項目"]
    assert kept.entry_id == today.found[0].entry.id


def test_before_the_contract_starts_its_first_day_is_submitted(sqlite_centre: Centre) -> None:
    with sqlite_centre.app.app_context():
        contract = sqlite_centre.new_contract("R9", starts_on=date(2026, 7, 1))
    sqlite_centre.contract_id = contract
    manager = sqlite_centre.person(Role.CONTRACT_MANAGER, name="見本 契約")
    assert "有効なマニュアル・FAQがありません" in manager.client().get(PAGE).text
    published_entry(sqlite_centre, on=date(2026, 7, 1))
    page = manager.client().get(PAGE).text
    assert "契約の始まり（令和8年7月1日（水））の前に提出してください" in page
    submit(manager.client())
    (version,) = versions(sqlite_centre)
    assert version.figures["faq"]["value"] == 1
    assert "の前に提出してください" not in manager.client().get(PAGE).text


def test_nothing_in_force_is_not_submitted(centre: Centre, supervisor: Person) -> None:
    answer = submit(supervisor.client())
    assert answer.status_code == 409
    assert "公開してから提出してください" in answer.text
    assert versions(centre) == []


def test_the_form_sent_twice_is_one_edition(centre: Centre, supervisor: Person) -> None:
    published_entry(centre)
    browser, key = supervisor.client(), str(uuid4())
    assert [submit(browser, idempotency_key=key).status_code for _ in range(2)] == [303, 303]
    assert len(versions(centre)) == 1
    assert jobs(centre) == [(JobState.DONE, 1)]


def test_a_second_one_waits_until_the_first_is_done(sqlite_centre: Centre, quick: Person) -> None:
    published_entry(sqlite_centre)
    browser = quick.client()
    assert browser.post(PAGE, data={"idempotency_key": str(uuid4())}).status_code == 303
    second = browser.post(PAGE, data={"idempotency_key": str(uuid4())})
    assert (second.status_code, "提出しているところです" in second.text) == (409, True)


def test_a_job_that_is_done_twice_submits_once(centre: Centre, supervisor: Person) -> None:
    published_entry(centre)
    key = str(uuid4())
    submit(supervisor.client(), idempotency_key=key)
    (version,) = versions(centre)
    job = RunningJob(uuid4(), centre.contract_id, JobKind.SUBMIT_MANUAL, TODAY, TODAY, key, supervisor.user_id, tries=2)
    steps: list[str] = []
    with centre.inside():
        assert edition.submit_edition(job, lambda _percent, step: steps.append(step)) == version.id
    assert (len(versions(centre)), steps) == (1, [])


def test_two_workers_with_one_job_submit_once(centre: Centre, supervisor: Person) -> None:
    published_entry(centre)
    job = RunningJob(
        uuid4(), centre.contract_id, JobKind.SUBMIT_MANUAL, TODAY, TODAY, "key", supervisor.user_id, tries=1
    )
    done: list[UUID] = []

    def overtaken(percent: int, step: str) -> None:
        if step == edition.SUBMITTING:
            done.append(edition.submit_edition(job, lambda _percent, _step: None))

    with centre.inside():
        assert [edition.submit_edition(job, overtaken)] == done
    assert len(versions(centre)) == 1


def test_an_edition_whose_entries_vanished_meanwhile_fails_its_job_plainly(centre: Centre, supervisor: Person) -> None:
    job = RunningJob(
        uuid4(), centre.contract_id, JobKind.SUBMIT_MANUAL, TODAY, TODAY, "key", supervisor.user_id, tries=1
    )
    with centre.inside(), pytest.raises(Conflict, match="有効なマニュアル・FAQがありません"):
        edition.submit_edition(job, lambda _percent, _step: None)


def test_the_second_edition_of_a_day_says_what_changed(centre: Centre, supervisor: Person) -> None:
    made = published_entry(centre, title="いつ届きますか")
    other = published_entry(centre, title="なくなる項目")
    browser = supervisor.client()
    submit(browser)
    revised(centre, made.entry_id, title="いつごろ届きますか")
    published_entry(centre, title="新しい項目")
    assert "変更 1件" in browser.get(PAGE).text
    submit(browser)
    second, first = versions(centre)
    assert (first.number, first.change_note) == (1, "")
    assert (second.number, second.change_note) == (2, "追加 1件、変更 1件")
    assert list(second.differences) == ["追加：FAQ 3　新しい項目", "変更：FAQ 1　いつごろ届きますか"]
    retired(centre, other.entry_id, on=TODAY + timedelta(days=1))
    with centre.inside():
        found = edition.plan(centre.contract_id, TODAY + timedelta(days=1)).changes
    assert found.sentences == ["廃止：FAQ 2　なくなる項目"]


def test_the_same_content_again_says_so(sqlite_centre: Centre, quick: Person) -> None:
    published_entry(sqlite_centre)
    submit(quick.client())
    assert "変更はありません" in quick.client().get(PAGE).text
    submit(quick.client())
    assert versions(sqlite_centre)[0].change_note == edition.UNCHANGED


def test_what_the_city_confirms_later_is_a_difference(sqlite_centre: Centre, quick: Person) -> None:
    made = published_entry(sqlite_centre, title="確認する項目")
    submit(quick.client())
    (version,) = versions(sqlite_centre)
    mark = version.marks[str(made.entry_id)]
    unconfirmed = {str(made.entry_id): mark.partition(" ")[0]}
    with sqlite_centre.inside():
        found = edition.plan(sqlite_centre.contract_id, TODAY).found
        before = replace(version, marks=unconfirmed)
        changes = edition._changes(sqlite_centre.contract_id, found, before)
    assert changes.sentences == ["市の確認：FAQ 1　確認する項目"]


def test_the_draft_is_marked_and_logged(sqlite_centre: Centre, quick: Person) -> None:
    browser = quick.client()
    assert browser.get(f"{PAGE}/draft/paper").status_code == 409
    published_entry(sqlite_centre)
    answer = browser.get(f"{PAGE}/draft/workbook")
    assert answer.status_code == 200
    assert "案" in answer.headers["Content-Disposition"] or "%E6%A1%88" in answer.headers["Content-Disposition"]
    assert browser.get(f"{PAGE}/draft/other").status_code == 404
    with sqlite_centre.inside():
        entries = log.history_of(sqlite_centre.contract_id, "contract", str(sqlite_centre.contract_id))
    assert "report.draft_downloaded" in [entry.action for entry in entries]
    assert versions(sqlite_centre) == []


def test_a_picture_of_an_entry_is_in_the_paper(sqlite_centre: Centre, quick: Person) -> None:
    from tests.reports.manual_sample import PNG

    made = published_entry(sqlite_centre)
    with sqlite_centre.inside(), transaction():
        from callcenter.knowledge import files

        file_id = files.add(made.entry_id, files.Upload("図.png", "image/png", PNG), by=quick.actor, at=MONDAY_MORNING)
    revised(sqlite_centre, made.entry_id, body=f"見てください。\n\n![手順の図](/knowledge/files/{file_id})")
    submit(quick.client())
    (version,) = versions(sqlite_centre)
    content = quick.client().get(f"/documents/{version.id}/files/handover/paper").data
    with ZipFile(io.BytesIO(content)) as package:
        assert PNG in [package.read(name) for name in package.namelist() if name.startswith("word/media/")]


# --- the city asks ---


def test_the_city_asks_and_one_click_answers(centre: Centre, supervisor: Person, officer: Person) -> None:
    published_entry(centre, officer=officer)
    asked = ask(officer.client(), note="議会で説明するため")
    assert asked.status_code == 303
    browser = supervisor.client()
    page = browser.get(PAGE).text
    assert "市が最新版を求めています" in page
    assert "議会で説明するため" in page
    today = browser.get("/today").text
    assert "市が最新のマニュアル・FAQを求めています" in today
    submit(browser)
    (version,) = versions(centre)
    with centre.inside():
        (answered,) = edition_queries.requests(centre.contract_id)
        entries = log.history_of(centre.contract_id, "edition_request", str(answered.id))
    assert answered.delivery_version_id == version.id
    assert {entry.action: entry.details for entry in entries} == {
        "edition_request.made": {},
        "edition_request.answered": {"version": str(version.id)},
    }
    assert "回答済み" in officer.client().get(PAGE).text
    assert "求めています" not in browser.get("/today").text


def test_a_request_sent_twice_is_one_and_a_second_has_to_wait(centre: Centre, officer: Person) -> None:
    browser, key = officer.client(), str(uuid4())
    assert [ask(browser, idempotency_key=key).status_code for _ in range(2)] == [303, 303]
    second = ask(browser)
    assert (second.status_code, "すでに求めています" in second.text) == (409, True)
    with centre.inside():
        assert db.session.execute(select(func.count()).select_from(EditionRequest)).scalar_one() == 1


def number() -> str:
    digits = "12345678901"
    return digits + str(check_digit(digits))


@pytest.mark.parametrize(
    ("note", "said"),
    [("長" * 501, "500"), ("山田様から求められたため", "個人情報らしい語")],
    ids=["long", "names somebody"],
)
def test_a_note_that_may_not_be_kept_stays_typed(sqlite_centre: Centre, note: str, said: str) -> None:
    officer = sqlite_centre.person(Role.CITY_OFFICER).client()
    answer = ask(officer, note=note)
    assert answer.status_code == 422
    assert said in answer.text
    assert note in answer.text
    with sqlite_centre.inside():
        assert edition_queries.requests(sqlite_centre.contract_id) == []


def test_an_individual_number_in_a_note_is_refused_and_masked(sqlite_centre: Centre) -> None:
    answer = ask(sqlite_centre.person(Role.CITY_OFFICER).client(), note=f"番号は{number()}です")
    assert answer.status_code == 422
    assert number() not in answer.text
    with sqlite_centre.inside():
        assert edition_queries.requests(sqlite_centre.contract_id) == []


def test_another_contract_sees_nothing_of_it(centre: Centre, supervisor: Person, officer: Person) -> None:
    published_entry(centre, officer=officer)
    ask(officer.client(), note="議会で説明するため")
    own = centre.contract_id
    with centre.app.app_context():
        other = centre.new_contract("R8B")
    centre.contract_id = other
    stranger = centre.person(Role.SUPERVISOR, name="別の 責任者").client()
    page = stranger.get(PAGE).text
    assert "議会で説明するため" not in page
    published_entry(centre)
    submit(stranger)
    assert len(versions(centre)) == 1
    with centre.inside():
        assert [one.answered_at for one in edition_queries.requests(own)] == [None]


# --- the supervisor's page ---


def test_an_edition_never_submitted_is_a_thing_to_do_until_it_is(sqlite_centre: Centre, quick: Person) -> None:
    browser, words = quick.client(), "マニュアル・FAQをまだ市に提出していません"
    assert words not in browser.get("/today").text
    published_entry(sqlite_centre)
    assert words in browser.get("/today").text
    submit(browser)
    assert words not in browser.get("/today").text


def test_an_edition_that_was_sent_back_is_a_thing_to_do(sqlite_centre: Centre, quick: Person) -> None:
    published_entry(sqlite_centre)
    submit(quick.client())
    officer = sqlite_centre.person(Role.CITY_OFFICER, name="例田 職員")
    with sqlite_centre.inside(), transaction():
        version = delivered.versions_for(sqlite_centre.contract_id, Kind.MANUAL, TODAY, TODAY)[0]
        deliveries.decide(
            version.id, State.SENT_BACK, "第2章を直してください。", by=officer.actor, at=sqlite_centre.now
        )
    page = quick.client().get("/today").text
    assert "マニュアル・FAQが差し戻されました" in page
    assert "第2章を直してください。" in page


def test_the_page_stays_readable_a_day_later(sqlite_centre: Centre, quick: Person) -> None:
    published_entry(sqlite_centre)
    submit(quick.client())
    sqlite_centre.at(datetime(2026, 6, 2, 1, tzinfo=UTC))
    submit(quick.client())
    page = quick.client().get(PAGE).text
    assert "令和8年6月1日（月）" in page
    assert "令和8年6月2日（火）" in page
    assert quick.client().get("/documents?kind=manual").status_code == 200


def test_the_city_sees_what_changed_since_the_edition_it_holds(sqlite_centre: Centre) -> None:
    leader, officer = sqlite_centre.person(Role.SUPERVISOR), sqlite_centre.person(Role.CITY_OFFICER)
    made = published_entry(sqlite_centre, title="受取りの持ち物")
    assert "提出のあと" not in officer.client().get(PAGE).text
    submit(leader.client())
    assert "提出のあとの変更はありません" in officer.client().get(PAGE).text
    revised(sqlite_centre, made.entry_id, title="受取りの持ち物と時間")
    page = officer.client().get(PAGE).text
    assert "変更 1件" in page
    assert "受取りの持ち物と時間" in page
    assert "提出のあとの変更" not in leader.client().get(PAGE).text
