"""The instances of a manager that are kept in memory, as the ledger has them."""

from collections.abc import Iterable, Mapping, Set

from pmtui.storage.ledger import Instance, Ledger

KEPT = 20_000


class Instances:
    """Reads instances when they are first needed and remembers them; of more than `KEPT`, forgets the least recent."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, Instance] = {}

    async def remember(self, names: Set[str]) -> set[str]:
        """Have the named ones in memory, as far as there are any; those that had to be read."""
        known = self._known
        unknown = [name for name in names if name and name not in known]
        if not unknown:
            return set()
        found = await self._ledger.instances(unknown)
        self._known.update(found)
        return set(found)

    def named(self, names: Iterable[str]) -> dict[str, Instance]:
        """Of those that were remembered; a `missing` one for a name that was never heard of."""
        known = self._known
        return {name: known.get(name) or Instance(name, "missing", "", "", 0, {}) for name in names}

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
