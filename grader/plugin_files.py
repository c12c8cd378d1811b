"""Plug-ins of a course: files beside its rubric, run on the examiner's side alone.

The rubric carries their bytes, so whoever has a rubric has its plug-ins, on whatever machine.
What they define is read from here by the tables of checks, of the contract and of mistakes: each
table is a function of the plug-ins, and nothing is registered anywhere.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from grader import files
from grader.errors import RubricError
from grader.model import Plugin

T = TypeVar("T")
Plugins = tuple[Plugin, ...]
MAX_BYTES = 1024 * 1024
_MARK = "plug-in "
"""What the name of a plug-in's code begins with, so that a traceback tells it from ours."""


def read(names: Sequence[str], folder: Path) -> Plugins:
    """Read plug-ins by their names, which are those of files in a folder and no paths.

    Raises
    ------
    RubricError
        If a file cannot be read: a link, a folder, or none at all.
    """
    return tuple(Plugin(name, _content(folder / name, name)) for name in names)


def _content(path: Path, name: str) -> bytes:
    try:
        return files.read_regular(path, MAX_BYTES)
    except FileNotFoundError:
        problem = "there is no such file beside the rubric"
    except files.TooBigError:
        problem = "the file has more than 1 MiB"
    except OSError as error:
        problem = f"this is not a file that can be read ({error.strerror or 'not a regular file'})"
    raise RubricError(name, None, f"{problem}; expected a plug-in")


@lru_cache(maxsize=16)
def namespaces(plugins: Plugins) -> tuple[Mapping[str, Any], ...]:
    """Run each plug-in, once for its bytes, and return what it defines.

    Raises
    ------
    RubricError
        If it is not Python, or raises: with its file and line.
    """
    return tuple(_run(plugin) for plugin in plugins)


def _run(plugin: Plugin) -> Mapping[str, Any]:
    module = types.ModuleType(plugin.name.removesuffix(".py"))
    try:
        exec(compile(plugin.content, _MARK + plugin.name, "exec"), vars(module))  # noqa: S102 - the course's own code
    except SyntaxError as error:
        raise RubricError(plugin.name, error.lineno, f"this is not Python ({error.msg})") from None
    except ValueError as error:
        raise RubricError(plugin.name, line_of(error), f"this is not Python ({error})") from None
    except Exception as error:
        kind = type(error).__name__
        raise RubricError(plugin.name, line_of(error), f"it raised {kind}: {error}") from error
    return types.MappingProxyType(vars(module))


def values(plugins: Plugins, kind: type[T]) -> Iterator[tuple[Plugin, T]]:
    """Yield what plug-ins define of a kind, at their top or in a tuple there, each once."""
    for plugin, namespace in zip(plugins, namespaces(plugins), strict=True):
        seen: set[int] = set()
        for value in namespace.values():
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, kind) and id(one) not in seen:
                    seen.add(id(one))
                    yield plugin, one


def mappings(plugins: Plugins, name: str) -> Iterator[tuple[Plugin, Mapping[str, Any]]]:
    """Yield the mappings of a name that plug-ins define."""
    for plugin, namespace in zip(plugins, namespaces(plugins), strict=True):
        value = namespace.get(name, {})
        if not isinstance(value, Mapping):
            raise RubricError(plugin.name, line_with(plugin, name), f"{name} is no mapping")
        yield plugin, value


def line_of(error: BaseException) -> int | None:
    """Return the last line of a plug-in that an error came through; None where there is none."""
    place = _last_place(error)
    return None if place is None else place[1]


def place_of(error: BaseException) -> str:
    """Return file and line of the plug-in that an error came through, or an empty text."""
    place = _last_place(error)
    return "" if place is None else f"{place[0]}, line {place[1]}"


def _last_place(error: BaseException) -> tuple[str, int] | None:
    trace, place = error.__traceback__, None
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(_MARK):
            place = name.removeprefix(_MARK), trace.tb_lineno
        trace = trace.tb_next
    return place


def line_with(plugin: Plugin, text: str) -> int | None:
    """Return the first line of a plug-in that holds a text; None where there is none."""
    lines = plugin.content.decode("utf-8", "replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if text in line), None)
