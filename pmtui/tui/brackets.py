"""Brackets that join twins: an action or event, and its repetition."""

from collections.abc import Iterable

_LANES = 3


def brackets(pairs: Iterable[tuple[int, int]], height: int) -> list[str]:
    """What stands right of each of `height` lines: `╮`, `│`, `┤` or `╯`, in up to three lanes.

    Args:
        pairs: lines that are twins, the original first; one outside 0 … height - 1 is beyond the edge.
        height: how many lines.
    """
    groups: list[set[int]] = []
    for pair in pairs:
        joined = set(pair)
        for group in [group for group in groups if group & joined]:
            joined |= group
            groups.remove(group)
        groups.append(joined)
    lanes: list[list[str]] = []
    for group in sorted(groups, key=min):
        lane = next((lane for lane in lanes if not any(lane[line].strip() for line in _inside(group, height))), None)
        if lane is None:
            if len(lanes) == _LANES:
                continue
            lane = [" "] * height
            lanes.append(lane)
        for line in _inside(group, height):
            lane[line] = _joint(line, group)
    return ["".join(lane[line] for lane in lanes) for line in range(height)]


def _inside(group: set[int], height: int) -> range:
    return range(max(min(group), 0), min(max(group), height - 1) + 1)


def _joint(line: int, group: set[int]) -> str:
    if line == min(group):
        return "╮"
    if line == max(group):
        return "╯"
    return "┤" if line in group else "│"
