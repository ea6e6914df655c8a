"""Coded values: what the database and the interface keep, with the words of the screens."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """An English key with its Japanese label; the pair stands here and nowhere else."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> tuple[tuple[str, str], ...]:
        """(key, label) in the order of a form."""
        return tuple((member.value, member.label) for member in cls)

    @classmethod
    def has(cls, value: str) -> bool:
        return value in cls._value2member_map_

    @classmethod
    def of(cls, value: str) -> Self:
        """The member of a stored key. Raises `KeyError` for an unknown one."""
        member: Self = cls._value2member_map_[value]  # type: ignore[assignment]
        return member
