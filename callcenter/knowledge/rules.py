"""Rules of manuals and FAQ, without a database: states of a version, what may follow, what is in force on a day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from callcenter.errors import Conflict, InvalidInput

TITLE_LENGTH = 200
BODY_BYTES = 2_000_000
"""The longest chapter (UTF-8); longer ones are refused plainly."""
ALIAS_LENGTH, MOST_ALIASES = 100, 20
REASON_LENGTH = 500
FILE_BYTES = 10_000_000
MOST_MARKS = 5_000
_MARKS = "[]*_`<"
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")


class EntryKind(StrEnum):
    """What an entry is."""

    FAQ = "faq"
    CHAPTER = "chapter"


KIND_LABELS = {EntryKind.FAQ: "FAQ", EntryKind.CHAPTER: "マニュアル"}


class Stage(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SENT_BACK = "sent_back"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


STAGE_LABELS = {
    Stage.DRAFT: "下書き",
    Stage.IN_REVIEW: "市の確認待ち",
    Stage.SENT_BACK: "差戻し",
    Stage.APPROVED: "市の承認済み",
    Stage.PUBLISHED: "公開",
    Stage.WITHDRAWN: "取下げ",
}
STAGE_BADGES = {
    Stage.DRAFT: "mute",
    Stage.IN_REVIEW: "info",
    Stage.SENT_BACK: "bad",
    Stage.APPROVED: "warn",
    Stage.PUBLISHED: "ok",
    Stage.WITHDRAWN: "mute",
}
EDITABLE = frozenset({Stage.DRAFT, Stage.SENT_BACK})
ON_THE_WAY = frozenset({Stage.DRAFT, Stage.IN_REVIEW, Stage.SENT_BACK, Stage.APPROVED})
"""Not yet in force, and not given up: an entry has at most one such version."""
_FOLLOWS = {
    Stage.DRAFT: {Stage.IN_REVIEW, Stage.WITHDRAWN},
    Stage.SENT_BACK: {Stage.IN_REVIEW, Stage.WITHDRAWN},
    Stage.IN_REVIEW: {Stage.APPROVED, Stage.SENT_BACK, Stage.DRAFT},
    Stage.APPROVED: {Stage.PUBLISHED, Stage.DRAFT, Stage.WITHDRAWN},
    Stage.PUBLISHED: set(),
    Stage.WITHDRAWN: set(),
}


class Audience(StrEnum):
    """Who an entry is for."""

    PUBLIC = "public"
    INTERNAL = "internal"


AUDIENCE_LABELS = {Audience.PUBLIC: "公開（住民への案内に使える）", Audience.INTERNAL: "内部（センターの中だけ）"}


class SourceKind(StrEnum):
    """What a version rests on."""

    NOTICE = "notice"
    LAW = "law"
    SITE = "site"
    CITY = "city"
    OWN = "own"


SOURCE_LABELS = {
    SourceKind.NOTICE: "通知",
    SourceKind.LAW: "法令",
    SourceKind.SITE: "公式サイト",
    SourceKind.CITY: "市の指示・回答",
    SourceKind.OWN: "センターの取決め",
}


class Outcome(StrEnum):
    """What the FAQ was for a call: an entry was used, or nothing fitted."""

    USED = "used"
    MISSING = "missing"


class QuestionState(StrEnum):
    """Where a question that nothing answered stands."""

    OPEN = "open"
    AT_THE_CITY = "at_the_city"
    ANSWERED = "answered"
    DONE = "done"


QUESTION_LABELS = {
    QuestionState.OPEN: "未整理",
    QuestionState.AT_THE_CITY: "市に照会中",
    QuestionState.ANSWERED: "市の回答あり",
    QuestionState.DONE: "整理済み",
}
QUESTION_BADGES = {
    QuestionState.OPEN: "warn",
    QuestionState.AT_THE_CITY: "info",
    QuestionState.ANSWERED: "warn",
    QuestionState.DONE: "ok",
}


def check_step(now: Stage, then: Stage) -> None:
    """Raises `Conflict` for a step that may not follow."""
    if then not in _FOLLOWS[now]:
        raise Conflict(f"この版は「{STAGE_LABELS[now]}」なので、「{STAGE_LABELS[then]}」にできません。")


def check_decision(now: Stage, then: Stage, comment: str) -> None:
    """The city approves or sends back what is before it; sending back says why."""
    check_step(now, then)
    if then is Stage.SENT_BACK and not comment.strip():
        raise InvalidInput(errors={"comment": ["差し戻す理由を入力してください。"]})


def check_effective(effective_on: date, today: date, in_force_since: date | None) -> None:
    """A version comes into force today or later, and not before the one it follows; else `InvalidInput`."""
    if effective_on < today:
        raise InvalidInput(errors={"effective_on": ["施行日は、今日以後の日にしてください。"]})
    if in_force_since is not None and effective_on < in_force_since:
        raise InvalidInput(errors={"effective_on": ["施行日は、前の版の施行日以後にしてください。"]})


class Dated(Protocol):
    """A published version, as `in_force` looks at it."""

    @property
    def number(self) -> int: ...
    @property
    def effective_on(self) -> date | None: ...


V = TypeVar("V", bound=Dated)


def in_force(published: Iterable[V], on: date, retired_on: date | None = None) -> V | None:
    """Which of an entry's published versions rules on a day: that with the latest effective day, of two of one day
    the later version. None before the first and from the day the entry is retired."""
    if retired_on is not None and on >= retired_on:
        return None
    begun = [one for one in published if one.effective_on is not None and one.effective_on <= on]
    return max(begun, key=lambda one: (one.effective_on or date.min, one.number), default=None)


def aliases_of(typed: str) -> list[str]:
    """Other ways to ask, one a line; each stands once. Raises `InvalidInput` for too many or too long ones."""
    found = list(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))
    if len(found) > MOST_ALIASES:
        raise InvalidInput(errors={"said_as": [f"言い換えは{MOST_ALIASES}個までにしてください。"]})
    if any(len(line) > ALIAS_LENGTH for line in found):
        raise InvalidInput(errors={"said_as": [f"言い換えは1行{ALIAS_LENGTH}文字までにしてください。"]})
    return found


def check_marks(body: str) -> None:
    """Raises `InvalidInput` for a paragraph of thousands of marks: each may pair with every other, and whoever opens
    the page would wait for minutes."""
    paragraphs = _PARAGRAPHS.split(body.replace("\r\n", "\n"))
    if max(sum(map(one.count, _MARKS)) for one in paragraphs) > MOST_MARKS:
        said = f"1つの段落に記号（{'　'.join(_MARKS)}）が{MOST_MARKS:,}個を超えています。空の行で区切ってください。"
        raise InvalidInput(errors={"body": [said]})


def merged(groups: Sequence[Sequence[str]]) -> list[frozenset[str]]:
    """Synonym groups with a word in common are one group, however they run in a circle."""
    found: list[set[str]] = []
    for group in groups:
        words = {word for word in group if word}
        touching = [one for one in found if one & words]
        found = [one for one in found if not one & words]
        found.append(words.union(*touching))
    return [frozenset(one) for one in found if len(one) > 1]
