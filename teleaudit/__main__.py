"""``python -m teleaudit``, and the file that ``spark-submit`` is given."""

import sys
from pathlib import Path

# run as a file: the package's own modules are no top-level ones
if Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
    del sys.path[0]

from teleaudit.cli import main

main()
