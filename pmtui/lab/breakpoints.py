"""The lab's breakpoints: which there are, which are on, how often each was hit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pmtui.lab.kept import MOST, Kept, kept_file, load, save
from pmtui.model.errors import InputError
from pmtui.model.point import Point
from pmtui.view.breakpoints import breakpoint_view, stop_words
from pmtui.view.snapshot import BreakpointView
from pmtui.workers.appfile import AppFile
from pmtui.workers.breakpoints.breakpoint import Breakpoint, at_point
from pmtui.workers.breakpoints.condition import AtPoint
from pmtui.workers.breakpoints.grammar import Vocabulary, read
from pmtui.workers.protocol import StopReport


@dataclass(frozen=True, slots=True)
class _Set:
    """A breakpoint in the lab. One that is `once` is gone when its deed is done, and is not kept."""

    breakpoint: Breakpoint
    enabled: bool = True
    once: bool = False


class Breakpoints:
    """All of one lab. Numbers begin at 1 and are not used again.

    A crash is done once: a worker that is restarted handles the same event again and would die there for ever. So a
    breakpoint that has crashed a worker is switched off; the one that `X` chose is gone.

    Args:
        found: the app.
        keep: whether they are those of the app's last lab, and kept for the next.

    Attributes:
        wrong: one line about the file they are kept in, where it could not be read; there are none then.
    """

    def __init__(self, found: AppFile, *, keep: bool) -> None:
        self.wrong = ""
        self._vocabulary = Vocabulary.of(found.app)
        self._file = kept_file(found) if keep else None
        self._all: dict[int, _Set] = {}
        self._hits: dict[str, Mapping[int, int]] = {}
        self._last = 0
        try:
            for each in [] if self._file is None else load(self._file):
                self._add(read(each.breakpoint, self._last + 1), enabled=each.enabled)
        except InputError as error:
            self.wrong = str(error)

    def _add(self, breakpoint: Breakpoint, *, enabled: bool = True, once: bool = False) -> None:
        self._last = breakpoint.number
        self._all[breakpoint.number] = _Set(breakpoint, enabled, once)

    @property
    def active(self) -> tuple[Breakpoint, ...]:
        """Those that are on, for the workers."""
        return tuple(each.breakpoint for each in self._all.values() if each.enabled)

    def keep(self) -> None:
        """Keep them for the next lab, in any thread. A file that could not be read is written anew.

        Raises:
            InputError: one line: that is not possible.
        """
        if self._file is not None:
            everything = list(self._all.values())
            save(self._file, [Kept(str(each.breakpoint), each.enabled) for each in everything if not each.once])
            self.wrong = ""

    def add(self, text: str) -> int:
        """Set one as a person types it; its number. One that is there already is switched on.

        Raises:
            InputError: one line: it cannot be understood, or there are too many.
        """
        new = read(text, self._last + 1, self._vocabulary)
        for number, each in self._all.items():
            if str(each.breakpoint) == str(new):
                self._all[number] = replace(each, enabled=True)
                return number
        if len(self._all) >= MOST:
            raise InputError(f"there are {MOST} breakpoints; remove one first")
        self._add(new)
        return new.number

    def remove(self, number: int) -> None:
        """Have it no longer.

        Raises:
            InputError: there is none of that number.
        """
        self._there(number)
        del self._all[number]

    def enable(self, number: int, on: bool) -> None:
        """Switch it on or off.

        Raises:
            InputError: there is none of that number.
        """
        self._all[number] = replace(self._there(number), enabled=on)

    def _there(self, number: int) -> _Set:
        if number not in self._all:
            raise InputError(f"there is no breakpoint {number}")
        return self._all[number]

    def crash_point(self, manager: str) -> str:
        """The point that a manager's worker was set to die at, once, as text; empty for none."""
        return next((point for each in self._all.values() if (point := _dies_at(each, manager))), "")

    def set_crash_point(self, manager: str, point: Point | None) -> None:
        """Set it, in place of the one before; None takes it back."""
        for number, each in list(self._all.items()):
            if _dies_at(each, manager):
                del self._all[number]
        if point is not None:
            self._add(at_point(point, "crash", self._last + 1), once=True)

    def counted(self, manager: str, hits: Mapping[int, int]) -> None:
        """How often each was hit by a manager's workers so far."""
        self._hits[manager] = hits

    def hits(self, manager: str) -> Mapping[int, int]:
        """The same, for its next worker."""
        return self._hits.get(manager, {})

    def count_from(self, hits: Mapping[str, Mapping[int, int]]) -> None:
        """Have each manager's workers go on counting from these, by number, others from nothing."""
        self._hits = dict(hits)

    def met(self, stop: StopReport) -> str:
        """A worker has stopped at one, or dies there: the words for it. One that crashes is done with its deed."""
        each = self._all.get(stop.number)
        if each is None:
            return ""
        if stop.deed == "crash" and each.once:
            del self._all[stop.number]
        elif stop.deed == "crash":
            self._all[stop.number] = replace(each, enabled=False)
        return stop_words(each.breakpoint, stop)

    def views(self) -> tuple[BreakpointView, ...]:
        """All of them, as a screen shows them."""
        return tuple(
            breakpoint_view(
                each.breakpoint,
                enabled=each.enabled,
                once=each.once,
                hits={manager: hits[number] for manager, hits in self._hits.items() if hits.get(number)},
            )
            for number, each in self._all.items()
        )


def _dies_at(each: _Set, manager: str) -> str:
    """The point, if this is what `crash_at` has set for a manager."""
    if each.once and isinstance(term := each.breakpoint.condition[0], AtPoint):
        return term.point if Point.parse(term.point).manager == manager else ""
    return ""
