"""`python -m pmtui.workers`: the worker process. It is started by a supervisor and by nobody else."""

import gc
import os
import sys
import threading
import time

gc.disable()  # importing makes no garbage, and looking for it takes a tenth of the time; the worker enables it

from pmtui.workers.main import main  # noqa: E402

_LAST_SECONDS = 1.0


def _end(code: int) -> None:
    """Exit, soon: threads that the user's code has started and left must not keep the process alive."""

    def at_last() -> None:
        time.sleep(_LAST_SECONDS)
        os._exit(code)

    threading.Thread(target=at_last, daemon=True).start()
    sys.exit(code)


if __name__ == "__main__":
    _end(main())
