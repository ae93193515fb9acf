"""`python -m pmtui.workers`: the worker process. It is started by a supervisor and by nobody else."""

import sys

from pmtui.workers.worker import main

if __name__ == "__main__":
    sys.exit(main())
