"""What the bundle's `bkrec` runs: the packages beside the interpreter, and no other of this machine."""

import os
import sys

HERE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.append(os.path.join(HERE, "packages"))
sys.argv[0] = os.path.join(HERE, "bkrec")
sys.dont_write_bytecode = True

from reconciler.cli.main import main  # noqa: E402

main()
