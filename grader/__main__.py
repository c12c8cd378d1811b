"""`python -m grader` and the installed command `grade`."""

# ruff: noqa: E402 - what may be imported from where is settled before anything is imported
import os
import sys

from grader import import_path

sys.path[:] = import_path.trusted(sys.path)

from grader.cli.main import run


def main() -> None:
    """Run the command with the arguments of this process, and exit with its code."""
    _keep_standard_descriptors()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a name in Chinese must not stop a terminal in ASCII
            reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def _keep_standard_descriptors() -> None:
    """Open what was closed (``>&-``): else the next file or socket would become the standard output."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free is this one


if __name__ == "__main__":
    main()
