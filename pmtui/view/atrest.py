"""Reading files that others may be writing to, without their noticing."""

import time
from collections.abc import Callable
from typing import TypeVar

from pmtui.storage.errors import StorageError
from pmtui.view.reader import Reader

_TRIES = 12
_AGAIN_SECONDS = 0.02
_T = TypeVar("_T")


def at_rest(reader: Reader, function: Callable[[Reader], _T]) -> _T:
    """What a function reads, all of it of one moment; it is called again where somebody wrote in the midst of it.

    Args:
        reader: an unseen one. Its files are open no longer than this, and nothing is left beside them.
        function: what reads; it changes nothing.

    Raises:
        StorageError: the files changed each time.
        Exception: what the function raised over files at rest.
    """
    for _ in range(_TRIES):
        try:
            result = function(reader)
        except Exception:
            if reader.release():
                raise  # else it may come of a page that was only half there
        else:
            if reader.release():
                return result
        time.sleep(_AGAIN_SECONDS)
    raise StorageError("the files change too fast to be read at rest; try again")
