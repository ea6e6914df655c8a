"""The blueprint on which the pages of the papers stand."""

from __future__ import annotations

from flask import Blueprint
from msgspec import Struct, field

from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.rosters.page_parts import typed_again

blueprint = Blueprint("papers", __name__)
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)


class Refused(Struct, frozen=True):
    """Which of a page's forms was refused, and what was typed in it. `form` is the row's id, or "new"."""

    form: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    message: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)

    def typed_in(self, form: str) -> dict[str, str]:
        return self.typed if form == self.form else {}

    def errors_of(self, form: str) -> dict[str, list[str]]:
        return self.errors if form == self.form else {}


def refused(form: str, error: AppError) -> Refused:
    """What the page shows again; an Individual Number is masked and its refusal put into the log."""
    return Refused(form, typed_again(error), error.message, error.errors)
