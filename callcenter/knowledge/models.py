"""Tables of manuals and FAQ. What was asked or answered in a call is sealed; entries are plain, they name nobody."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped, one_of, partial_index, within
from callcenter.knowledge.rules import Audience, EntryKind, Outcome, QuestionState, SourceKind, Stage

OPEN = "stage IN ('draft', 'in_review', 'sent_back', 'approved')"
ENTRIES, VERSIONS = "knowledge_entries", "knowledge_versions"


class Entry(ContractScoped, Base):
    """A FAQ or a chapter of the manual; what it says stands in its versions. `number`: what people call it.
    `retired_on`: from this day on it is not in force."""

    __tablename__ = ENTRIES
    __table_args__ = (
        UniqueConstraint("contract_id", "kind", "number"),
        UniqueConstraint("contract_id", "starting_key"),
        UniqueConstraint("contract_id", "idempotency_key"),
        one_of("kind", EntryKind),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(retired_on IS NULL) = (retired_because = '')", name="retired"),
    )

    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    starting_key: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    retired_on: Mapped[date | None]
    retired_because: Mapped[str] = mapped_column(String(500), default="")
    retired_at: Mapped[datetime | None]
    retired_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    idempotency_key: Mapped[UUID | None]


class Version(ContractScoped, Base):
    """What an entry says. Never changed once published. `row_version` guards edits; `verify`: what the city still has
    to confirm; `related`: ids of other entries."""

    __tablename__ = VERSIONS
    __table_args__ = (
        within("entry_id", ENTRIES),
        within("news_id", "knowledge_news"),
        UniqueConstraint("contract_id", "entry_id", "number"),
        partial_index("uq_knowledge_versions_open", "entry_id", where=OPEN, unique=True),
        Index("ix_knowledge_versions_stage", "contract_id", "stage", "effective_on"),
        one_of("stage", Stage),
        one_of("audience", Audience),
        one_of("source_kind", SourceKind),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(stage = 'published') = (effective_on IS NOT NULL)", name="published"),
        CheckConstraint("(effective_on IS NULL) = (published_at IS NULL)", name="effective"),
    )

    entry_id: Mapped[UUID]
    number: Mapped[int]
    stage: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    said_as: Mapped[list[str]] = mapped_column(JSON)
    related: Mapped[list[str]] = mapped_column(JSON)
    category_code: Mapped[str] = mapped_column(String(4), default="")
    audience: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(500), default="")
    source_kind: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(300), default="")
    source_url: Mapped[str] = mapped_column(String(500), default="")
    law: Mapped[str] = mapped_column(String(200), default="")
    source_on: Mapped[date | None]
    verify: Mapped[str] = mapped_column(String(500), default="")
    review_by_on: Mapped[date | None]
    news_id: Mapped[UUID | None]
    row_version: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    author_name: Mapped[str] = mapped_column(String(100))
    edited_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    submitter_name: Mapped[str] = mapped_column(String(100), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decider_name: Mapped[str] = mapped_column(String(100), default="")
    comment: Mapped[str] = mapped_column(String(500), default="")
    effective_on: Mapped[date | None]
    published_at: Mapped[datetime | None]
    publisher_name: Mapped[str] = mapped_column(String(100), default="")


class EntryFile(ContractScoped, Base):
    """An image or attachment of an entry, sealed under `knowledge.file`; versions name it by its id."""

    __tablename__ = "knowledge_files"
    __table_args__ = (within("entry_id", ENTRIES), CheckConstraint("size >= 1", name="size"))

    entry_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))


class Reading(ContractScoped, Base):
    """Somebody confirmed having read a published version (既読確認)."""

    __tablename__ = "knowledge_readings"
    __table_args__ = (within("version_id", VERSIONS), UniqueConstraint("contract_id", "version_id", "user_id"))

    version_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reader_name: Mapped[str] = mapped_column(String(100))
    read_at: Mapped[datetime]


class News(ContractScoped, Base):
    """A notice that came in (国・県等の動向), with its file where there is one; done when every touched entry is."""

    __tablename__ = "knowledge_news"
    __table_args__ = (
        UniqueConstraint("contract_id", "number"),
        UniqueConstraint("contract_id", "idempotency_key"),
        CheckConstraint("issuer IN ('state', 'prefecture', 'city', 'j_lis', 'other')", name="issuer"),
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done"),
        CheckConstraint("(sealed IS NULL) = (file_name = '')", name="file"),
    )

    number: Mapped[int]
    issuer: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    source_url: Mapped[str] = mapped_column(String(500), default="")
    issued_on: Mapped[date | None]
    received_on: Mapped[date]
    file_name: Mapped[str] = mapped_column(String(200), default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    recorder_name: Mapped[str] = mapped_column(String(100))
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    done_note: Mapped[str] = mapped_column(String(500), default="")
    idempotency_key: Mapped[UUID | None]


class NewsEntry(ContractScoped, Base):
    """An entry that a notice touches, and how that was settled (`version_id`: by a new version)."""

    __tablename__ = "knowledge_news_entries"
    __table_args__ = (
        within("news_id", "knowledge_news"),
        within("entry_id", ENTRIES),
        within("version_id", VERSIONS),
        UniqueConstraint("contract_id", "news_id", "entry_id"),
        CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled"),
    )

    news_id: Mapped[UUID]
    entry_id: Mapped[UUID]
    version_id: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(String(500), default="")


class EditionRequest(ContractScoped, Base):
    """The city asks for the latest manual and FAQ (003 8⑤); answered by a delivered version."""

    __tablename__ = "knowledge_requests"
    __table_args__ = (
        within("delivery_version_id", "delivery_versions"),
        UniqueConstraint("contract_id", "idempotency_key"),
        CheckConstraint("(answered_at IS NULL) = (delivery_version_id IS NULL)", name="answered"),
    )

    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asker_name: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime | None]
    delivery_version_id: Mapped[UUID | None]
    idempotency_key: Mapped[UUID | None]


class Use(ContractScoped, Base):
    """What the FAQ was for a call: an entry used (`version_id`), or nothing that fitted (no entry). `rank`: where the
    entry stood among the suggestions, from 1; `local_on`: the day it was noted."""

    __tablename__ = "knowledge_uses"
    __table_args__ = (
        within("call_id", "calls"),
        within("entry_id", ENTRIES),
        within("version_id", VERSIONS),
        partial_index("uq_knowledge_uses_used", "call_id", "entry_id", where="outcome = 'used'", unique=True),
        partial_index("uq_knowledge_uses_missing", "call_id", where="outcome = 'missing'", unique=True),
        Index("ix_knowledge_uses_call", "contract_id", "call_id"),
        one_of("outcome", Outcome),
        CheckConstraint("(outcome = 'used') = (entry_id IS NOT NULL)", name="entry"),
        CheckConstraint("(entry_id IS NULL) = (version_id IS NULL)", name="version"),
        CheckConstraint("rank >= 1", name="rank"),
    )

    call_id: Mapped[UUID]
    outcome: Mapped[str] = mapped_column(String(8))
    entry_id: Mapped[UUID | None]
    version_id: Mapped[UUID | None]
    rank: Mapped[int | None]
    local_on: Mapped[date]
    noted_at: Mapped[datetime]
    noted_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))


class Question(ContractScoped, Base):
    """A caller's question that nothing answered, sealed; sent to the city or settled here. `group_id`: the question it
    was put together with."""

    __tablename__ = "knowledge_questions"
    __table_args__ = (
        within("call_id", "calls"),
        within("entry_id", ENTRIES),
        within("group_id", "knowledge_questions"),
        UniqueConstraint("contract_id", "number"),
        UniqueConstraint("contract_id", "idempotency_key"),
        Index("ix_knowledge_questions_state", "contract_id", "state"),
        one_of("state", QuestionState),
    )

    number: Mapped[int]
    call_id: Mapped[UUID | None]
    group_id: Mapped[UUID | None]
    entry_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(12))
    category_code: Mapped[str] = mapped_column(String(4), default="")
    text: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    local_on: Mapped[date]
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asker_name: Mapped[str] = mapped_column(String(100))
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answerer_name: Mapped[str] = mapped_column(String(100), default="")
    settled_at: Mapped[datetime | None]
    idempotency_key: Mapped[UUID | None]


class SynonymGroup(ContractScoped, Base):
    """Words that mean the same to a caller."""

    __tablename__ = "knowledge_synonyms"

    words: Mapped[list[str]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(String(200), default="")
    row_version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class LearnedNote(ContractScoped, Base):
    """Content words with which an entry was chosen: no sentence, no name, no number. `vector`: of these words, by
    `made_by`."""

    __tablename__ = "knowledge_learned"
    __table_args__ = (
        within("entry_id", ENTRIES),
        UniqueConstraint("contract_id", "entry_id", "words"),
        CheckConstraint("times >= 1", name="times"),
    )

    entry_id: Mapped[UUID]
    words: Mapped[str] = mapped_column(String(400))
    times: Mapped[int]
    last_on: Mapped[date]
    made_by: Mapped[str] = mapped_column(String(60), default="")
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)


class PreparedVersion(Base):
    """What the search makes of a version, kept so that a process that starts need not make it anew. `made_by`: the
    tokenizer, the encoder and the shape that it was made with."""

    __tablename__ = "knowledge_prepared"
    __table_args__ = (within("version_id", VERSIONS, ondelete="CASCADE"),)

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), primary_key=True)
    version_id: Mapped[UUID] = mapped_column(primary_key=True)
    made_by: Mapped[str] = mapped_column(String(60))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class IndexState(Base):
    """Counts every change that the search must see, so that each process knows whether its index is current."""

    __tablename__ = "knowledge_index_states"

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), primary_key=True)
    revision: Mapped[int]
