"""Pages of a list: a size that is bounded and a page number that is refused when absurd."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from callcenter.errors import InvalidInput

DEFAULT_SIZE = 50
LARGEST_SIZE = 200
LAST_PAGE = 100_000


class Page(Struct, frozen=True):
    """Which part of a list is wanted. `number` starts at 1."""

    number: int = 1
    size: int = DEFAULT_SIZE

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    def last(self, total: int) -> int:
        """The number of the last page of `total` rows (1 for an empty list)."""
        return max(1, -(-total // self.size))


def page_from(args: Mapping[str, str]) -> Page:
    """Read `page` and `size`; raises `InvalidInput` naming the field."""
    return Page(_whole(args, "page", 1, LAST_PAGE), _whole(args, "size", DEFAULT_SIZE, LARGEST_SIZE))


def _whole(args: Mapping[str, str], name: str, default: int, largest: int) -> int:
    text = args.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and 1 <= int(text) <= largest):
        raise InvalidInput(errors={name: [f"1 から {largest} までの数字で指定してください。"]})
    return int(text)
