"""Imports a submission's files from memory: packages, relative and flat imports alike.

Every file is one module, whose full name starts with ``handed_in``; the flat name that a
student writes (``layers``) is another name of the same module object, so that ``from layers
import Linear`` and ``from .layers import Linear`` agree.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import linecache
import sys
from types import ModuleType
from typing import Any, Dict, FrozenSet, List, Optional, Sequence, Set, Tuple, cast

from . import import_statements, notebooks
from .absent_packages import BARS, KNOWN, AbsentFinder, lacking_package
from .alarm import Late, ring_later
from .definitions import Definitions
from .imports_between import count_users, dotted_name, users_of_names
from .memory_files import MemoryDisk
from .module_names import ROOT, ModuleNames
from .shadowing import ShadowingImport
from .source_text import Undecodable, compile_statements, decode_source, first_line

IMPORTS = (ast.Import, ast.ImportFrom)


class Library(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and loads a submission's modules.

    Parameters
    ----------
    files
        Sources by path, with ``/`` between folders.
    label
        The name of the submission's own folder: also a name of its root package.
    interrupted
        The lines of statements that did not end when they were run before: they are left out.
        0 for a file of which only definitions are run.

    Attributes
    ----------
    definitions
        What the files that were imported define.
    foreign
        Full names of modules that were imported and are not the submission's.
    stopped
        The line from which on only definitions of a file were run, after an error.
    left_out
        The line of the first statement of a file that trains, or asks for input, and was left out.
    disk
        What the submission writes.
    given
        The arguments of the command line that a program required and was given.
    grace_seconds
        How long the definitions below a statement may still take that was interrupted.
    """

    def __init__(
        self,
        files: Dict[str, bytes],
        label: str = "",
        interrupted: Optional[Dict[str, int]] = None,
    ) -> None:
        self._sources = files
        self._names = ModuleNames(files, label)
        self._errors: Dict[str, BaseException] = {}
        self._missing_names: Dict[str, str] = {}
        self._shadowing = ShadowingImport(ROOT, self._sources, self._names.paths)
        self.definitions = Definitions()
        self.foreign: Set[str] = set()
        self.stopped: Dict[str, int] = {}
        self.left_out: Dict[str, int] = {}
        self.grace_seconds = 0.2
        self.disk, self.given = MemoryDisk(), cast("List[str]", [])
        self._users: Optional[Dict[Tuple[str, str], Set[str]]] = None
        self._interrupted = interrupted or {}
        self._prepared: Dict[str, List[range]] = {}
        self._definable: Optional[import_statements.SubmissionNames] = None
        self._absent = AbsentFinder(self._prepared_lines)

    def install(self) -> None:
        """Make the modules importable, before anything that is installed."""
        sys.meta_path.insert(0, self)
        sys.meta_path.append(self._absent)
        self._shadowing.install()

    def remove(self) -> None:
        """Undo ``install``."""
        for finder in (self, self._absent):
            if finder in sys.meta_path:
                sys.meta_path.remove(finder)
        self._absent.remove()
        self._shadowing.remove()

    def load(self, path: str) -> None:
        """Import the module of one file; raise what its source raised, and keep what it defined."""
        importlib.import_module(self.full_name(path))
        if path in self._errors:
            raise self._errors[path]

    def full_name(self, path: str) -> str:
        """Return the full name of a file's module."""
        return (ROOT + "." + dotted_name(path)).rstrip(".")

    def modules(self) -> Dict[str, ModuleType]:
        """Return the modules that were imported, by path."""
        modules = {path: sys.modules.get(self.full_name(path)) for path in self._sorted_paths()}
        return {path: module for path, module in modules.items() if module}

    def users(self, path: str, name: str) -> Tuple[int, int]:
        """Return how many other files import a name of a file, and how many any name of it."""
        if self._users is None:
            self._users = users_of_names(self._sources, self._names.paths, self._names.resolve)
        return count_users(self._users, path, name)

    def replaced_packages(self, names: Sequence[str]) -> List[str]:
        """Name those of some packages whose place is taken here by something that does less."""
        return [name for name in names if self._is_replaced(name)]

    def _is_replaced(self, name: str) -> bool:
        if name not in KNOWN or self._names.resolve(name) is not None:
            return False
        return name in BARS or name in self._absent.replaced

    def add_package(self, error: Dict[str, Any]) -> None:
        """Say in the description of an error which package would have defined what it lacks."""
        package = lacking_package(error, self._missing_names)
        if package:
            error["package"] = package

    def _sorted_paths(self) -> Sequence[str]:
        return [path for _, path in sorted(self._names.paths.items())]

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
        name = self._names.resolve(fullname)
        if name is None:
            self.foreign.add(fullname)
            return self._absent.spec(fullname) if fullname in BARS else None
        file = self._names.paths.get(name)
        is_package = file is None or file.endswith("__init__.py")
        return importlib.machinery.ModuleSpec(fullname, self, origin=file, is_package=is_package)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Optional[ModuleType]:
        """See importlib: for another name of a module, that very module."""
        full_name = (ROOT + "." + (self._names.resolve(spec.name) or "")).rstrip(".")
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
        file = self._names.path(module.__name__)
        if file is None:
            return
        text = self.text(file)
        module.__file__ = file
        self.definitions.add_source(file, text)
        notebooks.add_notebook_names(text, module.__dict__)
        self._run(file, text, module)

    def _run(self, file: str, text: str, module: ModuleType) -> None:
        """Run the statements of a file that an import for classes needs; an error ends one statement."""
        left_out: FrozenSet[int] = frozenset()
        for number, (node, code) in enumerate(compile_statements(text, file)):
            line = first_line(node)
            if not number:  # it is Python: that was found out before the first statement
                left_out = self._statements_left_out(file, text)
            if number in left_out:
                if file not in self.stopped:
                    self.left_out.setdefault(file, line)
                continue
            try:
                self._require_end(file, line)
                exec(code, module.__dict__)  # noqa: S102
                self.definitions.add(file, node, vars(module))
            except BaseException as error:  # noqa: BLE001  what stands above the failing line stays
                if isinstance(error, Late):
                    ring_later(self.grace_seconds)
                    error.file, error.line = file, line
                self._errors.setdefault(file, self._original_error(error))
                if not self.is_harmless(node, error):
                    self.stopped.setdefault(file, line)
                    if isinstance(node, IMPORTS) and self._is_of_other_file(file):
                        return  # what stands below needs what could not be imported
                    is_late = isinstance(error, Late)
                    rest = (
                        import_statements.only_definitions
                        if is_late
                        else import_statements.rest_left_out
                    )
                    left_out |= rest(text, number)

    def _require_end(self, file: str, line: int) -> None:
        """Raise ``Late`` at once for a statement that did not end when it was run before."""
        if line == self._interrupted.get(file):
            raise Late

    def _statements_left_out(self, file: str, text: str) -> FrozenSet[int]:
        if self._interrupted.get(file) == 0:
            self.left_out[file] = 0
            return import_statements.only_definitions(text, 0)
        return import_statements.statements_left_out(text, self._names_of_files)

    def _prepared_lines(self, file: str) -> Optional[List[range]]:
        """Return the lines on which a file prepares for an import to fail; None of a file of others."""
        if file not in self._sources:
            return None
        if file not in self._prepared:
            self._prepared[file] = import_statements.prepared_lines(
                decode_source(self._sources[file])
            )
        return self._prepared[file]

    def _names_of_files(self) -> import_statements.SubmissionNames:
        """Return the names of all files, as far as they can be decoded; they are collected once."""
        if self._definable is None:
            texts = []
            for path in self._names.paths.values():
                with contextlib.suppress(SyntaxError):
                    texts.append(decode_source(self._sources[path]))
            self._definable = import_statements.names_of_submission(texts)
        return self._definable

    def _original_error(self, error: BaseException) -> BaseException:
        """Return the error that left another file without the name that this import wanted."""
        if type(error) is not ImportError:
            return error
        path = self._names.path(str(getattr(error, "name", "")))
        return self._errors.get(path or "", error)

    def _is_of_other_file(self, file: str) -> bool:
        """Return whether a file ended early because another file of the submission cannot be imported."""
        error = self._errors[file]
        others = [other for path, other in self._errors.items() if path != file]
        is_unread = isinstance(error, SyntaxError) and error.filename != file
        return is_unread or any(other is error for other in others)

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
        if self._names.resolve(package) is not None:
            return False
        head = package.partition(".")[0]
        self._missing_names.update(dict.fromkeys(import_statements.imported_names(node), head))
        return True
