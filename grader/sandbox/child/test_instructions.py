"""Instructions that run a student's own tests on layers that compute elsewhere."""

from __future__ import annotations

import contextlib
import datetime
import importlib
import importlib.machinery
import importlib.util
import os
import random
import sys
import time
from types import FunctionType, ModuleType
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Set, Tuple

import numpy as np

from . import method_patching, remote_layers, serialize
from .importer import Library
from .registers import Registers, StudentError

MAX_TESTS = 40  # of one file: more could be written to hit something by chance
MAX_ERROR = (
    1e-4  # of a relative error that `gradient_check` returns: that of a wrong formula is larger
)
GRADIENT_CHECK = "gradient_check"
CLOCKS = ("time", "monotonic", "perf_counter", "process_time", "thread_time")

Test = Tuple[str, Any]
"""A label, and a function that takes nothing."""


class TestInstructions(Registers):
    """Runs a student's tests, or defines the layers that they are run on, each in its own child."""

    bound: Dict[str, Any]
    library: Library

    def ask(self, question: List[Any]) -> Any:
        """Ask the host something in the middle of a program; only where somebody answers."""
        raise StudentError({"type": "Missing", "text": str(question[0])})

    def do_define(self, texts: Mapping[str, str]) -> None:
        """Bind each name to the class that a text of ours defines."""
        for name, text in texts.items():
            self.bound[name] = method_patching.compile_class(name, text)

    def do_run_tests(
        self,
        path: str,
        files: Mapping[str, str],
        places: Mapping[str, Sequence[Sequence[str]]],
        objects: Sequence[Sequence[Any]],
        only: Sequence[str],
        seed: int,
    ) -> List[List[Any]]:
        """Run a test file on the host's layers; answer ``[label, what it raised, classes]`` of each test.

        ``files`` gives the file of each class, ``places`` name and file of what the submission has
        in its place. ``objects`` are those on which ``gradient_check`` is called: class, arguments
        and ``x`` each. ``only`` names the tests that are run; without any name all are. What a test
        raised is empty where it passed, and its classes are those that it used.
        """
        used: Set[str] = set()
        classes = remote_layers.make_classes(list(files), self.ask, used)
        self.guard(_put_in_place, self.library, classes, files, places)
        results, chance = [], Chance()
        with chance.installed():
            self.do_seed(seed)
            chance.restart(seed)
            self.guard(self.library.load, path)
            module = sys.modules[self.library.full_name(path)]
            tests = [*_test_functions(module), *_gradient_checks(module, classes, objects)]
            for label, function in tests[:MAX_TESTS]:
                if not only or label in only:
                    used.clear()
                    self.do_seed(seed)
                    chance.restart(seed)
                    results.append([label[: serialize.TEXT], _raised(function), sorted(used)])
        return results

    def do_seed(self, seed: int) -> None:
        """Reseed every generator that a student may use."""
        raise NotImplementedError


class Chance:
    """Clocks and the system's random bytes, which are the same for each test: none fails by luck."""

    def __init__(self) -> None:
        self._random, self._ticks = random.Random(), 0  # noqa: S311  it replaces what nobody can foresee

    def restart(self, seed: int) -> None:
        """Begin anew."""
        self._random.seed(seed)
        self._ticks = 0

    def tick(self) -> int:
        """Return the time in milliseconds."""
        self._ticks += 1
        return self._ticks

    def random_bytes(self, size: int) -> bytes:
        """Return bytes in the place of random ones."""
        return bytes(self._random.getrandbits(8) for _ in range(size))

    def _class_of_times(self) -> type:
        """Make a class of times whose present is that of the other clocks."""
        tick, original = self.tick, datetime.datetime

        class Time(original):  # type: ignore[misc, valid-type]
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return original.fromtimestamp(tick() * 1e-3, tz)

            @classmethod
            def utcnow(cls) -> Any:
                return cls.now()

            @classmethod
            def today(cls) -> Any:
                return cls.now()

        return Time

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Take the place of the system's."""
        replaced: List[Tuple[Any, str, Any]] = [
            (os, "urandom", self.random_bytes),
            (random, "_urandom", self.random_bytes),  # what SystemRandom and secrets ask
            (datetime, "datetime", self._class_of_times()),
        ]
        for name in CLOCKS:
            replaced.append((time, name, lambda: self.tick() * 1e-3))
            replaced.append((time, name + "_ns", lambda: self.tick() * 1_000_000))
        originals = [(module, name, getattr(module, name)) for module, name, _ in replaced]
        for module, name, value in replaced:
            setattr(module, name, value)
        try:
            yield
        finally:
            for module, name, value in originals:
                setattr(module, name, value)


def _put_in_place(
    library: Library,
    classes: Mapping[str, type],
    files: Mapping[str, str],
    places: Mapping[str, Sequence[Sequence[str]]],
) -> None:
    """Have every name of a class mean the host's, in the submission and in the lab's own modules."""
    for file in sorted({file for entries in places.values() for _, file in entries}):
        with contextlib.suppress(BaseException):  # what stands above the failing line is there
            library.load(file)
    modules = library.modules()
    for name, made in classes.items():
        for own_name, file in places.get(name, ()):
            if file in modules:
                library.replace(vars(modules[file]).get(own_name, made), made)
                setattr(modules[file], own_name, made)
    for name, file in files.items():
        setattr(_module(library, file[: -len(".py")]), name, classes[name])


def _module(library: Library, name: str) -> ModuleType:
    """Return the submission's module of a name; where it has none, one that was empty."""
    try:
        return importlib.import_module(name)
    except ImportError:
        module = importlib.util.module_from_spec(importlib.machinery.ModuleSpec(name, None))
        module.__spec__ = importlib.machinery.ModuleSpec(name, library)  # it goes with the library
        sys.modules[name] = module
        return module


def _test_functions(module: ModuleType) -> Iterator[Test]:
    for name, value in list(vars(module).items()):
        if name.startswith("test_") and isinstance(value, FunctionType):
            yield name, value


def _gradient_checks(
    module: ModuleType, classes: Mapping[str, type], objects: Sequence[Sequence[Any]]
) -> Iterator[Test]:
    """Yield calls of the function ``gradient_check(layer, x)``, one for each object."""
    function = getattr(module, GRADIENT_CHECK, None)
    if not isinstance(function, FunctionType):
        return
    for name, args, x in objects:

        def check(name: str = name, args: Sequence[Any] = args, x: Any = x) -> None:
            result = function(classes[name](*args), np.array(x))
            if not is_accepted(result):
                raise AssertionError("gradient_check returned " + repr(result)[: serialize.TEXT])

        yield GRADIENT_CHECK + "(" + name + ")", check


def is_accepted(result: Any) -> bool:
    """Return whether ``gradient_check`` took a layer for right: True, nothing, or a small error."""
    if result is None or isinstance(result, (bool, np.bool_)):
        return result is None or bool(result)
    return abs(float(result)) <= MAX_ERROR  # NaN is not


def _raised(function: Any) -> str:
    """Call a test; return what it raised, or nothing."""
    try:
        function()
    except BaseException as error:  # noqa: BLE001  a student's test may raise anything
        explanation = serialize.explain(error)
        return str(explanation["type"] + ": " + explanation["text"])[: serialize.TEXT]
    return ""
