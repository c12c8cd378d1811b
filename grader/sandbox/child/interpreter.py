"""A small register machine: runs the examiner's programs on a student's classes.

A program is a list of instructions ``[name, destination, operand, ...]``. Operands
are plain values, or ``{"$": register}``. Each instruction answers None, or
``{"value": ...}`` (only ``read`` and its like), or ``{"error": ...}``, or
``{"skipped": register}`` where a register that it needs was never filled. The
machine holds no expected value and judges nothing: it calls, copies and describes.
"""

from __future__ import annotations

import random
import warnings
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from . import (
    figure_capture,
    image_decode,
    method_patching,
    notebooks,
    run_main,
    serialize,
)
from .alarm import Late, alarm
from .importer import Library, scan, suspect
from .packing import bulk
from .serialize import MAX_ARRAYS, TEXT, Path

Register = Any
CALM = 4.0  # no draw from N(0, 1) is larger but by chance, and a sum of some is not yet saturated


class Missing(Exception):
    """An operand's register was never filled: what should have filled it failed."""


class Trouble(Exception):
    """What a student's code did wrong, as data."""

    def __init__(self, error: Dict[str, Any]) -> None:
        super().__init__(error.get("type"))
        self.error = error


class Interpreter:
    """Runs programs; one lives as long as its child.

    Parameters
    ----------
    draws
        Whether figures are drawn, beyond being looked at: the fonts must be readable.
    """

    def __init__(self, draws: bool = False) -> None:
        self.draws = draws
        self.registers: Dict[str, Register] = {}
        self.library: Library = Library({})
        self.bound: Dict[str, Any] = {}

    def run(self, program: Sequence[Sequence[Any]]) -> List[Optional[Dict[str, Any]]]:
        """Run a program and answer for each of its instructions; never raises for a student's fault."""
        return [self._answer(instruction) for instruction in program]

    def _answer(self, instruction: Sequence[Any]) -> Optional[Dict[str, Any]]:
        try:
            return self._step(instruction)
        except Missing as missing:
            return {"skipped": str(missing)}
        except Trouble as trouble:
            return {"error": trouble.error}
        except (MemoryError, RecursionError) as error:  # what a student's objects used up
            return {"error": serialize.explain(error)}

    def _step(self, instruction: Sequence[Any]) -> Optional[Dict[str, Any]]:
        name, dst, operands = instruction[0], instruction[1], instruction[2:]
        self.registers.pop(dst, None)
        value = getattr(self, "do_" + name)(*operands)
        if name in ANSWERING:
            return {"value": value}
        self.registers[dst] = value
        return None

    def operand(self, value: Any) -> Any:
        """The value of an operand: itself, or what its register holds."""
        if isinstance(value, dict) and "$" in value:
            try:
                return self.registers[value["$"]]
            except KeyError:
                raise Missing(value["$"]) from None
        return value

    # ---- loading ----

    def do_load(self, files: Dict[str, bytes], label: str) -> None:
        """Take a submission's files and make them importable."""
        self.library = Library(files, label)
        self.library.install()

    def do_list_imports(self, raw: bytes) -> List[Dict[str, Any]]:
        """List the imports in a source text, without running it."""
        return self.guard(scan, raw)  # type: ignore[no-any-return]

    def do_notebook(self, parts: List[Any], path: str, most: int) -> Dict[str, Any]:
        """Take the sources out of a notebook, whose bytes come in parts, without running any."""
        raw = b"".join(self.operand(part) for part in parts)
        found = self.guard(notebooks.converted, raw, path, most)
        return {**found, "files": [[name, bulk(text)] for name, text in found["files"]]}

    def do_scan_source(self, raw: bytes) -> List[Dict[str, Any]]:
        """List what in a source text a person should look at, without running it."""
        return self.guard(suspect, raw)  # type: ignore[no-any-return]

    def do_foreign_modules(self) -> List[str]:
        """List the modules that were asked for and that are not the submission's: the first part of each."""
        return sorted(name[:TEXT] for name in self.library.asked)[:MAX_ARRAYS]

    def do_import(self, path: str, seconds: float) -> None:
        """Import one file; what still runs after some seconds is interrupted, and what stands above it stays."""
        with figure_capture.capture():
            try:
                self.guard(self._load_in_time, path, seconds)
            except Trouble as trouble:  # where the file ended early: 0 where it was run to its end
                trouble.error["stopped"] = self.library.stopped.get(path, 0)
                raise

    def _load_in_time(self, path: str, seconds: float) -> None:
        with alarm(seconds):
            self.library.load(path)

    def do_bind(self, names: Dict[str, List[str]], files: Dict[str, str]) -> Dict[str, Any]:
        """Bind each name of the contract to what the submission defines; say what was found."""
        found = {
            name: self.library.find([name, *also], files.get(name)) for name, also in names.items()
        }
        self.bound.update({name: places[0]["object"] for name, places in found.items() if places})
        return {
            name: [[place["name"], place["file"]] for place in places[:5]]
            for name, places in found.items()
            if places
        }

    def do_other_names(self) -> List[str]:
        """Name what looks like a network's code, yet was bound to no name of the contract."""
        return self.guard(self.library.strangers, list(self.bound.values()))  # type: ignore[no-any-return]

    def do_redefinitions(self, names: List[str]) -> List[Dict[str, Any]]:
        """List what a later definition replaces by one that does nothing."""
        return self.library.replaced(names)[:MAX_ARRAYS]

    def do_patch_methods(self, sources: Dict[str, str]) -> None:
        """Have each of these classes of the student's compute what the class of a text does."""
        for name, text in sources.items():
            # A student's code may have replaced what makes a class: then it raises as they like.
            theirs, ours = self.bound.get(name), self.guard(method_patching.sound, name, text)
            if isinstance(theirs, type) and callable(getattr(theirs, "backward", None)):
                self.guard(method_patching.graft, theirs, ours)
            elif theirs is not None:
                self.library.replace(theirs, ours)
                self.bound[name] = ours

    def do_seed(self, seed: int) -> None:
        """Reseed every generator that a student may use, also those that ask the system for a seed."""
        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        fresh = random.Random(seed)
        np.random.bit_generator.randbits = fresh.getrandbits  # type: ignore[attr-defined]

    # ---- values ----

    def do_put(self, value: Any, layout: str = "C") -> Any:
        """Keep a value; an array is laid out as asked: C, F, strided (every second entry), f4 or readonly."""
        if not isinstance(value, np.ndarray):
            return value
        if layout == "strided":
            wide = np.zeros(tuple(2 * n for n in value.shape), value.dtype)
            view = wide[tuple(slice(None, None, 2) for _ in value.shape)]
            view[...] = value
            return view
        return np.array(value, order="F" if layout == "F" else "C")

    def do_copy(self, source: Any) -> Any:
        """Copy an array into a register of its own, laid out as it is."""
        value = self.operand(source)
        return value.copy(order="K") if isinstance(value, np.ndarray) else value

    def do_read(self, source: Any) -> Dict[str, Any]:
        """Describe what a register holds."""
        return self.guard(serialize.describe, self.operand(source))  # type: ignore[no-any-return]

    def do_arrays(self, target: Any) -> List[Dict[str, Any]]:
        """List the float arrays that can be reached from an object, with the way to each."""
        reached = self.guard(serialize.reach, self.operand(target))
        return [
            {"path": path, "array": np.array(array, np.float64), "dtype": array.dtype.str}
            for path, array in reached
        ]

    def do_perturb_arrays(
        self, target: Any, body: List[List[Any]], out: str
    ) -> List[Dict[str, Any]]:
        """List the float arrays of an object as it is, each with what a body leaves when it is moved.

        The first entry is the object at rest: no path, an empty array. Meanwhile large entries are
        brought down: behind a saturated sigmoid nothing would move.
        """
        # Listed before anything runs: what forward remembers is not yet there.
        reached = self.guard(serialize.reach, self.operand(target))
        owned = [np.array(array) for _, array in reached]
        for _, array in reached:
            self.guard(calm, array)
        try:
            return self._stirred(reached, owned, body, out)
        finally:
            for (_, array), kept in zip(reached, owned):
                self.guard(array.__setitem__, Ellipsis, kept)

    def _stirred(
        self,
        reached: Sequence[Tuple[Path, Any]],
        owned: Sequence[Any],
        body: List[List[Any]],
        out: str,
    ) -> List[Dict[str, Any]]:
        rest = self.guard(np.array, self._swept(body, out), np.float64)
        listed = [{"path": None, "array": np.zeros(0), "dtype": "<f8", "out": rest}]
        for (path, array), own in zip(reached, owned):
            kept = np.array(array)
            self.guard(array.__setitem__, Ellipsis, kept + 0.5)
            moved = self.guard(np.array, self._swept(body, out), np.float64)
            array[...] = kept
            listed.append(
                {
                    "path": path,
                    "array": np.array(own, np.float64),
                    "dtype": array.dtype.str,
                    "out": moved,
                }
            )
        return listed

    def do_assign(self, target: Any, path: Path, value: Any) -> None:
        """Write a value into an array that can be reached from an object, in place."""
        array = self.follow(target, path)
        self.guard(array.__setitem__, Ellipsis, self.operand(value))

    def do_attr(self, target: Any, name: str) -> Any:
        """Read an attribute."""
        return self.guard(getattr, self.operand(target), name)

    def do_item(self, target: Any, index: int) -> Any:
        """Read an entry of a list, tuple, or of a dictionary's values in their order."""
        holder = self.operand(target)
        values = list(holder.values()) if isinstance(holder, dict) else holder
        return self.guard(lambda: values[index])

    def do_kind(self, target: Any) -> Dict[str, Any]:
        """Name an object's kind: its class, and the contract's names that it is an instance of."""
        return self.guard(serialize.kind, self.operand(target), self.bound)  # type: ignore[no-any-return]

    def do_signature(self, target: Any, method: str) -> List[List[Any]]:
        """List a method's parameters: name, whether it can be given by position, whether it must be given."""
        return self.guard(serialize.signature, self.operand(target), method)  # type: ignore[no-any-return]

    def do_methods(self, target: Any) -> List[Any]:
        """List an object's public methods besides forward and backward, each with its parameters."""
        return self.guard(serialize.methods, self.operand(target))  # type: ignore[no-any-return]

    # ---- calls ----

    def do_new(self, name: str, args: Sequence[Any], kwargs: Dict[str, Any]) -> Any:
        """Construct an object of a class of the contract, or call one of its functions."""
        if name not in self.bound:
            raise Trouble({"type": "Missing", "text": name})
        return self.called(self.bound[name], args, kwargs)

    def do_call(self, target: Any, method: str, args: Sequence[Any], kwargs: Dict[str, Any]) -> Any:
        """Call a method of an object."""
        thing = self.operand(target)
        # Looked up within the guard: a student's __getattr__ may raise anything.
        return self.called(lambda *a, **k: getattr(thing, method)(*a, **k), args, kwargs)  # noqa: PLW0108

    def do_warnings(self, target: Any, method: str, args: Sequence[Any]) -> List[str]:
        """Call a method of an object and list the warnings that it gave meanwhile, each once."""
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            self.do_call(target, method, args, {})
        return sorted({str(warning.message)[:TEXT] for warning in heard})[:MAX_ARRAYS]

    def called(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Dict[str, Any]
    ) -> Any:
        """Call a student's function with operands."""
        values = [self.operand(value) for value in args]
        named = {key: self.operand(value) for key, value in kwargs.items()}
        return self.guard(function, *values, **named)

    def do_perturb_entries(self, where: Any, step: float, body: List[List[Any]], out: str) -> Any:
        """Move each entry of an array up and down by a step, run a body, and stack what it leaves.

        ``where`` is a register, or ``[object, path]``. The result has the shape
        ``(entries, 2, ...)``: up first, then down. Everything is put back afterwards.
        """
        # Copied at once: a buffer that is handed out again and again must not look like one result.
        results = [self.guard(np.array, self._swept(body, out)) for _ in self._moves(where, step)]
        pairs = self.guard(stacked, results)
        return pairs.reshape((len(pairs) // 2, 2, *pairs.shape[1:]))

    def _moves(self, where: Any, step: float) -> Iterator[None]:
        return (
            self._moves_register(where["$"], step)
            if isinstance(where, dict)
            else (self._moves_inside(self.follow(*where), step))
        )

    def _moves_register(self, name: str, step: float) -> Iterator[None]:
        base = self.operand({"$": name})
        for index in range(base.size):
            for move in (step, -step):
                moved = np.array(base)
                moved.flat[index] += move
                self.registers[name] = moved
                yield
        self.registers[name] = base

    def _moves_inside(self, array: Any, step: float) -> Iterator[None]:
        for index in range(array.size):
            kept = array.flat[index]
            try:
                for move in (step, -step):
                    self.guard(array.flat.__setitem__, index, kept + move)
                    yield
            finally:
                array.flat[index] = kept

    def _swept(self, body: List[List[Any]], out: str) -> Any:
        for instruction in body:
            self._step(instruction)
        return self.operand({"$": out})

    def do_repeat(self, times: int, body: List[List[Any]], record: List[str]) -> List[Any]:
        """Run a body several times; stack what the recorded registers held after each round."""
        rows: List[List[Any]] = []
        for _ in range(times):
            for instruction in body:
                self._step(instruction)
            rows.append([self.operand({"$": name}) for name in record])
        return [self.guard(stacked, column) for column in zip(*rows)]

    def do_draw(self, name: str, args: Sequence[Any], shows: bool = True) -> Any:
        """Call a plotting function and describe every figure that it leaves behind.

        Where ``shows`` is false no picture is made of them.
        """
        if name not in self.bound:
            raise Trouble({"type": "Missing", "text": name})
        values = [self.operand(value) for value in args]
        with figure_capture.capture(self.draws and shows) as seen:
            self.guard(self.bound[name], *values)
        return self.guard(seen.describe)

    def do_run_main(
        self, path: str, names: List[str], most: Optional[int], seconds: float
    ) -> Dict[str, Any]:
        """Run a file as the main program and describe the figures that it drew until it ended.

        Functions called by one of ``names`` train for at most so many epochs (None: for all that
        are asked). Answers ``figures``, ``error`` (None where it ended well), ``late`` (whether it
        was interrupted) and ``cut`` (whether a training was cut short).
        """
        cut, train = run_main.Cut(most), self.bound.get(names[0])
        with figure_capture.capture(self.draws) as seen:
            error = run_main.play(self.library, path, train, names, cut, seconds)
        late = isinstance(error, Late)
        said = None if error is None or late else serialize.explain(error)
        return {"figures": seen.describe(), "error": said, "late": late, "cut": cut.used}

    def do_decode_image(self, raw: bytes) -> Any:
        """Decode a picture and answer it as PNG of a size that can be shown (its bytes), or None."""
        return bulk(image_decode.shown(raw))

    # ---- helpers ----

    def follow(self, target: Any, path: Path) -> Any:
        """The thing at the end of a path that ``arrays`` gave."""
        return self.guard(serialize.followed, self.operand(target), path)

    def guard(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call something of the student's; whatever it raises becomes data."""
        try:
            return function(*args, **kwargs)
        except Trouble:
            raise
        except BaseException as error:  # noqa: BLE001  a student may raise anything, SystemExit too
            raise Trouble(serialize.explain(error)) from None


ANSWERING = {
    "other_names",
    "redefinitions",
    "methods",
    "scan_source",
    "foreign_modules",
    "warnings",
    "perturb_arrays",
    "signature",
    "read",
    "arrays",
    "kind",
    "bind",
    "list_imports",
    "draw",
    "run_main",
    "decode_image",
    "notebook",
}


def stacked(results: Sequence[Any]) -> Any:
    """Stack results of equal shape; raises Trouble where they differ or are not numbers."""
    try:
        return np.stack([np.asarray(result, np.float64) for result in results])
    except (TypeError, ValueError):
        raise Trouble(
            {"type": "Ragged", "text": "results differ in shape, or are not numbers"}
        ) from None


def calm(array: Any) -> None:
    """Bring an array down, in place, so that no entry is larger than ``CALM``."""
    largest = float(np.max(np.abs(array), initial=0.0))
    if largest > CALM:
        array[...] = np.array(array) * (CALM / largest)
