"""What an entry, a notice and a question need, each condition by itself: one alone is enough, or one alone refuses."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from callcenter.audit import queries as log
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.knowledge import (
    approval,
    confirmations,
    files,
    learning,
    news,
    queries,
    question_queries,
    questions,
    readings,
    starting,
    synonyms,
    writing,
)
from callcenter.knowledge.content import seeds
from callcenter.knowledge.news import Issuer, NewNotice, Settlement
from callcenter.knowledge.rules import ALIAS_LENGTH, MOST_ALIASES, EntryKind, Stage, aliases_of
from callcenter.knowledge.search.words import nameless_words
from callcenter.protection.findings import find_personal_data
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.knowledge.factories import content, draft, published_entry, revised, second_draft, submitted, supervisor
from tests.knowledge.neighbour_factories import FEW
from tests.knowledge.question_factories import answered, asked, put_together

TODAY = date(2026, 6, 1)


def packed(part: str) -> bytes:
    """An archive with one part."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(part, "<x/>")
    return made.getvalue()


@pytest.fixture
def author(sqlite_centre: Centre) -> Person:
    return supervisor(sqlite_centre)


@pytest.fixture
def who(sqlite_centre: Centre, author: Person) -> dict[str, Any]:
    return {"by": author.actor, "at": sqlite_centre.now}


# --- what the city can judge ---


@pytest.mark.parametrize("given", ["source", "source_url", "law"])
def test_one_name_of_the_source_is_enough(sqlite_centre: Centre, author: Person, given: str) -> None:
    sources: dict[str, Any] = {"law": "", given: "https://www.soumu.go.jp/"}
    made = draft(sqlite_centre, author, **sources)
    submitted(sqlite_centre, made.version_id, by=author)


def test_a_first_version_needs_no_reason_and_a_further_one_passes_with_it(
    sqlite_centre: Centre, author: Person
) -> None:
    submitted(sqlite_centre, draft(sqlite_centre, author, reason="").version_id, by=author)
    made = published_entry(sqlite_centre, by=author)
    submitted(sqlite_centre, second_draft(sqlite_centre, made.entry_id, by=author), by=author)


def test_all_that_is_missing_is_said_at_once(sqlite_centre: Centre, author: Person) -> None:
    made = draft(sqlite_centre, author, title="", body="", category_code="", law="", review_by_on=None)
    with pytest.raises(InvalidInput) as refused:
        submitted(sqlite_centre, made.version_id, by=author)
    assert set(refused.value.errors) == {"title", "body", "category_code", "source", "review_by_on"}


def test_a_step_follows_only_on_what_it_may_follow(sqlite_centre: Centre, author: Person, who: dict[str, Any]) -> None:
    written, waiting = draft(sqlite_centre, author), draft(sqlite_centre, author)
    submitted(sqlite_centre, waiting.version_id, by=author)
    refused: list[Callable[[], object]] = [
        lambda: approval.submit(waiting.version_id, 2, **who),
        lambda: approval.take_back(written.version_id, **who),
        lambda: approval.decide(written.version_id, approval.Decision(Stage.APPROVED), **who),
        lambda: approval.publish(waiting.version_id, approval.Publication(TODAY), **who),
        lambda: writing.withdraw(waiting.version_id, **who),
    ]
    for act in refused:
        with sqlite_centre.inside(), pytest.raises(Conflict, match="にできません"), transaction():
            act()


def test_who_retires_what_others_name_is_told_how_many(
    sqlite_centre: Centre, author: Person, who: dict[str, Any]
) -> None:
    made = published_entry(sqlite_centre, by=author)
    published_entry(sqlite_centre, by=author, related=(str(made.entry_id),))
    wanted = approval.Retirement(TODAY, "廃止")
    with sqlite_centre.inside(), pytest.raises(Conflict, match="1件の項目") as refused, transaction():
        approval.retire(made.entry_id, wanted, **who)
    assert list(refused.value.errors) == ["confirmed"]


def test_entries_of_a_kind_are_of_that_kind(sqlite_centre: Centre, author: Person) -> None:
    made = {kind.value: draft(sqlite_centre, author, kind=kind).entry_id for kind in EntryKind}
    with sqlite_centre.inside():
        found = {kind.value: queries.entries(sqlite_centre.contract_id, kind) for kind in EntryKind}
    assert {kind: [one.id for one in held] for kind, held in found.items()} == {k: [v] for k, v in made.items()}


def test_only_what_is_in_force_without_the_citys_word_is_unconfirmed(
    sqlite_centre: Centre, author: Person, who: dict[str, Any]
) -> None:
    own, written = published_entry(sqlite_centre, by=author), draft(sqlite_centre, author)
    with sqlite_centre.inside():
        with transaction():
            starting.load(starting.prepared(FEW[:1]), **who)
        (begun_with,) = confirmations.waiting(sqlite_centre.contract_id, TODAY)
        versions = [queries.version(sqlite_centre.contract_id, one.version_id) for one in (own, written)]
    assert [confirmations.is_unconfirmed(one) for one in (*versions, begun_with.version)] == [False, False, True]


def test_as_many_and_as_long_ways_to_ask_as_may_be_are_taken() -> None:
    most = [f"{number:02d}{'長' * (ALIAS_LENGTH - 2)}" for number in range(MOST_ALIASES)]
    assert aliases_of("\n".join(most)) == most
    for wrong in ([*most, "一つ多い"], [f"{most[0]}長"]):
        with pytest.raises(InvalidInput):
            aliases_of("\n".join(wrong))


# --- notices ---


def test_a_notice_without_a_file_has_none(sqlite_centre: Centre, who: dict[str, Any]) -> None:
    with sqlite_centre.inside():
        with transaction():
            notice = news.record_notice(NewNotice(Issuer.STATE, "通知", TODAY), **who)
        with pytest.raises(NotFound), transaction():
            news.file_of(notice, **who)


def test_an_entry_is_settled_by_a_version_of_its_own(
    sqlite_centre: Centre, author: Person, who: dict[str, Any]
) -> None:
    made, other = published_entry(sqlite_centre, by=author), published_entry(sqlite_centre, by=author)
    with sqlite_centre.inside(), transaction():
        notice = news.record_notice(NewNotice(Issuer.STATE, "通知", TODAY), **who)
        news.touch(notice, [made.entry_id], **who)
    answer = revised(sqlite_centre, made.entry_id, by=author)
    unpublished = second_draft(sqlite_centre, made.entry_id, by=author)
    for version_id in (other.version_id, unpublished, uuid4()):
        with sqlite_centre.inside(), pytest.raises(InvalidInput), transaction():
            news.settle(notice, Settlement(made.entry_id, version_id), **who)
    with sqlite_centre.inside(), transaction():
        news.settle(notice, Settlement(made.entry_id, answer), **who)


# --- files ---


@pytest.mark.parametrize(
    "content",
    [
        b"RIFF\x0c\0\0\0WAVEfmt " + b"\0" * 8,
        b"XXXX\x0c\0\0\0WEBPVP8L" + b"\0" * 4,
        packed("xl/workbook.xml"),
        packed("[Content_Types].xml"),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40 + b"IEND",
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + b"\0" * 40,
    ],
    ids=["a sound", "no container", "parts without their list", "a list without parts", "no beginning", "no end"],
)
def test_a_file_that_is_only_half_of_its_kind_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        files.judged("図.png", content)


def test_a_file_may_be_as_large_as_was_said_and_no_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"%PDF-1.7\n%%EOF\n"
    monkeypatch.setattr(files, "FILE_BYTES", len(content))
    assert files.judged("図.pdf", content).media_type == files.PDF
    with pytest.raises(InvalidInput):
        files.judged("図.pdf", content + b"\n")


# --- words that mean the same ---


def test_a_group_works_by_its_own_words_or_by_one_that_it_shares() -> None:
    def works(*groups: list[str]) -> list[bool]:
        now = datetime(2026, 6, 1, tzinfo=UTC)
        return [one.works for one in synonyms.shown([synonyms.Group(uuid4(), words, "", 1, now) for words in groups])]

    assert works(["はがき", "通知"]) == [True]
    assert works(["はがき", "葉書"]) == [False]
    assert works(["はがき", "葉書"], ["葉書", "通知"]) == [True, True]


def test_a_group_is_not_changed_into_another_one(sqlite_centre: Centre, who: dict[str, Any]) -> None:
    keys = [uuid4(), uuid4()]
    with sqlite_centre.inside():
        for key, words in zip(keys, (("はがき", "通知"), ("手紙", "封筒")), strict=True):
            with transaction():
                synonyms.add(synonyms.Wanted(words), key, **who)
        with pytest.raises(Conflict, match="もうあります"), transaction():
            synonyms.change(keys[1], synonyms.Wanted(("通知", "はがき")), 1, **who)


def test_what_is_remembered_of_a_long_question_is_short() -> None:
    asked = "。".join(one.title for one in seeds() if not find_personal_data(one.title))
    assert len(" ".join(nameless_words(asked))) > learning.LONGEST
    assert learning.LONGEST - 20 < len(learning.note_of(asked)) <= learning.LONGEST


# --- the starting set ---


def test_the_search_is_told_of_entries_and_of_words_and_of_nothing_when_nothing_came(
    sqlite_centre: Centre, who: dict[str, Any]
) -> None:
    revisions = []
    with sqlite_centre.inside():
        for wanted in ((), (), FEW, FEW):
            with transaction():
                starting.load(starting.prepared(wanted), **who)
            revisions.append(queries.revision(sqlite_centre.contract_id))
    assert revisions == [1, 1, 2, 2]


def test_preparing_tells_after_each_entry() -> None:
    told: list[int] = []
    starting.prepared(FEW, told.append)
    assert told == [1] * len(FEW)


def test_a_chapter_has_its_own_place_and_a_faq_that_of_its_number(sqlite_centre: Centre, who: dict[str, Any]) -> None:
    faq = [one for one in seeds() if one.kind is EntryKind.FAQ][:2]
    chapter = next(one for one in seeds() if one.position == 3)
    with sqlite_centre.inside():
        with transaction():
            starting.load(starting.prepared([*faq, chapter]), **who)
        found = [(one.kind, one.number, one.position) for one in queries.entries(sqlite_centre.contract_id)]
    assert found == [("chapter", 1, 3), ("faq", 1, 1), ("faq", 2, 2)]


# --- readings ---


def test_as_many_as_may_be_are_confirmed_with_one_press_and_no_more(
    sqlite_centre: Centre, who: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "MOST_TOGETHER", 2)
    with sqlite_centre.inside():
        with transaction():
            starting.load(starting.prepared([*FEW, *seeds()[-1:]]), **who)
        wanted = [one.id for one in readings.asked(sqlite_centre.contract_id, TODAY)]
        with pytest.raises(Conflict, match="2件まで"), transaction():
            readings.confirm_first(wanted, **who)
        with transaction():
            assert readings.confirm_first(wanted[:2], **who) == 2


def test_what_was_just_read_does_not_follow_on_itself() -> None:
    read, other = (
        readings.Asked(uuid4(), uuid4(), "faq", number, "見出し", 1, "", TODAY, first=False) for number in (1, 2)
    )
    assert readings.next_after([read, other], read) == other
    assert readings.next_after([read], read) is None


def test_what_asks_to_be_read_stands_in_the_order_of_the_manual(
    sqlite_centre: Centre, author: Person, who: dict[str, Any]
) -> None:
    made = [
        published_entry(sqlite_centre, by=author, kind=kind)
        for kind in (EntryKind.FAQ, EntryKind.CHAPTER, EntryKind.CHAPTER)
    ]
    with sqlite_centre.inside():
        with transaction():
            writing.place(made[1].entry_id, 9, **who)
        found = [one.entry_id for one in readings.asked(sqlite_centre.contract_id, TODAY)]
    assert found == [made[2].entry_id, made[1].entry_id, made[0].entry_id]


# --- questions ---


def test_a_question_that_is_done_is_not_taken_out(sqlite_centre: Centre, author: Person, who: dict[str, Any]) -> None:
    leading, follower = asked(sqlite_centre), asked(sqlite_centre)
    with sqlite_centre.inside():
        number = question_queries.question(sqlite_centre.contract_id, leading, sent_only=False).number
    put_together(sqlite_centre, follower, number, by=author)
    with sqlite_centre.inside():
        with transaction():
            questions.settle(leading, **who)
        with pytest.raises(Conflict), transaction():
            questions.take_out(follower, **who)


def test_a_question_becomes_a_faq_once(sqlite_centre: Centre, who: dict[str, Any]) -> None:
    question = answered(sqlite_centre)
    with sqlite_centre.inside():
        made = []
        for _ in range(2):
            with transaction():
                made.append(questions.make_entry(question, content(), **who))
        entries = log.history_of(sqlite_centre.contract_id, "knowledge_question", str(question))
    assert made[0] == made[1]
    assert [one.action for one in entries].count("question.made_entry") == 1
