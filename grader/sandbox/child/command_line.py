"""Gives a program the arguments of the command line that it requires: nobody types them during grading.

What a parser requires is answered from its choices, its type and its name. Where a program reads
``sys.argv`` itself, an entry that is not there is answered from the line that asks for it; its
length stays that of a command without arguments, so that a default is used where there is one.
"""

from __future__ import annotations

import argparse
import contextlib
import linecache
import re
import sys
from typing import Any, Iterator, List

from .parameter_names import EPOCHS, RATE

WORDS = (
    (re.compile(r"act", re.IGNORECASE), "sigmoid"),
    (re.compile(r"opt(?!ion)", re.IGNORECASE), "sgd"),
    (re.compile(r"loss", re.IGNORECASE), "mse"),
)
"""Names of arguments -> what the lab calls the usual value."""
MAX_GIVEN = 20  # arguments that an answer lists; a lab has five


@contextlib.contextmanager
def answered(given: List[str]) -> Iterator[None]:
    """Answer what a program requires, and add the arguments that it was given to a list."""
    original, argv = argparse.ArgumentParser.parse_known_args, sys.argv

    def parse(parser: Any, args: Any = None, namespace: Any = None) -> Any:
        if args is None and len(sys.argv) <= 1:
            args = required_arguments(parser)
            given.extend(args[: MAX_GIVEN - len(given)])
        return original(parser, args, namespace)

    argparse.ArgumentParser.parse_known_args = parse  # type: ignore[method-assign, assignment]
    sys.argv = Arguments(argv, given)
    try:
        yield
    finally:
        argparse.ArgumentParser.parse_known_args = original  # type: ignore[method-assign]
        sys.argv = argv


def required_arguments(parser: argparse.ArgumentParser) -> List[str]:
    """Return the shortest command line that a parser accepts, with values that a lab may have."""
    options: List[str] = []
    positional: List[str] = []
    groups = [g for g in parser._mutually_exclusive_groups if g.required]  # noqa: SLF001
    chosen = [group._group_actions[0] for group in groups]  # noqa: SLF001
    for action in parser._actions:  # noqa: SLF001  argparse has no other way to ask
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            name = next(iter(action.choices), None)
            if name is not None:
                positional += [name, *required_arguments(action.choices[name])]
        elif action.option_strings:
            if action.required or action in chosen:
                options += [action.option_strings[-1], *_values(action)]
        elif action.nargs not in ("?", "*", argparse.REMAINDER):
            positional += _values(action)
    return [*options, *positional]


def _values(action: argparse.Action) -> List[str]:
    """Return the values of one argument, as many as it takes."""
    if action.nargs == 0:
        return []
    count = action.nargs if isinstance(action.nargs, int) else 1
    return [_value(action)] * count


def _value(action: argparse.Action) -> str:
    if action.choices:
        return str(next(iter(action.choices)))
    kind = getattr(action.type, "__name__", "")
    return usual_value(action.dest, kind)


def usual_value(name: str, kind: str) -> str:
    """Return a value that a lab may have, for an argument of a name and a kind (``int``, ``float``)."""
    if EPOCHS.search(name) and kind != "float":
        return "1000"
    if kind == "float" or (RATE.search(name) and kind != "int"):
        return "0.1"
    if kind in ("int", "bool", "str2bool", "strtobool"):
        return "1"
    return next((word for pattern, word in WORDS if pattern.search(name)), "linear")


class Arguments(List[str]):
    """The command line: an entry that is not there is answered where it is asked for.

    Parameters
    ----------
    entries
        What is there.
    given
        A list of the answers.
    """

    def __init__(self, entries: List[str], given: List[str]) -> None:
        super().__init__(entries)
        self._given = given

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, int) or index < len(self):
            return super().__getitem__(index)
        frame = sys._getframe(1)  # noqa: SLF001  the line that asks is the caller's
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        kind = next((kind for kind in ("int", "float") if kind + "(" in line), "")
        value = usual_value(line.partition("=")[0], kind)
        if len(self._given) < MAX_GIVEN:
            self._given.append(value)
        return value
