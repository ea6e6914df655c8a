"""Applications that start quicker: a test makes one of three hundred addresses and builds the URLs of a few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A route whose URL builder is compiled when it is first asked: two fifths of a start go into that."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        compiled = super()._compile_builder

        def first(rule: Rule, **values: Any) -> tuple[str, str]:
            name = "_build_unknown" if append_unknown else "_build"
            setattr(rule, name, compiled(append_unknown).__get__(rule, None))
            built: tuple[str, str] = getattr(rule, name)(**values)
            return built

        return first


def install() -> None:
    """For every application of this process."""
    Flask.url_rule_class = LateRule
