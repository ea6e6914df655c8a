"""The options of a `<select>`, made once: a filter by category has 73 of them, on every page of a list."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup

_OPTION = Markup('\n    <option value="{}"{}>{}</option>')
_SELECTED = Markup(" selected")


def options(choices: Iterable[Any], value: object) -> Markup:
    """The options of {code, label} values or (code, label) pairs; the one whose code is `value` is selected."""
    pairs = ((one.code, one.label) if hasattr(one, "code") else (one[0], one[1]) for one in choices)
    return _made(tuple((str(code), str(words)) for code, words in pairs), str(value))


@lru_cache(maxsize=128)
def _made(pairs: tuple[tuple[str, str], ...], chosen: str) -> Markup:
    return Markup("").join(_OPTION.format(code, _SELECTED if code == chosen else "", words) for code, words in pairs)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["options"] = options
