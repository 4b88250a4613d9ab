"""`python -m cli`: what the script `stackhouse` starts."""

import os
import sys

from cli.main import main


def _leave_ascii() -> None:
    """Start again in UTF-8 where files and arguments would be ASCII only. Python does so itself, unless forbidden."""
    if sys.getfilesystemencoding() == "ascii":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, sys.orig_argv)


if __name__ == "__main__":
    _leave_ascii()
    main()
