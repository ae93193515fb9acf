"""Collections that never change: a write gives another one that shares what it did not touch with the one before."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, overload

_K = TypeVar("_K")
_V = TypeVar("_V")

_OVER = 24
"""So many changes lie over a map's base before they are laid into a new one: copying few is cheap, and all is rare."""


class Grown(Sequence[_V]):
    """A sequence that only grows at its end.

    All that grew from one another share one list, of which each sees only its own beginning; where two grow from the
    same one, the second takes a copy.
    """

    __slots__ = ("_items", "_length")

    def __init__(self, items: Iterable[_V] = ()) -> None:
        self._items = list(items)
        self._length = len(self._items)

    def plus(self, new: Iterable[_V]) -> "Grown[_V]":
        """With these at the end."""
        items, length = self._items, self._length
        if not length or len(items) != length:  # an empty one may be everybody's default
            items = items[:length]
        items.extend(new)
        grown: Grown[_V] = Grown.__new__(Grown)
        grown._items, grown._length = items, len(items)
        return grown

    def after(self, value: int, key: Callable[[_V], int], limit: int) -> list[_V]:
        """Up to `limit` items whose key is above a value; the keys rise, and are often the items' numbers from 1."""
        items, length = self._items, self._length
        if 0 < value <= length and key(items[value - 1]) == value:
            start = value
        elif not length or key(items[length - 1]) <= value:
            return []
        elif key(items[0]) > value:
            start = 0
        else:
            start = bisect_right(items, value, 0, length, key=key)
        return items[start : min(start + limit, length)]

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[_V]:
        return iter(self._items[: self._length])

    @overload
    def __getitem__(self, index: int) -> _V: ...
    @overload
    def __getitem__(self, index: slice) -> list[_V]: ...
    def __getitem__(self, index: int | slice) -> _V | list[_V]:
        return self._items[: self._length][index] if isinstance(index, slice) else self._items[self._place(index)]

    def _place(self, index: int) -> int:
        place = index + self._length if index < 0 else index
        if not 0 <= place < self._length:
            raise IndexError(index)
        return place

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Grown) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


class Map(Mapping[_K, _V], Generic[_K, _V]):
    """A mapping to which entries are added or replaced, never removed."""

    __slots__ = ("_base", "_over")

    def __init__(self, base: Mapping[_K, _V] | None = None) -> None:
        self._base: dict[_K, _V] = dict(base or {})
        self._over: dict[_K, _V] = {}

    def plus(self, changes: Mapping[_K, _V]) -> "Map[_K, _V]":
        """With these entries, which replace those of the same keys."""
        over = {**self._over, **changes}
        changed: Map[_K, _V] = Map.__new__(Map)
        if len(over) > _OVER:
            changed._base, changed._over = {**self._base, **over}, {}
        else:
            changed._base, changed._over = self._base, over
        return changed

    def __getitem__(self, key: _K) -> _V:
        over = self._over
        return over[key] if key in over else self._base[key]

    def get(self, key: _K, default: Any = None) -> Any:
        """The value of a key, or the default."""
        over = self._over
        return over[key] if key in over else self._base.get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self._over or key in self._base

    def __iter__(self) -> Iterator[_K]:
        return iter({**self._base, **self._over})

    def __len__(self) -> int:
        return len(self._base.keys() | self._over.keys())
