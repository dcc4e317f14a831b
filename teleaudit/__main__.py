"""``python -m teleaudit``, and the file that ``spark-submit`` is given."""

import sys
from pathlib import Path

if Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:  # run as a file: the package's own modules are no top-level ones
    del sys.path[0]

from teleaudit.cli import main

main()
