"""A submission's files as modules, from memory: packages, relative and flat imports alike.

Every file is one module, whose full name starts with ``handed_in``; the flat name
that a student writes (``layers``) is another name of the same module object, so
that ``from layers import Linear`` and ``from .layers import Linear`` agree.
"""

from __future__ import annotations
import __future__

import ast
import builtins
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

from . import notebooks, source_scan
from .alarm import Late

ROOT = "handed_in"
FUTURES = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)
BACKWARD = re.compile(r"back_?(ward|prop|word)|^bp$|^train$|^fit$", re.IGNORECASE)
"""What classes and functions are called that do back-propagation in somebody's own way."""

LIBRARIES = {"numpy", "matplotlib", "mpl_toolkits", "PIL"}
STANDARD = set(getattr(sys, "stdlib_module_names", sys.builtin_module_names))
NEVER_THEIRS = LIBRARIES | STANDARD
"""What a finder never gives to anybody from a submission: numpy asks it, too."""

FIRST = {"os", "io", "abc", "codecs", "encodings", "site", "stat", "posixpath", "importlib"}
LOADED_BEFORE = FIRST | set(sys.builtin_module_names)
"""Modules that Python has imported before a script begins: there a script's neighbour comes too late."""


class Undecodable(SyntaxError):
    """A source text is not in the encoding that it declares; ``msg`` is that, ``lineno`` where it shows."""

    def __init__(self, encoding: str, line: int) -> None:
        super().__init__(encoding)
        self.lineno = line


def decode_source(raw: bytes) -> str:
    """Decode Python source as Python does: by its own cookie or mark, else as UTF-8.

    Python looks at no byte of a comment, so there whatever does not fit is replaced.

    Raises
    ------
    SyntaxError
        ``Undecodable``, or for an encoding that hides code.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Undecodable("UTF-8 (it is UTF-16)", 1)
    encoding = _encoding(raw)
    if encoding.lower().replace("_", "-") in (
        "utf-7",
        "utf7",
        "unicode-escape",
        "raw-unicode-escape",
    ):
        raise SyntaxError("the encoding " + encoding + " hides code")
    try:
        return io.TextIOWrapper(io.BytesIO(raw), encoding).read()
    except LookupError:
        raise Undecodable(encoding, 1) from None
    except UnicodeDecodeError:
        if _compiles(raw):
            return io.TextIOWrapper(io.BytesIO(raw), encoding, errors="replace").read()
        raise Undecodable(encoding, _first_wrong_line(raw, encoding)) from None


def _encoding(raw: bytes) -> str:
    try:
        return tokenize.detect_encoding(io.BytesIO(raw).readline)[0]
    except SyntaxError:  # the first two lines are not UTF-8, or declare what nobody knows
        plain = bytes(byte if byte < 128 else ord("?") for byte in raw[:1000])
        try:
            return tokenize.detect_encoding(io.BytesIO(plain).readline)[0]
        except SyntaxError as error:
            raise Undecodable(str(error).rpartition(" ")[2], 1) from None


def _compiles(raw: bytes) -> bool:
    """Whether this Python reads these very bytes, as it would read the file."""
    try:
        compile(raw, "<bytes>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def _first_wrong_line(raw: bytes, encoding: str) -> int:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        return raw.count(b"\n", 0, error.start) + 1
    return 1


def scan(raw: bytes) -> List[Dict[str, Any]]:
    """List every import that stands in a source text, wherever in it: top-level name and line."""
    tree = ast.parse(decode_source(raw))
    called = source_scan.called_imports(tree)
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
    return source_scan.signs(ast.parse(text), text)


def first_line(node: ast.stmt) -> int:
    """The line where a statement begins, its decorators included."""
    above = [one.lineno for one in getattr(node, "decorator_list", [])]
    return int(min([node.lineno, *above]))


def statements(text: str, file: str) -> Iterator[Tuple[ast.stmt, CodeType]]:
    """Yield each statement of a source text with its code, compiled as in its whole."""
    flags = compile(text, file, "exec", dont_inherit=True).co_flags & FUTURES
    for node in ast.parse(text, file).body:
        yield node, compile(ast.Module([node], []), file, "exec", flags, dont_inherit=True)


def is_unfinished(node: ast.stmt) -> bool:
    """Whether a class or function does nothing yet: ``pass``, a docstring, ``raise NotImplementedError``."""
    if isinstance(node, ast.ClassDef):
        inner = [part for part in node.body if isinstance(part, ast.FunctionDef)]
        inner = [part for part in inner if part.name != "__init__"] or inner
        return all(map(is_unfinished, inner or node.body)) and (bool(inner) or not node.bases)
    if isinstance(node, ast.FunctionDef):
        return all(_does_nothing(part) for part in node.body)
    return _does_nothing(node)


def _does_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        return any(
            isinstance(part, ast.Name) and part.id == "NotImplementedError"
            for part in ast.walk(node)
        )
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass) or is_text


class Definition:
    """A class or function as a statement of a file made it."""

    def __init__(self, node: ast.stmt, thing: Any) -> None:
        self.line, self.unfinished, self.thing = first_line(node), is_unfinished(node), thing


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
        self.stopped: Dict[str, int] = {}
        self._defined: Dict[str, Dict[str, List[Definition]]] = {}
        self._import = builtins.__import__

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
        notebooks.furnish(text, module.__dict__)
        for node, code in statements(text, file):
            try:
                exec(code, module.__dict__)  # noqa: S102
                self._keep(file, node, module)
            except BaseException as error:  # noqa: BLE001  what stands above the failing line stays
                if isinstance(error, Late):
                    error.file, error.line = file, first_line(node)
                self.troubles.setdefault(file, self._root_of(error))
                if not self.may_go_on(node, error):
                    self.stopped[file] = first_line(node)
                    break

    def _keep(self, file: str, node: ast.stmt, module: ModuleType) -> None:
        """Remember what a statement defines: a later one may give its name to something else."""
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            found = Definition(node, vars(module).get(node.name))
            self._defined.setdefault(file, {}).setdefault(node.name, []).append(found)

    def text(self, file: str) -> str:
        """The source of a file; tracebacks can quote it from now on."""
        try:
            text = decode_source(self._sources[file])
        except Undecodable as error:
            error.filename = file
            raise
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
        if any(name.rpartition(".")[2] in STANDARD - LOADED_BEFORE for name in self._paths):
            builtins.__import__ = self._import_for

    def remove(self) -> None:
        """Undo ``install``."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        builtins.__import__ = self._import

    def _import_for(
        self,
        name: str,
        globals: Any = None,  # noqa: A002  as the built-in function has it
        locals: Any = None,  # noqa: A002
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        """Import as ``__import__`` does; a neighbour called like a standard module comes first.

        That holds for the submission's own statements alone: what numpy imports stays what it is.
        """
        own = None if level else self._neighbour(name, globals)
        if own is None:
            return self._import(name, globals, locals, fromlist, level)
        rest = name.partition(".")[2]
        full = ROOT + "." + own + ("." + rest if rest else "")
        if fromlist:
            return self._import(full, globals, locals, fromlist, 0)
        importlib.import_module(full)
        return importlib.import_module(ROOT + "." + own)

    def _neighbour(self, name: Any, names: Any) -> Optional[str]:
        """The file that a submission's module means by the name of a standard one, or None."""
        file = names.get("__file__") if type(names) is dict else None
        if type(name) is not str or type(file) is not str or file not in self._sources:
            return None
        head = name.partition(".")[0]
        if head not in STANDARD or head in LOADED_BEFORE:
            return None
        folder = file.rpartition("/")[0].replace("/", ".")
        candidates = [folder + "." + head if folder else head, head]
        return next((known for known in candidates if known in self._paths), None)

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

        The best is one that does something, then that of the conventional ``file``, then by the
        order of ``names``, then by path. Each entry: ``name``, ``file`` and the ``object`` itself.
        """
        found = []
        for dotted, path in sorted(self._paths.items()):
            module = sys.modules.get((ROOT + "." + dotted).rstrip("."))
            for rank, name in enumerate(names):
                thing = self._defined_as(path, module, name) if module else None
                if callable(thing) and self._is_home(thing, module):
                    last = self._last(path, name)
                    unfinished = last is not None and last.unfinished
                    misplaced = path.rpartition("/")[2] != file
                    order = (unfinished, misplaced, rank, -self._finished(path), path)
                    found.append((order, path, name, thing))
        found.sort(key=lambda entry: entry[0])
        return [{"name": name, "file": path, "object": thing} for _, path, name, thing in found]

    def _last(self, path: str, name: str) -> Optional[Definition]:
        made = self._defined.get(path, {}).get(name)
        return made[-1] if made else None

    def _finished(self, path: str) -> int:
        """How much a notebook defines: of two copies of one the fuller counts. Of a script: 0."""
        if not notebooks.IN_CELLS.search(self.text(path)):
            return 0
        made = self._defined.get(path, {})
        return sum(not definitions[-1].unfinished for definitions in made.values())

    def _defined_as(self, path: str, module: ModuleType, name: str) -> Any:
        """What a name of the contract means in a module, which gets it back where it was lost.

        In a notebook ``Sigmoid = Sigmoid()`` is harmless: nothing below needs the class again.
        """
        thing, last = vars(module).get(name), self._last(path, name)
        if last is None or name not in vars(module) or thing is last.thing:
            return thing
        lost = not callable(thing) or type(thing) is last.thing
        if lost:
            setattr(module, name, last.thing)
        return last.thing if lost else thing

    def replaced(self, names: Sequence[str]) -> List[Dict[str, Any]]:
        """List what a later definition of the same file replaces by one that does nothing."""
        found = []
        for path, made in sorted(self._defined.items()):
            for name in names:
                *above, last = made.get(name, [None])
                whole = [one for one in above if one is not None and not one.unfinished]
                if last is not None and last.unfinished and whole:
                    lines = {"line": last.line, "earlier": whole[-1].line}
                    found.append({"who": name, "file": path, **lines})
        return found

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
