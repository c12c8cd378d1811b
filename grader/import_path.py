"""Where processes of this program may import from: nowhere that a student may have put a file.

Python looks first into the current folder (``python -m``, ``python -c``) and into the
folders of ``PYTHONPATH``; a submission's ``signal.py`` would then run in the place of
Python's own. The first module to be imported, so it imports only what Python itself
has loaded by then: even ``from __future__ import annotations`` would search that path.
"""

import os
import sys

DEPENDENCIES = (
    "click", "filelock", "jinja2", "jsonschema", "matplotlib", "msgpack", "numpy", "rich", "ruamel",
    "copydetect", "distributed",
)  # fmt: skip
"""What may be installed where only the user's own site, or ``PYTHONPATH``, leads."""

_STANDARD = os.path.dirname(os.__file__)  # noqa: PTH120 - pathlib would have to be imported
_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - as above


def trusted(path: list[str]) -> list[str]:
    """Return the entries of an import path that no student can have put a file into.

    The standard library comes first. The current folder, ``PYTHONPATH`` and the user's
    own site are left out, except for the folder that this package was imported from and,
    at the end, folders that hold a dependency which is found nowhere else. The current
    folder is never taken for the sake of a dependency.

    Parameters
    ----------
    path
        As in ``sys.path``.
    """
    standard = [entry for entry in path if _is_standard(entry)]
    others = [entry for entry in path if os.path.isabs(entry) and not _is_standard(entry)]  # noqa: PTH117
    named = {_real(entry) for entry in (*_from_environment(), *_own_site(), *_current())}
    named -= {_real(entry) for entry in _installed()}
    safe = [entry for entry in others if _real(entry) not in named]
    home = [] if _HOME in map(_real, safe) else [entry for entry in others if _real(entry) == _HOME]
    kept = [*standard, *home[:1], *safe]
    for entry in others:
        left_out = entry not in kept and _real(entry) not in map(_real, _current())
        if left_out and any(_holds(entry, name) and not _any(kept, name) for name in DEPENDENCIES):
            kept.append(entry)
    return kept


def with_packages(path: list[str]) -> list[str]:
    """Return the entries of a trusted path in which numpy, matplotlib or msgpack is installed."""
    wanted = ("numpy", "matplotlib", "msgpack")
    return [entry for entry in path if any(_holds(entry, name) for name in wanted)]


def _real(entry: str) -> str:
    return os.path.realpath(entry)


def _is_standard(entry: str) -> bool:
    """Whether an entry is of the standard library: its folder, its zip, its compiled part."""
    name = os.path.basename(entry)  # noqa: PTH119 - as above
    is_zip = name.startswith("python") and name.endswith(".zip")
    return bool(entry) and (
        entry == _STANDARD
        or (name == "lib-dynload" and entry.startswith((_STANDARD, sys.base_exec_prefix)))
        or (is_zip and entry.startswith((sys.base_prefix, sys.base_exec_prefix)))
    )


def _from_environment() -> list[str]:
    """The folders of ``PYTHONPATH``; where it has a relative one, that begins in the current folder."""
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [os.path.join(here, entry) for here in _current() or ["/"] for entry in entries]  # noqa: PTH118


def _own_site() -> list[str]:
    """The user's own site, where this Python looks into it."""
    site = sys.modules.get("site")
    return [site.getusersitepackages()] if site and site.ENABLE_USER_SITE else []


def _installed() -> list[str]:
    """Where packages of this Python are installed for everybody."""
    site = sys.modules.get("site")
    return site.getsitepackages() if site else []


def _current() -> list[str]:
    try:
        return [os.getcwd()]  # noqa: PTH109 - as above
    except OSError:  # it was removed: nothing can be imported from it
        return []


def _holds(entry: str, name: str) -> bool:
    return os.path.isdir(os.path.join(entry, name))  # noqa: PTH112, PTH118 - as above


def _any(entries: list[str], name: str) -> bool:
    return any(_holds(entry, name) for entry in entries)
