"""A submission's files as modules, from memory: packages, relative and flat imports alike.

Every file is one module, whose full name starts with ``handed_in``; the flat name
that a student writes (``layers``) is another name of the same module object, so
that ``from layers import Linear`` and ``from .layers import Linear`` agree.
"""

from __future__ import annotations
import __future__

import ast
import functools
import importlib
import importlib.abc
import importlib.machinery
import inspect
import io
import linecache
import operator
import re
import sys
import tokenize
from types import CodeType, ModuleType
from typing import Any, Dict, Iterator, List, Optional, Sequence, Set, Tuple

from . import signs
from .alarm import Late

ROOT = "handed_in"
FUTURES = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)
BACKWARD = re.compile(r"back_?(ward|prop|word)|^bp$|^train$|^fit$", re.IGNORECASE)
"""What classes and functions are called that do back-propagation in somebody's own way."""

NEVER_THEIRS = {"numpy", "matplotlib", "mpl_toolkits", "PIL"} | set(
    getattr(sys, "stdlib_module_names", sys.builtin_module_names)
)


def decode_source(raw: bytes) -> str:
    """Decode Python source by its own cookie or mark; raises SyntaxError or UnicodeDecodeError."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    if encoding.lower().replace("_", "-") in (
        "utf-7",
        "utf7",
        "unicode-escape",
        "raw-unicode-escape",
    ):
        raise SyntaxError("the encoding " + encoding + " hides code")
    return io.TextIOWrapper(io.BytesIO(raw), encoding).read()


def scan(raw: bytes) -> List[Dict[str, Any]]:
    """List every import that stands in a source text, wherever in it: top-level name and line."""
    tree = ast.parse(decode_source(raw))
    called = signs.called_imports(tree)
    found = [
        {"module": name.split(".")[0], "line": line} for name, line in called if name[:1] != "."
    ]
    for node in ast.walk(tree):
        names: List[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names = [node.module]
        found += [{"module": name.split(".")[0], "line": node.lineno} for name in names]  # type: ignore[attr-defined]
    return found


def suspect(raw: bytes) -> List[Dict[str, Any]]:
    """List what in a source text a person should look at: ``kind``, ``what`` and ``line``."""
    text = decode_source(raw)
    return signs.signs(ast.parse(text), text)


def first_line(node: ast.stmt) -> int:
    """The line where a statement begins, its decorators included."""
    above = [one.lineno for one in getattr(node, "decorator_list", [])]
    return int(min([node.lineno, *above]))


def statements(text: str, file: str) -> Iterator[Tuple[ast.stmt, CodeType]]:
    """Yield each statement of a source text with its code, compiled as in its whole."""
    flags = compile(text, file, "exec", dont_inherit=True).co_flags & FUTURES
    for node in ast.parse(text, file).body:
        yield node, compile(ast.Module([node], []), file, "exec", flags, dont_inherit=True)


class Library(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and loads a submission's modules.

    Parameters
    ----------
    files
        Sources by path, with ``/`` between folders.
    label
        The name of the submission's own folder: also a name of its root package.
    """

    def __init__(self, files: Dict[str, bytes], label: str = "") -> None:
        self._sources = files
        self.troubles: Dict[str, BaseException] = {}
        self._paths = {self._dotted(path): path for path in sorted(files, reverse=True)}
        folders = {name.rpartition(".")[0] for name in self._paths}
        self._folders = sorted(folders, key=lambda name: (name.count(".") if name else -1, name))
        self._label = "" if label in NEVER_THEIRS else label
        self.asked: Set[str] = set()

    @staticmethod
    def _dotted(path: str) -> str:
        name = path[: -len(".py")].replace("/", ".")
        return (
            name[: -len(".__init__")]
            if name.endswith(".__init__")
            else name.replace("__init__", "")
        )

    def _packages(self) -> Iterator[str]:
        for path in self._paths:
            name = path
            while name:
                name = name.rpartition(".")[0]
                yield name

    def _resolve(self, fullname: str) -> Optional[str]:
        """The dotted path below the root that an imported name means, or None."""
        if fullname == ROOT or (fullname == self._label and not self._exists(fullname)):
            return ""
        head, _, rest = fullname.partition(".")
        if head in (ROOT, self._label) and rest:
            return rest if self._exists(rest) else None
        if head in NEVER_THEIRS:
            return None
        for folder in self._folders:
            name = folder + "." + fullname if folder else fullname
            if self._exists(name):
                return name
        return None

    def _exists(self, name: str) -> bool:
        return name in self._paths or name in set(self._packages())

    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        """See importlib: a spec where the name is one of the submission's, else None."""
        name = self._resolve(fullname)
        if name is None:
            self.asked.add(fullname.split(".", maxsplit=1)[0])
            return None
        file = self._paths.get(name)
        is_package = file is None or file.endswith("__init__.py")
        return importlib.machinery.ModuleSpec(fullname, self, origin=file, is_package=is_package)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Optional[ModuleType]:
        """See importlib: for another name of a module, that very module."""
        name = self._resolve(spec.name)
        full = ROOT + "." + name if name else ROOT
        if spec.name == full:
            return None
        module = importlib.import_module(full)
        module.__dict__["__kept_spec__"] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """See importlib: run the source, unless the module ran under its full name already."""
        if "__kept_spec__" in module.__dict__:
            module.__spec__ = module.__dict__.pop("__kept_spec__")
            return
        file = self._paths.get(self._resolve(module.__name__) or "")
        if file is None:
            return
        text = self.text(file)
        module.__file__ = file
        for node, code in statements(text, file):
            try:
                exec(code, module.__dict__)  # noqa: S102
            except BaseException as error:  # noqa: BLE001  what stands above the failing line stays
                if isinstance(error, Late):
                    error.file, error.line = file, first_line(node)
                self.troubles.setdefault(file, self._root_of(error))
                if not self.may_go_on(node, error):
                    break

    def text(self, file: str) -> str:
        """The source of a file; tracebacks can quote it from now on."""
        text = decode_source(self._sources[file])
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        return text

    def _root_of(self, error: BaseException) -> BaseException:
        """The error that left another file without the name that this one wanted of it."""
        wanted = (
            self._resolve(str(getattr(error, "name", ""))) if type(error) is ImportError else None
        )
        return self.troubles.get(self._paths.get(wanted or "", ""), error)

    def may_go_on(self, node: ast.stmt, error: BaseException) -> bool:
        """Whether a file is run on: past the import of a package that is not here, or of a notebook's own."""
        if isinstance(error, NameError):
            return "get_ipython" in str(error)
        foreign = isinstance(error, ModuleNotFoundError) and isinstance(
            node, (ast.Import, ast.ImportFrom, ast.Try)
        )
        return foreign and self._resolve(str(getattr(error, "name", ""))) is None

    def install(self) -> None:
        """Make the modules importable, before anything that is installed."""
        sys.meta_path.insert(0, self)

    def full_name(self, path: str) -> str:
        """The full name of a file's module."""
        return (ROOT + "." + self._dotted(path)).rstrip(".")

    def load(self, path: str) -> None:
        """Import the module of one file; what its source raised comes out, what it defined stays."""
        importlib.import_module(self.full_name(path))
        if path in self.troubles:
            raise self.troubles[path]

    def find(self, names: Sequence[str], file: Optional[str]) -> List[Dict[str, Any]]:
        """List what the submission defines under any of these names, the best first.

        The best is the one of the conventional ``file``, then by the order of ``names``,
        then by path. Each entry: ``name``, ``file`` and the ``object`` itself.
        """
        found = []
        for dotted, path in sorted(self._paths.items()):
            module = sys.modules.get((ROOT + "." + dotted).rstrip("."))
            for rank, name in enumerate(names):
                thing = vars(module).get(name) if module else None
                if callable(thing) and self._is_home(thing, module):
                    found.append((path.rpartition("/")[2] != file, rank, path, name, thing))
        found.sort(key=lambda entry: entry[:3])
        return [{"name": name, "file": path, "object": thing} for _, _, path, name, thing in found]

    def strangers(self, known: Sequence[Any]) -> List[str]:
        """Name the classes and functions that look like a network's, yet are none of those known."""
        bases = [base for one in known for base in getattr(one, "__mro__", (one,))]
        found = []
        for dotted in sorted(self._paths):
            module = sys.modules.get((ROOT + "." + dotted).rstrip("."))
            for name, thing in sorted(vars(module).items()) if module else ():
                names = list(vars(thing)) if isinstance(thing, type) else [name]
                if (
                    callable(thing)
                    and all(thing is not base for base in bases)
                    and self._is_home(thing, module)
                    and any(BACKWARD.search(method) for method in names)
                ):
                    found.append(name[:100])
        return found[:10]

    def replace(self, old: Any, new: Any) -> None:
        """Give every name that means ``old`` in the submission's modules the meaning ``new``."""
        for module in list(sys.modules.values()):
            if getattr(module, "__name__", "").split(".")[0] == ROOT:
                for name in [name for name, value in vars(module).items() if value is old]:
                    setattr(module, name, new)

    @staticmethod
    def _is_home(thing: Any, module: Optional[ModuleType]) -> bool:
        """Whether a class or function was defined in this module, not imported into it."""
        home = getattr(thing, "__module__", None)
        return home == getattr(module, "__name__", None) or (
            not inspect.isroutine(thing) and (not isinstance(thing, type))
        )
