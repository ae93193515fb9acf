"""The instances of a manager that are kept in memory, as the ledger has them."""

from collections.abc import Mapping, Set

from pmtui.storage.ledger import Instance, Ledger

KEPT = 20_000


class Instances:
    """Reads instances when they are first needed and remembers them; of more than `KEPT`, forgets the least recent."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, Instance] = {}

    async def read(self, names: Set[str], into: dict[str, Instance]) -> set[str]:
        """Add the named ones, as `get` gives them, to others; which of them had to be read from the ledger."""
        known = self._known
        unknown = [name for name in names if name and name not in known]
        if unknown:
            found = await self._ledger.instances(unknown)
            known.update(found)
            unknown = list(found)
        for name in names:
            into[name] = known.get(name) or _missing(name)
        return set(unknown)

    def get(self, name: str) -> Instance:
        """One of those that were read; a `missing` one for a name that was never heard of."""
        return self._known.get(name) or _missing(name)

    def forget(self, name: str) -> None:
        """It has changed in the ledger."""
        self._known.pop(name, None)

    def saved(self, afters: Mapping[str, Instance]) -> None:
        """These are in the ledger now."""
        known = self._known
        for name, after in afters.items():
            known.pop(name, None)
            known[name] = after
        while len(known) > KEPT:
            del known[next(iter(known))]


def _missing(name: str) -> Instance:
    return Instance(name, "missing", "", "", 0, {})
