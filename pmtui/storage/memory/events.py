"""A log's events in memory, in order: those of a context, or a ledger's timers."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

import msgspec

from pmtui.storage.errors import StorageError
from pmtui.storage.log import Draft, Row
from pmtui.storage.persistent import Grown, Map

_position: Callable[[Row], int] = itemgetter(0)


class Events(msgspec.Struct, frozen=True):
    """The events of a log: by position, and each stream's by version; `head` was the last position given out."""

    head: int = 0
    rows: Grown[Row] = Grown()
    streams: Map[str, tuple[Row, ...]] = Map()

    def page(self, after: int, limit: int) -> Sequence[Row]:
        """Up to `limit` events above a position."""
        return self.rows.after(after, _position, limit)

    def versions(self, streams: Iterable[str]) -> dict[str, int]:
        """The last version of each of the streams that has events."""
        return {stream: self.streams[stream][-1].version for stream in streams if stream in self.streams}

    def plus(self, rows: Iterable[Row]) -> "Events":
        """With these events too, whose positions are above the head and rise.

        Raises:
            StorageError: a (stream, version) is taken or a position is not above the one before it.
        """
        head = self.head
        new: list[Row] = []
        streams: dict[str, tuple[Row, ...]] = {}
        for row in rows:
            if row.position <= head:
                raise StorageError(f"position {row.position} is not above {head}")
            head = row.position
            here = streams.get(row.stream) or self.streams.get(row.stream, ())
            place = len(here)
            if place and here[-1].version >= row.version:
                place = bisect_right(here, row.version, key=lambda other: other.version)
                if place and here[place - 1].version == row.version:
                    raise StorageError(f"version {row.version} of stream {row.stream} was written by somebody else")
            streams[row.stream] = (*here[:place], row, *here[place:])
            new.append(row)
        if not new:
            return self
        return Events(head, self.rows.plus(new), self.streams.plus(streams))

    def appended(self, drafts: Iterable[Draft]) -> "Events":
        """With these drafts at the next positions."""
        return self.plus([Row(position, *draft) for position, draft in enumerate(drafts, self.head + 1)])
