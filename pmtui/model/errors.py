"""What can go wrong, as sentences that a person can act on."""


class PmtuiError(Exception):
    """A fault whose message is one clear line for the person at the keyboard: what is wrong, where, what to do."""


class DefinitionError(PmtuiError):
    """An app, manager, handler or aggregate is defined wrongly; raised when the app file is imported."""


class InputError(PmtuiError):
    """What the user gave (a file, a line, a name, a point) is wrong; nothing was changed."""
