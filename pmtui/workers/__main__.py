"""`python -m pmtui.workers`: the worker process. It is started by a supervisor and by nobody else."""

import gc
import sys

gc.disable()  # importing makes no garbage, and looking for it takes a tenth of the time; the worker enables it

from pmtui.workers.worker import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
