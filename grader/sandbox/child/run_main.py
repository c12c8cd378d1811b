"""Runs a submission's main program as its author would, but with few epochs and no files.

Students train for half a million epochs before they draw; here each training is cut short. What
their program writes to the disk stays in memory.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import inspect
import numbers
import sys
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence

from . import command_line, notebooks
from .alarm import alarm
from .importer import Library
from .parameter_names import EPOCHS
from .source_text import compile_statements
from .student_objects import is_a
from .training_statements import is_main_guard


class EpochLimit:
    """Wraps functions that train so that they train for few epochs.

    Parameters
    ----------
    most
        Larger numbers of epochs are lowered to this; None leaves every number as it is.

    Attributes
    ----------
    used
        Whether a number was lowered.
    """

    def __init__(self, most: Optional[int]) -> None:
        self.most = most
        self.used = False
        self._wrappers: List[Any] = []

    def wrap(self, train: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that trains like another one, for few epochs."""
        most = self.most
        if most is None or any(train is wrapper for wrapper in self._wrappers):
            return train

        @functools.wraps(train)
        def train_shortly(*args: Any, **kwargs: Any) -> Any:
            try:
                bound = inspect.signature(train).bind(*args, **kwargs)
            except (TypeError, ValueError):
                return train(*args, **kwargs)
            bound.apply_defaults()
            self._lower(bound.arguments, most)
            return train(*bound.args, **bound.kwargs)

        self._wrappers.append(train_shortly)
        return train_shortly

    def _lower(self, arguments: Dict[str, Any], most: int) -> None:
        for name, value in arguments.items():
            if is_a(value, dict):
                self._lower(value, most)
            elif (
                EPOCHS.search(str(name))
                and issubclass(type(value), numbers.Integral)
                and int(value) > most
            ):
                arguments[name], self.used = most, True


def run_main(
    library: Library,
    path: str,
    train: Any,
    names: Sequence[str],
    limit: EpochLimit,
    seconds: float,
    variables: Mapping[str, Any] = MappingProxyType({}),
) -> Optional[BaseException]:
    """Run a file of a submission as the main program; return the error that ended it early, or None.

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
        Names of such a function where the file defines it itself.
    limit
        Shortens the training, whatever name the function has in the submission.
    seconds
        The program is interrupted after so long.
    variables
        Global variables that the file has from the start.
    """
    try:
        arguments = command_line.answered(library.given)
        with alarm(seconds), library.disk.mounted(), arguments, _shorten(library, train, limit):
            _run(library, path, names, limit, variables)
    except BaseException as error:  # noqa: BLE001  a student may raise anything, the alarm Late
        is_success = isinstance(error, SystemExit) and error.code in (None, 0)
        return None if is_success else error
    return None


class EmptyLine(str):  # noqa: SLOT000  a subclass of str has room for its attributes in its __dict__
    """An empty line; where a program makes a number of it, one that a lab may have."""

    prompt = ""
    """What the program asked."""

    def __int__(self) -> int:
        return int(command_line.usual_value(self.prompt, "int"))

    def __float__(self) -> float:
        return float(command_line.usual_value(self.prompt, "float"))


@contextlib.contextmanager
def empty_input() -> Iterator[List[List[Any]]]:
    """Answer ``input()`` with an empty line (see ``EmptyLine``).

    Gives a list of where that was first asked: file and line.
    """
    original_input, places = builtins.input, []  # type: ignore[var-annotated]

    def answer(prompt: Any = "", *_: Any) -> str:
        frame = sys._getframe(1)  # noqa: SLF001  the line that asked is the caller
        if not places:
            places.append([frame.f_code.co_filename, frame.f_lineno])
        line = EmptyLine()
        line.prompt = str(prompt)
        return line

    builtins.input = answer
    try:
        yield places
    finally:
        builtins.input = original_input


@contextlib.contextmanager
def _shorten(library: Library, train: Any, limit: EpochLimit) -> Iterator[None]:
    """Have every name of a function mean its shortened version, and restore it."""
    wrapper = train if train is None else limit.wrap(train)
    if wrapper is train:
        yield
        return
    library.replace(train, wrapper)
    try:
        yield
    finally:
        library.replace(wrapper, train)


def _run(
    library: Library,
    path: str,
    names: Sequence[str],
    limit: EpochLimit,
    variables: Mapping[str, Any],
) -> None:
    text, full_name = library.text(path), library.full_name(path)
    needs_call = _needs_call(ast.parse(text, path))
    module = ModuleType(full_name if needs_call else "__main__")
    module.__file__ = path
    vars(module).update(variables)
    notebooks.add_notebook_names(text, vars(module))
    is_package = path.endswith("__init__.py")
    module.__package__ = full_name if is_package else full_name.rpartition(".")[0]
    with _registered(module):
        for node, code in compile_statements(text, path):
            try:
                exec(code, vars(module))  # noqa: S102
            except Exception as error:
                if not library.is_harmless(node, error):
                    raise
            for name in names:
                if is_a(vars(module).get(name), FunctionType):
                    setattr(module, name, limit.wrap(vars(module)[name]))
        if needs_call:
            module.main()


def _needs_call(tree: ast.Module) -> bool:
    """Return whether a file defines ``main`` without required parameters, and does not call it."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    mains = [node for node in functions if node.name == "main"]
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    statements = [node for node in tree.body if not isinstance(node, definitions)]
    executed = [node for node in statements if not is_main_guard(node)]
    calls = {name for node in executed for name in _function_calls(node)}
    return bool(mains) and not _has_required(mains[-1].args) and "main" not in calls


def _function_calls(node: ast.stmt) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            yield part.func.id


def _has_required(arguments: ast.arguments) -> bool:
    positional = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return positional > 0 or any(default is None for default in arguments.kw_defaults)


@contextlib.contextmanager
def _registered(module: ModuleType) -> Iterator[None]:
    """Have a module importable under its name as long as it runs."""
    name, before = module.__name__, sys.modules.get(module.__name__)
    sys.modules[name] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before
