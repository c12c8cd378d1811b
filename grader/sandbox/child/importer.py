"""Imports a submission's files from memory: packages, relative and flat imports alike.

Every file is one module, whose full name starts with ``handed_in``; the flat name that a
student writes (``layers``) is another name of the same module object, so that ``from layers
import Linear`` and ``from .layers import Linear`` agree.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import importlib.abc
import importlib.machinery
import linecache
import re
import sys
from types import ModuleType
from typing import Any, Dict, List, Optional, Sequence, Set

from . import notebooks, progress_bars
from .alarm import Late
from .definitions import Definitions
from .source_text import Undecodable, compile_statements, decode_source, first_line

ROOT = "handed_in"
LIBRARIES = {"numpy", "matplotlib", "mpl_toolkits", "PIL"}
STANDARD = set(getattr(sys, "stdlib_module_names", sys.builtin_module_names))
RESERVED = LIBRARIES | STANDARD
"""The finder never gives these from a submission: numpy's own imports ask it, too."""

STARTUP = {"os", "io", "abc", "codecs", "encodings", "site", "stat", "posixpath", "importlib"}
LOADED_BEFORE = STARTUP | set(sys.builtin_module_names)
"""Python has imported these before a script begins: a script's file of that name comes too late."""

COMPANIONS = {"cycler", "dateutil", "packaging", "pylab", "pyparsing", "six"}
"""What comes with matplotlib: it is loaded already, and hides no file of a submission either."""

SHADOWED = (STANDARD | COMPANIONS) - LOADED_BEFORE
"""Modules in whose place a submission's own statements import its file of that name."""

UNKNOWN_NAME = re.compile(r"name '(\w+)' is not defined")
"""How the text of a ``NameError`` begins."""


class Library(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and loads a submission's modules.

    Parameters
    ----------
    files
        Sources by path, with ``/`` between folders.
    label
        The name of the submission's own folder: also a name of its root package.

    Attributes
    ----------
    definitions
        What the files that were imported define.
    foreign
        Top-level names that were imported and are not the submission's.
    stopped
        The line at which a file was given up.
    """

    def __init__(self, files: Dict[str, bytes], label: str = "") -> None:
        self._sources = files
        self._paths = {_dotted_name(path): path for path in sorted(files, reverse=True)}
        parents = [name.split(".")[:-1] for name in self._paths]
        self._packages = {".".join(parts[:k]) for parts in parents for k in range(len(parts) + 1)}
        folders = {name.rpartition(".")[0] for name in self._paths}
        self._folders = sorted(folders, key=lambda name: (name.count(".") if name else -1, name))
        self._label = "" if label in RESERVED else label
        self._errors: Dict[str, BaseException] = {}
        self._missing_names: Dict[str, str] = {}
        self._builtin_import = builtins.__import__
        self.definitions = Definitions()
        self.foreign: Set[str] = set()
        self.stopped: Dict[str, int] = {}

    def install(self) -> None:
        """Make the modules importable, before anything that is installed."""
        sys.meta_path.insert(0, self)
        if any(name.rpartition(".")[2] in SHADOWED for name in self._paths):
            builtins.__import__ = self._import

    def remove(self) -> None:
        """Undo ``install``."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        builtins.__import__ = self._builtin_import

    def load(self, path: str) -> None:
        """Import the module of one file; raise what its source raised, and keep what it defined."""
        importlib.import_module(self.full_name(path))
        if path in self._errors:
            raise self._errors[path]

    def full_name(self, path: str) -> str:
        """Return the full name of a file's module."""
        return (ROOT + "." + _dotted_name(path)).rstrip(".")

    def modules(self) -> Dict[str, ModuleType]:
        """Return the modules that were imported, by path."""
        modules = {path: sys.modules.get(self.full_name(path)) for path in self._sorted_paths()}
        return {path: module for path, module in modules.items() if module}

    def replaced_packages(self) -> List[str]:
        """Name the packages whose place is taken here by something that does less."""
        return [name for name in (progress_bars.PACKAGE,) if self._resolve(name) is None]

    def add_package(self, error: Dict[str, Any]) -> None:
        """Say in the description of an error which package would have defined the name that it lacks."""
        name = UNKNOWN_NAME.match(error["text"]) if error["type"] == "NameError" else None
        if name and name.group(1) in self._missing_names:
            error["package"] = self._missing_names[name.group(1)]

    def _sorted_paths(self) -> Sequence[str]:
        return [path for _, path in sorted(self._paths.items())]

    def text(self, file: str) -> str:
        """Return the source of a file; tracebacks can quote it from now on."""
        try:
            text = decode_source(self._sources[file])
        except Undecodable as error:
            error.filename = file
            raise
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        return text

    @staticmethod
    def replace(old: Any, new: Any) -> None:
        """Give every name that means ``old`` in the submission's modules the meaning ``new``."""
        for module in list(sys.modules.values()):
            if getattr(module, "__name__", "").split(".")[0] == ROOT:
                for name in [name for name, value in vars(module).items() if value is old]:
                    setattr(module, name, new)

    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        """See importlib: a spec where the name is one of the submission's, else None."""
        name = self._resolve(fullname)
        if name is None:
            self.foreign.add(fullname.split(".", maxsplit=1)[0])
            is_bar = fullname in progress_bars.MODULES
            return progress_bars.find_spec(fullname) if is_bar else None
        file = self._paths.get(name)
        is_package = file is None or file.endswith("__init__.py")
        return importlib.machinery.ModuleSpec(fullname, self, origin=file, is_package=is_package)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Optional[ModuleType]:
        """See importlib: for another name of a module, that very module."""
        full_name = (ROOT + "." + (self._resolve(spec.name) or "")).rstrip(".")
        if spec.name == full_name:
            return None
        module = importlib.import_module(full_name)
        module.__dict__["__original_spec__"] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """See importlib: run the source, unless the module ran under its full name already."""
        if "__original_spec__" in module.__dict__:
            module.__spec__ = module.__dict__.pop("__original_spec__")
            return
        file = self._paths.get(self._resolve(module.__name__) or "")
        if file is None:
            return
        text = self.text(file)
        module.__file__ = file
        self.definitions.add_source(file, text)
        notebooks.add_notebook_names(text, module.__dict__)
        for node, code in compile_statements(text, file):
            try:
                exec(code, module.__dict__)  # noqa: S102
                self.definitions.add(file, node, vars(module))
            except BaseException as error:  # noqa: BLE001  what stands above the failing line stays
                if isinstance(error, Late):
                    error.file, error.line = file, first_line(node)
                self._errors.setdefault(file, self._original_error(error))
                if not self.is_harmless(node, error):
                    self.stopped[file] = first_line(node)
                    break

    def _original_error(self, error: BaseException) -> BaseException:
        """Return the error that left another file without the name that this import wanted."""
        if type(error) is not ImportError:
            return error
        name = self._resolve(str(getattr(error, "name", "")))
        return self._errors.get(self._paths.get(name or "", ""), error)

    def is_harmless(self, node: ast.stmt, error: BaseException) -> bool:
        """Return whether a file runs on after an error in a statement.

        It does after the import of a package that is not installed, whose names are remembered, and
        after a command that only notebooks know.
        """
        if isinstance(error, NameError):
            return "get_ipython" in str(error)
        is_import = isinstance(node, (ast.Import, ast.ImportFrom, ast.Try))
        if not is_import or not isinstance(error, ModuleNotFoundError):
            return False
        package = str(error.name)
        if self._resolve(package) is not None:
            return False
        head = package.partition(".")[0]
        self._missing_names.update(dict.fromkeys(_imported_names(node), head))
        return True

    def _resolve(self, fullname: str) -> Optional[str]:
        """Return the dotted path below the root that an imported name means, or None."""
        if fullname == ROOT or (fullname == self._label and not self._exists(fullname)):
            return ""
        head, _, rest = fullname.partition(".")
        if head in (ROOT, self._label) and rest:
            return rest if self._exists(rest) else None
        if head in RESERVED:
            return None
        names = (folder + "." + fullname if folder else fullname for folder in self._folders)
        return next(filter(self._exists, names), None)

    def _exists(self, name: str) -> bool:
        return name in self._paths or name in self._packages

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
        full_name = ROOT + "." + file_module + ("." + rest if rest else "")
        if fromlist:
            return self._builtin_import(full_name, globals, locals, fromlist, 0)
        importlib.import_module(full_name)
        return importlib.import_module(ROOT + "." + file_module)

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


def _imported_names(node: ast.stmt) -> List[str]:
    """List the names that the imports in a statement define."""
    imports = [part for part in ast.walk(node) if isinstance(part, (ast.Import, ast.ImportFrom))]
    aliases = [alias for part in imports for alias in part.names]
    return [alias.asname or alias.name.partition(".")[0] for alias in aliases]


def _dotted_name(path: str) -> str:
    name = path[: -len(".py")].replace("/", ".")
    if name.endswith(".__init__"):
        return name[: -len(".__init__")]
    return name.replace("__init__", "")
