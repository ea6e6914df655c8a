"""The message that carries a version: coded facts and the network edition's files, nothing a person typed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from callcenter.clock import world
from callcenter.contracts import queries as contracts
from callcenter.deliveries import queries
from callcenter.deliveries.models import DeliveryFile, DeliverySending
from callcenter.deliveries.rules import KIND_LABELS, Edition
from callcenter.deliveries.service import FILE_LABEL
from callcenter.errors import Conflict, NotFound
from callcenter.extensions import db
from callcenter.jobs.mail import Attachment, Message
from callcenter.jobs.rules import period_label
from callcenter.protection.cipher import open_sealed_bytes
from callcenter.protection.deployment import keys_for

BODY = """{city} ご担当者 様

{contractor}です。
「{title}」の次の報告書をお送りします。

　種類　{kind}
　対象　{period}
　版　　第{number}版

添付ファイル
{files}

このデータに個人情報は含まれていません（仕様書10(1)⑤）。
このメールは送信専用のシステムからお送りしています。
"""


def message_of(contract_id: UUID, sending_id: UUID, at: datetime) -> Message:
    """Exactly the files that were submitted. Raises `NotFound`, and `Conflict` when bytes are not those any more.

    Its id is the sending's: should it ever arrive twice, mail programs can tell.
    """
    sending = db.session.get(DeliverySending, (contract_id, sending_id))
    if sending is None:
        raise NotFound("送付の記録が見つかりませんでした。")
    version, contract = queries.version(contract_id, sending.version_id), contracts.contract(contract_id)
    kind, period = KIND_LABELS[version.kind], period_label(version.period_from, version.period_to)
    files = _files(contract_id, version.id)
    body = BODY.format(
        city=contract.city_name,
        contractor=contract.contractor_name,
        title=contract.title,
        kind=kind,
        period=period,
        number=version.number,
        files="\n".join(f"　{one.name}\n　SHA-256 {hashlib.sha256(one.content).hexdigest()}" for one in files),
    )
    subject = f"【{contract.city_name}】{kind} {period} 第{version.number}版"
    return Message(sending_id, subject, body, world(at), files)


def _files(contract_id: UUID, version_id: UUID) -> Sequence[Attachment]:
    statement = (
        select(DeliveryFile)
        .where(
            DeliveryFile.contract_id == contract_id,
            DeliveryFile.version_id == version_id,
            DeliveryFile.edition == Edition.NETWORK.value,
        )
        .order_by(DeliveryFile.part.desc())
    )
    return [_attachment(row) for row in db.session.execute(statement).scalars()]


def _attachment(row: DeliveryFile) -> Attachment:
    content = open_sealed_bytes(keys_for(row.contract_id), FILE_LABEL, row.contract_id, row.id, row.sealed)
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise Conflict("保存されているファイルが、提出したものと一致しません。管理者に連絡してください。")
    return Attachment(row.name, row.media_type, content)
