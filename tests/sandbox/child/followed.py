"""Calls of functions as a watch sees them, made without Python's hooks: those are measured by nothing."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from grader.sandbox.child.program_watch import Watch

Names = Mapping[str, Any]


def frame_of(
    function: Callable[..., Any], *args: Any, caller: SimpleNamespace | None = None, **kwargs: Any
) -> SimpleNamespace:
    """Return what stands in the frame of a call before its first statement."""
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    cells = getattr(function, "__closure__", None) or ()
    code = function.__code__
    free = {name: cell.cell_contents for name, cell in zip(code.co_freevars, cells, strict=True)}
    return SimpleNamespace(
        f_code=code,
        f_locals={**bound.arguments, **free},
        f_globals=getattr(function, "__globals__", {}),
        f_back=caller,
    )


def caller_of(file: str, local: Names, top: Names) -> SimpleNamespace:
    """Return the frame of a function of a file that calls another one, with its variables."""
    code = SimpleNamespace(co_filename=file)
    return SimpleNamespace(f_code=code, f_locals=local, f_globals=top, f_back=None)


@contextmanager
def followed(watch: Watch, *methods: tuple[Any, str], **variables: Any) -> Iterator[None]:
    """Have a watch see each call of some methods, whose callers have some variables."""
    with watch:
        hook: Any = sys.getprofile()
    originals = [(owner, name, getattr(owner, name)) for owner, name in methods]
    for owner, name, function in originals:
        setattr(owner, name, _seen(hook, function, variables))
    try:
        yield
    finally:
        for owner, name, function in originals:
            setattr(owner, name, function)


def _seen(hook: Any, function: Callable[..., Any], variables: Names) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        caller = caller_of(function.__code__.co_filename, variables, {})
        frame = frame_of(function, *args, caller=caller, **kwargs)
        hook(frame, "call", None)
        result = function(*args, **kwargs)
        hook(frame, "return", result)
        return result

    return call
