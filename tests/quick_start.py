"""Applications that start quicker: of three hundred addresses and a hundred templates a test uses a few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
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


class CompiledTemplates(BytecodeCache):
    """Templates that one application compiled, for the next ones of this process."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = CompiledTemplates()
