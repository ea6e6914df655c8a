"""What may be kept of a call that is still being typed (see `protection.drafts` for why).

The field under the caret holds back runs of digits that touch the caret; a field that was left holds back what
changed since the stored draft, unless it reads as a finished phone number. Codes that are none are
dropped: no coded field can carry a text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from callcenter.calls import rules
from callcenter.calls.forms import KINDS, LIMITS, Typed, cleaned_text, with_texts
from callcenter.coded import Labelled
from callcenter.errors import InvalidInput
from callcenter.protection.drafts import code_point_offset, hold_back
from callcenter.protection.mynumber import mask
from callcenter.protection.scan import FieldKind, IndividualNumberRefused, RefusedSpan, masked_text, spans_in

_CODE = re.compile(r"[0-9]{4}")
_CODED: Mapping[str, type[Labelled]] = {
    "relation": rules.Relation,
    "channel": rules.Channel,
    "language": rules.Language,
    "disposition": rules.Disposition,
}


class Edited(Struct, frozen=True):
    """The last edit: its field (long name) and the caret in UTF-16 units as browsers count, if it has one."""

    field: str
    caret: int | None = None


class Kept(Struct, frozen=True):
    """What may be stored. `errors`: fields too long, of which the stored draft keeps what it had.
    `refusal`: an Individual Number was in it; the rest is kept all the same."""

    typed: Typed
    errors: Mapping[str, list[str]]
    refusal: IndividualNumberRefused | None


class StoredDraft(Struct, frozen=True):
    """The sealed content: the fields, and which screen wrote them as which of its drafts."""

    typed: Typed = field(default_factory=Typed)
    editor: str = ""
    sequence: int = 0

    def as_json(self) -> dict[str, Any]:
        return {"typed": asdict(self.typed), "editor": self.editor, "sequence": self.sequence}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> StoredDraft:
        return cls(Typed(**value["typed"]), value["editor"], value["sequence"])


def keepable(typed: Typed, before: Typed, edited: Edited | None) -> Kept:
    """What may be stored of `typed` after the stored draft `before`. Never raises for what was typed."""
    texts: dict[str, str] = {}
    masked: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    findings: list[RefusedSpan] = []
    for name in LIMITS:
        text, earlier = getattr(typed, name), getattr(before, name)
        try:
            cleaned_text(name, text)
        except InvalidInput as error:
            errors.update(error.errors)
            texts[name] = masked[name] = earlier
            continue
        spans = spans_in(text, _kind(name))
        findings += [RefusedSpan(name, span.end - span.start, span.rule) for span in spans]
        masked[name] = mask(text, spans)
        texts[name] = _storable(name, text, earlier, edited)
    refusal = IndividualNumberRefused(masked, findings) if findings else None
    return Kept(with_texts(_coded_only(typed), texts), errors, refusal)


def _storable(name: str, text: str, earlier: str, edited: Edited | None) -> str:
    held = _held(name, text, earlier, edited)
    # Holding back puts "…" and ＊ in place of digits, so the text only shrinks; it is scanned again as it is kept.
    return masked_text(cleaned_text(name, held), _kind(name))


def _held(name: str, text: str, earlier: str, edited: Edited | None) -> str:
    if cleaned_text(name, text) == earlier:
        return masked_text(text, _kind(name))
    if edited is not None and edited.field == name and edited.caret is not None:
        return hold_back(text, code_point_offset(text, edited.caret))
    return hold_back(text, None, earlier, spare_phones=True)


def _kind(name: str) -> FieldKind:
    return KINDS.get(name, FieldKind.TEXT)


def _coded_only(typed: Typed) -> Typed:
    empty = Typed()
    codes: dict[str, Any] = {
        name: getattr(typed, name) if choices.has(getattr(typed, name)) else getattr(empty, name)
        for name, choices in _CODED.items()
    }
    category = typed.category_code if _CODE.fullmatch(typed.category_code) else ""
    return replace(typed, category_code=category, **codes)
