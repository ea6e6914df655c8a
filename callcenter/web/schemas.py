"""What JSON schemas are made of: marshmallow fields that answer in Japanese, schemas that refuse unknown names.

Limits of texts and codes are judged by the features' rules; a schema judges the type of a value only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

REQUIRED = {"required": "入力してください。", "null": "値を入れてください。"}


class StrictSchema(Schema):
    """A request's body or query: an unknown name is refused, not ignored."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "知らない項目です。", "type": "項目と値の組（オブジェクト）で送信してください。"}


class Text(fields.String):
    default_error_messages = {
        **REQUIRED,
        "invalid": "文字で入力してください。",
        "invalid_utf8": "文字コードを確認してください。",
    }


class Whole(fields.Integer):
    """A whole number; text that looks like one is refused in JSON."""

    default_error_messages = {
        **REQUIRED,
        "invalid": "整数で入力してください。",
        "too_large": "数が大きすぎます。",
    }

    def __init__(self, *, least: int = 0, most: int = 2**31 - 1, strict: bool = True, **more: Any) -> None:
        limits = validate.Range(least, most, error=f"{least} から {most} までの整数で入力してください。")
        super().__init__(strict=strict, validate=limits, **more)


class QueryWhole(Whole):
    """A whole number of an address."""

    def __init__(self, **more: Any) -> None:
        super().__init__(strict=False, **more)


class Flag(fields.Boolean):
    """true or false; in an address also 1 or 0."""

    default_error_messages = {**REQUIRED, "invalid": "true か false で指定してください。"}

    def __init__(self, **more: Any) -> None:
        super().__init__(truthy={True, "true", "1"}, falsy={False, "false", "0"}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **more)


class Id(fields.UUID):
    default_error_messages = {**REQUIRED, "invalid_uuid": "識別子（UUID）の形ではありません。"}


class Day(fields.Date):
    default_error_messages = {
        **REQUIRED,
        "invalid": "日付を 2026-06-01 の形で入力してください。",
        "format": "日付を文字にできません。",
    }


class Moment(fields.AwareDateTime):
    """An instant with its time zone; answered in UTC."""

    default_error_messages = {
        **REQUIRED,
        "invalid": "日時を 2026-06-01T10:42:00+09:00 の形で入力してください。",
        "invalid_awareness": "日時に時差（+09:00 など）を付けてください。",
        "format": "日時を文字にできません。",
    }


class ListOf(fields.List[Any]):
    default_error_messages = {**REQUIRED, "invalid": "一覧（配列）で指定してください。"}


class Part(fields.Nested):
    default_error_messages = {**REQUIRED, "type": "項目と値の組（オブジェクト）で送信してください。"}


def one_of(choices: Iterable[tuple[str, str]], **more: Any) -> Text:
    """A coded value: its keys stand in the description of the interface with their labels."""
    known = list(choices)
    said = " / ".join(f"{code} = {label}" for code, label in known)
    check = validate.OneOf([code for code, _ in known], error="一覧にある値で指定してください。")
    return Text(validate=check, metadata={"description": said}, **more)


class ErrorShape(Schema):
    """The one shape of every refusal."""

    code = Text(metadata={"description": "拒否の種類（英字）"})
    message = Text(metadata={"description": "利用者に見せられる説明"})
    errors = fields.Dict(
        keys=Text(), values=ListOf(Text()), metadata={"description": "項目の名前 → その項目の説明の一覧"}
    )
