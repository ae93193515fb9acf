import sys
from pathlib import Path

ROOT = str(Path(__file__).parents[2])
if ROOT not in sys.path:  # the apps and logs that the benchmarks are made of
    sys.path.insert(0, ROOT)
