"""The one family of errors, and the one shape (`code`, `message`, `errors`) every answer gives them.

`message` is a Japanese sentence a person can act on; `errors` maps a field's name to its messages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

FieldErrors = Mapping[str, Sequence[str]]


class AppError(Exception):
    """A refusal the product makes on purpose. `status` is the HTTP status the edge answers with."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    default_message: ClassVar[str] = "処理できませんでした。"

    def __init__(self, message: str | None = None, *, errors: FieldErrors | None = None) -> None:
        self.message = message or self.default_message
        self.errors: dict[str, list[str]] = {name: list(texts) for name, texts in (errors or {}).items()}
        super().__init__(self.message)

    def as_dict(self) -> dict[str, object]:
        """The JSON body: `code`, `message`, `errors`."""
        return {"code": self.code, "message": self.message, "errors": self.errors}


class InvalidInput(AppError):
    code = "invalid_input"
    status = 422
    default_message = "入力内容を確認してください。"


class NotFound(AppError):
    code = "not_found"
    status = 404
    default_message = "見つかりませんでした。"


class Conflict(AppError):
    code = "conflict"
    status = 409
    default_message = "ほかの人が先に更新しました。最新の内容を確認してください。"


class Forbidden(AppError):
    code = "forbidden"
    status = 403
    default_message = "この操作を行う権限がありません。"


class SessionUnknown(Forbidden):
    """A session is to be taken up again, and the browser brings none."""

    code = "session_unknown"
    default_message = (
        "このブラウザーにサインインの情報がありません。別のタブでサインインしてから、もう一度「サインインして続ける」を"
        "押してください。入力した内容はこの画面に残っています。"
    )


class SetupRequired(Forbidden):
    """Signed in, but a password or a second factor has to be set up first."""

    code = "setup_required"
    default_message = "先に、アカウントの設定（パスワードまたは二段階認証）を済ませてください。"


class SignInRequired(AppError):
    code = "sign_in_required"
    status = 401
    default_message = "サインインしてください。"


class TooLarge(AppError):
    code = "too_large"
    status = 413
    default_message = "データが大きすぎます。"


class TooManyAttempts(AppError):
    code = "too_many_attempts"
    status = 429
    default_message = "しばらく待ってから、もう一度お試しください。"


class Unavailable(AppError):
    """The service cannot answer for now (database away, disk full); `retry_after_seconds` is the hint given."""

    code = "unavailable"
    status = 503
    default_message = "現在ご利用いただけません。しばらくしてから、もう一度お試しください。"
    retry_after_seconds: ClassVar[int] = 10
