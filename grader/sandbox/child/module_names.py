"""Which file of a submission an imported name means: full, relative and flat names alike."""

from __future__ import annotations

from typing import Collection, Optional

from .imports_between import dotted_name
from .shadowing import STANDARD

ROOT = "handed_in"
"""The package that all files of a submission are in."""

LIBRARIES = {"numpy", "matplotlib", "mpl_toolkits", "PIL"}
RESERVED = LIBRARIES | STANDARD
"""These never mean a file of the submission: numpy's own imports ask for them, too."""


class ModuleNames:
    """The names of a submission's modules.

    Parameters
    ----------
    files
        Paths, with ``/`` between folders.
    label
        The name of the submission's own folder: also a name of its root package.

    Attributes
    ----------
    paths
        The path of each file by its dotted name below the root.
    """

    def __init__(self, files: Collection[str], label: str) -> None:
        self.paths = {dotted_name(path): path for path in sorted(files, reverse=True)}
        parents = [name.split(".")[:-1] for name in self.paths]
        self._packages = {".".join(parts[:k]) for parts in parents for k in range(len(parts) + 1)}
        folders = {name.rpartition(".")[0] for name in self.paths}
        self._folders = sorted(folders, key=lambda name: (name.count(".") if name else -1, name))
        self._label = "" if label in RESERVED else label

    def resolve(self, full_name: str) -> Optional[str]:
        """Return the dotted path below the root that an imported name means, or None."""
        if full_name == ROOT or (full_name == self._label and not self._exists(full_name)):
            return ""
        head, _, rest = full_name.partition(".")
        if head in (ROOT, self._label) and rest:
            return rest if self._exists(rest) else None
        if head in RESERVED:
            return None
        names = (folder + "." + full_name if folder else full_name for folder in self._folders)
        return next(filter(self._exists, names), None)

    def path(self, full_name: str) -> Optional[str]:
        """Return the path of the file that an imported name means; None for a folder or another module."""
        name = self.resolve(full_name)
        return None if name is None else self.paths.get(name)

    def _exists(self, name: str) -> bool:
        return name in self.paths or name in self._packages
