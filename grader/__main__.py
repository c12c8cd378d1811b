"""`python -m grader` and the installed command `grade`."""

from __future__ import annotations

import sys

from grader import cli


def main() -> None:
    """Run the command with the arguments of this process, and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a name in Chinese must not stop a terminal in ASCII
            reconfigure(errors="backslashreplace")
    sys.exit(cli.run(sys.argv[1:]))


if __name__ == "__main__":
    main()
