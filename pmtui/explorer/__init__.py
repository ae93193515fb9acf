"""The crash explorer: a graph search over everything that can be durable, through every crash.

The handling is the production one, on storage in memory: a turn is taken with a worker that has just started
(`turns`), what is durable after each of its commits is a state (`world`), and from each state a crash's recovery and
every next turn are taken (`search`).
"""

from pmtui.explorer.explore import explore, replay
from pmtui.explorer.outside import outside
from pmtui.explorer.rerun import assert_holds
from pmtui.explorer.verdict import Bounds, Progress, Replayed, Step, Verdict, Violation

__all__ = [
    "Bounds",
    "Progress",
    "Replayed",
    "Step",
    "Verdict",
    "Violation",
    "assert_holds",
    "explore",
    "outside",
    "replay",
]
