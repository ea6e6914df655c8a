"""Drafts as they were built: kept sealed, one per period, replaced by the next. None of them commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import delete, select

from callcenter.audit.service import Act, record
from callcenter.deliveries.rules import Edition, Kind, Part
from callcenter.deliveries.service import BuiltFile, Download
from callcenter.errors import NotFound
from callcenter.extensions import db, new_id
from callcenter.protection.cipher import open_sealed_bytes, seal_bytes
from callcenter.protection.deployment import keys_for
from callcenter.reporting.periods.models import ReportBuild, ReportBuildFile
from callcenter.web.access import Actor
from reports.period import PeriodKind, Span

FILE_LABEL = "report.build_file"


class Period(Struct, frozen=True):
    """What a report covers under a contract. `code`: `daily`, `monthly`, `annual`, `term`."""

    contract_id: UUID
    code: str
    span: Span

    @property
    def kind(self) -> PeriodKind:
        """Raises ValueError for a day."""
        return PeriodKind(self.code)

    @property
    def delivered_as(self) -> Kind:
        return Kind(self.code)

    @property
    def details(self) -> dict[str, str]:
        """For the log."""
        from_on, to_on = self.span.from_on.isoformat(), self.span.to_on.isoformat()
        return {"kind": self.code, "period_from": from_on, "period_to": to_on}

    @property
    def log_id(self) -> str:
        """`monthly:2026-06-01:2026-06-30`"""
        return ":".join(self.details.values())

    def of(self, table: Any) -> tuple[Any, ...]:
        """The conditions of this period's rows in a table of reports."""
        return (
            table.contract_id == self.contract_id,
            table.kind == self.code,
            table.period_from == self.span.from_on,
            table.period_to == self.span.to_on,
        )


class BuildFacts(Struct, frozen=True):
    """A draft without its files. `checks` as they were shown: `{"weight": …, "text": …}`."""

    id: UUID
    code: str
    period_from: date
    period_to: date
    bundle_number: int
    mark: str
    marks: Mapping[str, str]
    figures: Mapping[str, Any]
    checks: Sequence[Mapping[str, str]]
    built_at: datetime


class SealedFile(Struct, frozen=True):
    """A file as it will be kept."""

    id: UUID
    edition: Edition
    part: Part
    name: str
    ascii_name: str
    media_type: str
    content: bytes


class Built(Struct, frozen=True):
    """A draft to keep: what it was made of, what it says, its files."""

    mark: str
    figures: Mapping[str, Any]
    files: Sequence[SealedFile]
    bundle_number: int = 0
    marks: Mapping[str, str] = {}
    checks: Sequence[Mapping[str, str]] = ()


_FACTS = (
    ReportBuild.id,
    ReportBuild.kind,
    ReportBuild.period_from,
    ReportBuild.period_to,
    ReportBuild.bundle_number,
    ReportBuild.mark,
    ReportBuild.marks,
    ReportBuild.figures,
    ReportBuild.checks,
    ReportBuild.built_at,
)


def build_of(period: Period, *, locked: bool = False) -> BuildFacts | None:
    """The draft of a period, None when none stands. `locked`: until the transaction ends nobody replaces it."""
    statement = select(*_FACTS).where(*period.of(ReportBuild))
    row = db.session.execute(statement.with_for_update() if locked else statement).first()
    return BuildFacts(*row) if row else None


def builds(contract_id: UUID) -> dict[tuple[str, Span], datetime]:
    """(code, span) → when its draft was built, for every draft over more than a day."""
    rows = db.session.execute(
        select(ReportBuild.kind, ReportBuild.period_from, ReportBuild.period_to, ReportBuild.built_at).where(
            ReportBuild.contract_id == contract_id, ReportBuild.kind != Kind.DAILY.value
        )
    )
    return {(row.kind, Span(row.period_from, row.period_to)): row.built_at for row in rows}


def sealed(period: Period, built: BuiltFile) -> SealedFile:
    """Seal a file for its row; done before the transaction that keeps it."""
    file_id = new_id()
    content = seal_bytes(keys_for(period.contract_id), FILE_LABEL, period.contract_id, file_id, built.content)
    return SealedFile(file_id, built.edition, built.part, built.name, built.ascii_name, built.media_type, content)


def keep(period: Period, built: Built, *, by: Actor, at: datetime) -> UUID:
    """Keep a draft in the place of the period's older one."""
    db.session.execute(delete(ReportBuild).where(*period.of(ReportBuild)))
    row = ReportBuild(
        contract_id=period.contract_id,
        id=new_id(),
        kind=period.code,
        period_from=period.span.from_on,
        period_to=period.span.to_on,
        bundle_number=built.bundle_number,
        mark=built.mark,
        marks=dict(built.marks),
        figures=dict(built.figures),
        checks=list(built.checks),
        built_at=at,
    )
    db.session.add(row)
    db.session.flush()
    db.session.add_all(_row(period.contract_id, row.id, file) for file in built.files)
    record(Act("report.built", "report_build", str(row.id), period.details), by=by, at=at)
    return row.id


def _row(contract_id: UUID, build_id: UUID, file: SealedFile) -> ReportBuildFile:
    return ReportBuildFile(
        contract_id=contract_id,
        id=file.id,
        build_id=build_id,
        edition=file.edition.value,
        part=file.part.value,
        name=file.name,
        ascii_name=file.ascii_name,
        media_type=file.media_type,
        sealed=file.content,
    )


def download(period: Period, edition: Edition, part: Part, *, by: Actor, at: datetime) -> Download:
    """Open a file of the draft; an entry of the log, for it may name people. Raises `NotFound`."""
    row = db.session.execute(
        select(ReportBuildFile)
        .join(
            ReportBuild,
            (ReportBuild.contract_id == ReportBuildFile.contract_id) & (ReportBuild.id == ReportBuildFile.build_id),
        )
        .where(*period.of(ReportBuild), ReportBuildFile.edition == edition.value, ReportBuildFile.part == part.value)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("案がありません。先に案を作ってください。")
    details = {**period.details, "edition": edition.value, "part": part.value}
    record(Act("report.draft_downloaded", "report_build", str(row.build_id), details), by=by, at=at)
    keys = keys_for(period.contract_id)
    content = open_sealed_bytes(keys, FILE_LABEL, period.contract_id, row.id, row.sealed)
    return Download(row.name, row.ascii_name, row.media_type, content)
