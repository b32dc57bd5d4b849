"""bkrec's own version, the same as in pyproject.toml: a test holds the two together.

Not from importlib.metadata: that reads the installed packages' files, a third of the time `--version` takes.
"""

VERSION = "0.1.0"
DEFAULT_RELEASE = "6.2.2"
"""The release of a cluster.toml that `init` writes, and of `explain`."""
DEFAULT_INSTALL = "/data/install"
DEFAULT_PACKAGE = f"/data/bkce-src-{DEFAULT_RELEASE}.tgz"
