"""Has a submission's own statements import its file where that is named like a standard module."""

from __future__ import annotations

import builtins
import importlib
import sys
from typing import Any, Container, Dict, Optional

STANDARD = set(getattr(sys, "stdlib_module_names", sys.builtin_module_names))
STARTUP = {"os", "io", "abc", "codecs", "encodings", "site", "stat", "posixpath", "importlib"}
LOADED_BEFORE = STARTUP | set(sys.builtin_module_names)
"""Python has imported these before a script begins: a script's file of that name comes too late."""

COMPANIONS = {"cycler", "dateutil", "packaging", "pylab", "pyparsing", "six"}
"""What comes with matplotlib: it is loaded already, and hides no file of a submission either."""

SHADOWED = (STANDARD | COMPANIONS) - LOADED_BEFORE
"""Modules in whose place a submission's own statements import its file of that name."""


class ShadowingImport:
    """Takes the place of ``__import__`` where a file of a submission has the name of another module.

    Parameters
    ----------
    root
        The package of the submission's modules.
    sources
        Its files.
    paths
        Its files by dotted name.
    """

    def __init__(self, root: str, sources: Container[str], paths: Dict[str, str]) -> None:
        self._root, self._sources, self._paths = root, sources, paths
        self._builtin_import = builtins.__import__

    def install(self) -> None:
        """Take the place, if any file has such a name."""
        if any(name.rpartition(".")[2] in SHADOWED for name in self._paths):
            builtins.__import__ = self._import

    def remove(self) -> None:
        """Undo ``install``."""
        builtins.__import__ = self._builtin_import

    def _import(
        self,
        name: str,
        globals: Any = None,  # noqa: A002  as the built-in function has it
        locals: Any = None,  # noqa: A002
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        """Import as ``__import__`` does, but prefer the submission's file to a standard module.

        That holds for the submission's own statements alone: numpy imports what it always does.
        """
        file_module = None if level else self._shadowing_module(name, globals)
        if file_module is None:
            return self._builtin_import(name, globals, locals, fromlist, level)
        rest = name.partition(".")[2]
        full_name = self._root + "." + file_module + ("." + rest if rest else "")
        if fromlist:
            return self._builtin_import(full_name, globals, locals, fromlist, 0)
        importlib.import_module(full_name)
        return importlib.import_module(self._root + "." + file_module)

    def _shadowing_module(self, name: Any, names: Any) -> Optional[str]:
        """Return the file that a submission's module means by the name of a standard one, or None."""
        file = names.get("__file__") if type(names) is dict else None
        if type(name) is not str or type(file) is not str or file not in self._sources:
            return None
        head = name.partition(".")[0]
        if head not in SHADOWED:
            return None
        folder = file.rpartition("/")[0].replace("/", ".")
        candidates = [folder + "." + head if folder else head, head]
        return next((candidate for candidate in candidates if candidate in self._paths), None)
