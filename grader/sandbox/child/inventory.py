"""Lists the classes and functions that a submission defines, with what each takes and uses."""

from __future__ import annotations

import contextlib
import inspect
from types import CodeType, FunctionType
from typing import Any, Dict, Iterator, List, Mapping, Set

from .definitions import Modules, is_defined_in
from .parameter_names import RATE
from .serialize import TEXT
from .student_objects import is_a

MAX_DEFINITIONS = 200  # no solution of the lab has half of it
MAX_METHODS = 60


def list_definitions(modules: Modules) -> Dict[str, Any]:
    """List classes and functions, and the variables that hold a learning rate.

    Each of ``definitions`` has ``name``, ``file``, ``kind`` (class or function), ``parameters``
    (of the constructor or the function; None where Python cannot tell), ``methods`` (name and
    parameters) and ``uses`` (file and name of other definitions that its code names). A row of
    ``rates`` is file and name.
    """
    places: Dict[int, List[str]] = {}
    values: List[Any] = []
    rates: List[List[str]] = []
    for path, module in modules.items():
        for name, value in list(vars(module).items()):
            is_routine = is_a(value, (type, FunctionType))
            if is_routine and is_defined_in(value, module) and id(value) not in places:
                places[id(value)] = [path, name[:TEXT]]
                values.append((module, value))
            elif type(value) is float and RATE.fullmatch(name):
                rates.append([path, name[:TEXT]])
    definitions = [_describe(places, module, value) for module, value in values[:MAX_DEFINITIONS]]
    return {"definitions": definitions, "rates": rates[:MAX_DEFINITIONS]}


def _describe(places: Mapping[int, List[str]], module: Any, value: Any) -> Dict[str, Any]:
    file, name = places[id(value)]
    is_class = isinstance(value, type)
    codes = list(_codes(value))
    names = dict.fromkeys(name for code in codes for name in code.co_names)
    used = [places.get(id(vars(module).get(name))) for name in names]
    return {
        "name": name,
        "file": file,
        "kind": "class" if is_class else "function",
        "parameters": _parameters(value),
        "methods": list(_methods(value)) if is_class else [],
        "uses": [place for place in used if place is not None and place != [file, name]],
    }


def _methods(value: Any) -> Iterator[List[Any]]:
    """Yield a class's public methods, and ``__call__`` where it has one, with their parameters."""
    names = [name for name in dir(value) if not name.startswith("_")][:MAX_METHODS]
    for name in [*names, "__call__"]:
        owner = next((base for base in value.__mro__ if name in vars(base)), None)
        if owner is None or owner is object:
            continue
        method = vars(owner)[name]
        is_static = is_a(method, staticmethod)
        if not is_a(method, (staticmethod, classmethod, FunctionType)):
            continue
        parameters = _parameters(getattr(value, name))
        if parameters is not None:
            bound = is_static or is_a(method, classmethod)
            yield [name[:TEXT], parameters if bound else parameters[1:]]


def _parameters(value: Any) -> Any:
    """List parameters as ``serialize.list_parameters`` does; None where Python cannot tell."""
    with contextlib.suppress(TypeError, ValueError):
        return [_row(parameter) for parameter in inspect.signature(value).parameters.values()]
    return None


def _row(parameter: inspect.Parameter) -> List[Any]:
    further: Dict[Any, str] = {parameter.VAR_POSITIONAL: "*args", parameter.VAR_KEYWORD: "**kwargs"}
    is_positional = parameter.kind in (
        parameter.POSITIONAL_ONLY,
        parameter.POSITIONAL_OR_KEYWORD,
    )
    name = further.get(parameter.kind, parameter.name[:TEXT])
    return [name, is_positional, parameter.default is parameter.empty and name[0] != "*"]


def _codes(value: Any) -> Iterator[CodeType]:
    """Yield the code objects of a function, or of a class's own methods, with those inside."""
    members = list(vars(value).values()) if is_a(value, type) else [value]
    seen: Set[int] = set()
    wrappers = (staticmethod, classmethod)
    functions = [member.__func__ if is_a(member, wrappers) else member for member in members]
    queue = [function.__code__ for function in functions if is_a(function, FunctionType)]
    while queue:
        code = queue.pop(0)
        if id(code) not in seen:
            seen.add(id(code))
            yield code
            queue += [const for const in code.co_consts if isinstance(const, CodeType)]
