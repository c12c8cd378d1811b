"""A submission's main program, run as its author would run it, but with little patience.

Students train for half a million epochs before they draw; here each training is cut
short. What their program would write to the disk goes nowhere.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import inspect
import io
import numbers
import re
import sys
from types import ModuleType
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence

from . import notebooks
from .alarm import alarm
from .importer import Library, statements

COUNTS = re.compile(r"epoch|iter|step|loop|times", re.IGNORECASE)
"""What the parameter is called that says for how long to train."""

WRITES = frozenset("wax+")


class Cut:
    """Makes of a function that trains one that trains for few epochs.

    Parameters
    ----------
    most
        The epochs that are left of any larger number; None leaves every number as it is.
    """

    def __init__(self, most: Optional[int]) -> None:
        self.most = most
        self.used = False
        self._made: List[Any] = []

    def short(self, train: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function that takes the place of one that trains."""
        most = self.most
        if most is None or any(train is made for made in self._made):
            return train

        @functools.wraps(train)
        def cut(*args: Any, **kwargs: Any) -> Any:
            try:
                asked = inspect.signature(train).bind(*args, **kwargs)
            except (TypeError, ValueError):
                return train(*args, **kwargs)
            asked.apply_defaults()
            self._lower(asked.arguments, most)
            return train(*asked.args, **asked.kwargs)

        self._made.append(cut)
        return cut

    def _lower(self, arguments: Dict[str, Any], most: int) -> None:
        for name, value in arguments.items():
            if isinstance(value, dict):
                self._lower(value, most)
            elif (
                COUNTS.search(str(name))
                and isinstance(value, numbers.Integral)
                and int(value) > most
            ):
                arguments[name], self.used = most, True


def play(
    library: Library, path: str, train: Any, names: Sequence[str], cut: Cut, seconds: float
) -> Optional[BaseException]:
    """Run a file of a submission as the main program; return what ended it early, if anything did.

    Parameters
    ----------
    library
        Holds the submission.
    path
        The file. Its function ``main`` is called, unless it calls that itself or has none; then
        it runs as ``__main__``.
    train
        The submission's function that trains, or None.
    names
        What such a function is called where the file defines it itself.
    cut
        Cuts the training short, whatever name it has in the submission.
    seconds
        After so long it is interrupted.
    """
    try:
        with alarm(seconds), _nothing_written(), _shortened(library, train, cut):
            _run(library, path, names, cut)
    except BaseException as error:  # noqa: BLE001  a student may raise anything, the alarm Late
        return None if _is_regular_end(error) else error
    return None


def _is_regular_end(error: BaseException) -> bool:
    return isinstance(error, SystemExit) and error.code in (None, 0)


@contextlib.contextmanager
def _shortened(library: Library, train: Any, cut: Cut) -> Iterator[None]:
    """Have every name of a function mean the one that is cut short, and put it back."""
    short = train if train is None else cut.short(train)
    if short is train:
        yield
        return
    library.replace(train, short)
    try:
        yield
    finally:
        library.replace(short, train)


def _run(library: Library, path: str, names: Sequence[str], cut: Cut) -> None:
    text, full = library.text(path), library.full_name(path)
    calls = _waits_to_be_called(ast.parse(text, path))
    module = ModuleType(full if calls else "__main__")
    module.__file__ = path
    notebooks.furnish(text, vars(module))
    module.__package__ = full if path.endswith("__init__.py") else full.rpartition(".")[0]
    with _known(module):
        for node, code in statements(text, path):
            try:
                exec(code, vars(module))  # noqa: S102
            except Exception as error:
                if not library.may_go_on(node, error):
                    raise
            for name in names:
                if inspect.isfunction(vars(module).get(name)):
                    setattr(module, name, cut.short(vars(module)[name]))
        if calls:
            module.main()


def _waits_to_be_called(tree: ast.Module) -> bool:
    """Whether a file defines a function ``main`` without needs, and does not call it when imported."""
    mains = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main"
    ]
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    runs = [node for node in tree.body if not isinstance(node, definitions) and not _guards(node)]
    called = {name for node in runs for name in _called(node)}
    return bool(mains) and not _needed(mains[-1].args) and "main" not in called


def _guards(node: ast.stmt) -> bool:
    """Whether this is ``if __name__ == "__main__":``."""
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
    )


def _called(node: ast.stmt) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            yield part.func.id


def _needed(arguments: ast.arguments) -> bool:
    positional = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return positional > 0 or any(default is None for default in arguments.kw_defaults)


@contextlib.contextmanager
def _known(module: ModuleType) -> Iterator[None]:
    """Have a module found under its name as long as it runs."""
    name, before = module.__name__, sys.modules.get(module.__name__)
    sys.modules[name] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before


@contextlib.contextmanager
def _nothing_written() -> Iterator[None]:
    """Open files for writing in memory alone: notes that an honest program takes must not end it."""
    opening = builtins.open

    def opened(file: Any, mode: Any = "r", *args: Any, **kwargs: Any) -> Any:
        if WRITES & set(str(mode)):
            return io.BytesIO() if "b" in mode else io.StringIO()
        return opening(file, mode, *args, **kwargs)

    builtins.open = io.open = opened
    try:
        yield
    finally:
        builtins.open = io.open = opening
