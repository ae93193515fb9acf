"""What storage can say is wrong."""

from pmtui.model.errors import PmtuiError


class StorageError(PmtuiError):
    """A log or ledger cannot be used: missing, damaged, of something else, locked, or the disk is full."""


class WentBack(StorageError):
    """A log or ledger is older than, or another than, what was already done with it (guarantee 6)."""


class Superseded(StorageError):
    """Another worker of the same manager has taken over; whoever gets this has lost and must end."""


class NotMade(StorageError):
    """The file is an empty database: somebody is making it at this moment, or was killed while doing so."""
