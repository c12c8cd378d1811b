"""One call of a student's function, taken from its frame: its samples, its arrays, and the call once more.

A function that maps samples of two features to one or two outputs each may be a network's forward
pass, whatever it is called. It may be called again with other parameters, on copies, so that the
program that it was taken from goes on as if nothing had happened.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import types
from typing import Any, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from . import serialize
from .call_parts import function_of, holds_numbers, is_owner, spell_path
from .object_copies import deep_copy
from .perturbation import SHIFT, scale_down
from .samples import (
    arrange_samples,
    is_bare,
    is_data,
    may_be_data,
    read_labels,
    read_outputs,
    read_samples,
)
from .serialize import Path
from .student_objects import attributes_of, is_a

LIVELY_SAMPLE = np.array([[0.3, 0.7]])
POSITIVE = 0.1  # what is added to the sizes of weights that are tried as positive numbers

Place = List[Any]
"""Where something stands: ``["argument", name]``, ``["attribute", name]``, ``["entry", index]``,
``["result", ""]``, or ``["unlabelled", name]``: the result where labels, an argument of that name, are None."""


class ForwardCall:
    """A call of a student's function: what it was given, and what it can reach.

    Parameters
    ----------
    frame
        That of the function, before its first statement. Of a generator that goes on, which may have
        deleted what it was given, or given other values to its names, only what is there is known.
    """

    def __init__(self, frame: Any) -> None:
        code, values = frame.f_code, dict(frame.f_locals)
        self.function = function_of(frame, values)
        names = [name for name in code.co_varnames[: code.co_argcount] if name in values]
        count = code.co_argcount + code.co_kwonlyargcount
        keywords = code.co_varnames[code.co_argcount : count]
        self.positional = [values[name] for name in names]
        self.keywords = {name: values[name] for name in keywords if name in values}
        if code.co_flags & inspect.CO_VARARGS:
            further: Any = values.get(code.co_varnames[count])
            self.positional += further if is_a(further, tuple) else ()
            count += 1
        if code.co_flags & inspect.CO_VARKEYWORDS:
            others: Any = values.get(code.co_varnames[count])
            self.keywords.update(others if is_a(others, dict) else {})
        self.names = names
        self.owner = self.positional[0] if names and is_owner(self.positional[0]) else None
        self._namespace = frame.f_globals
        self._free = {name: values[name] for name in code.co_freevars if name in values}

    @classmethod
    def of_method(cls, owner: Any, name: str, samples: Any) -> "ForwardCall":
        """Make the call of a method of an object, with samples as its only argument.

        Raises
        ------
        AttributeError, TypeError
            If the object has no such method of its class, or one that takes other arguments.
        """
        function = getattr(type(owner), name)
        parameters = list(inspect.signature(function).parameters.values())
        required = [p for p in parameters if p.default is p.empty]
        if len(required) != 2 or not isinstance(function, types.FunctionType):
            raise TypeError(name)
        call = cls.__new__(cls)
        call.function, call.owner = function, owner
        call.positional, call.keywords = [owner, samples], {}
        call.names = [p.name for p in required]
        call._namespace, call._free = function.__globals__, {}  # noqa: SLF001  of this class
        return call

    def samples_place(self) -> Tuple[Optional[Place], Optional[Any]]:
        """Return where the samples stand, and themselves; None twice where there are none."""
        for name, value in [*zip(self.names, self.positional), *self.keywords.items()]:
            samples = None if value is self.owner else read_samples(value)
            if samples is not None:
                return ["argument", name], samples
        if len(self.positional) + len(self.keywords) > 1:
            return None, None  # what it was given is no samples
        for name, value in attributes_of(self.owner).items():
            samples = read_samples(value)
            if samples is not None and may_be_data(samples):
                return ["attribute", name], samples
        for name in () if self.positional or self.keywords else self.function.__code__.co_names:
            samples = read_samples(self._namespace.get(name))
            if samples is not None and may_be_data(samples):
                return ["global", name], samples
        return None, None

    def samples(self, place: Place) -> Optional[Any]:
        """Return the samples that stand in a place."""
        return read_samples(self.value(place))

    def container(self) -> List[Any]:
        """Return all from which parameters may be reached: owner and arguments, globals, free variables."""
        own = {n: value for n, value in self._namespace.items() if holds_numbers(n, value)}
        return [self.positional, self.keywords, self._free, *serialize.in_chunks(own)]

    def spell(self, path: Path) -> str:
        """Return how a student would write what stands at the end of a path from the container."""
        [_, group], [_, index], *rest = path
        target = self.container()[group]
        names = self.names if group == 0 else list(target)
        name = names[index] if index < len(names) else f"argument {index}"
        return spell_path(name, target[index] if group == 0 else target[name], rest)

    def copy(self) -> "ForwardCall":
        """Return the same call on copies of what it was given; on the originals where none can be made."""
        twin = copy.copy(self)
        try:
            twin.positional, twin.keywords = deep_copy((self.positional, self.keywords))
        except Exception:  # noqa: BLE001  what a student's object raises when it is copied
            return self
        if self.owner is not None:
            twin.owner = twin.positional[0]
        return twin

    def outputs(self, place: Place, samples: int) -> Optional[Any]:
        """Call once more; return the ``(N, D)`` outputs that stand in a place."""
        call = self
        if place[0] == "unlabelled":
            call = copy.copy(self)
            call.positional, call.keywords = list(self.positional), dict(self.keywords)
            call.put(["argument", place[1]], None)
        result = call.function(*call.positional, **call.keywords)
        return read_outputs(self.result_at(place, result), samples)

    def answer(self, x: Place, y: Place, samples: Any) -> Optional[Any]:
        """Return the ``(N, D)`` outputs for other samples, which are given as the call's own were."""
        given = self.value(x)
        own = read_samples(given)
        if own is None:
            return None
        if len(own) == 1 and len(samples) > 1:
            rows = [self.answer(x, y, sample[np.newaxis]) for sample in samples]
            return None if any(row is None for row in rows) else np.concatenate(rows)  # type: ignore[arg-type]
        self.put(x, arrange_samples(samples, given))
        try:
            return self.outputs(y, len(samples))
        finally:
            if x[0] == "global":  # which all calls share
                self.put(x, given)

    def value(self, place: Place) -> Any:
        """Return what stands in a place of what the function was given."""
        kind, name = place
        if kind == "attribute":
            return attributes_of(self.owner).get(name)
        if kind == "global":
            return self._namespace.get(name)
        given = dict(zip(self.names, self.positional))
        return given.get(name, self.keywords.get(name))

    def put(self, place: Place, value: Any) -> None:
        """Give the function another value in a place."""
        kind, name = place
        if kind == "attribute":
            setattr(self.owner, name, value)
        elif kind == "global":
            self._namespace[name] = value
        elif name in self.keywords:
            self.keywords[name] = value
        else:
            self.positional[self.names.index(name)] = value

    def result_at(self, place: Place, result: Any) -> Any:
        """Return what stands in a place of a result, or of the owner."""
        kind, key = place
        if kind == "attribute":
            return attributes_of(self.owner).get(key)
        if kind == "entry":
            entries = list(result.values()) if is_a(result, dict) else result
            return entries[key] if key < len(entries) else None
        return result

    def outputs_place(self, result: Any, samples: int) -> Optional[Place]:
        """Return where a result has outputs of so many samples that are no labels; None for nowhere."""
        places: List[Place] = [["result", ""]]
        if is_a(result, (tuple, list, dict)):
            places = [["entry", k] for k in range(min(len(result), serialize.MAX_CHILDREN))]
        elif result is None and self.owner is not None:
            places = [["attribute", name] for name in attributes_of(self.owner)]
        fitting = []
        for place in places:
            value = self.result_at(place, result)
            outputs = read_outputs(value, samples)
            if outputs is not None and read_labels(value, samples) is None and not is_bare(value):
                fitting.append((place, outputs))
        shares = [place for place, y in fitting if np.all((y >= 0) & (y <= 1))]
        places = shares or [place for place, _ in fitting]
        return places[-1] if places else None

    def unlabelled_place(self, samples: int) -> Optional[Place]:
        """Return the place of the outputs that come where labels are None instead of given; None for nowhere.

        One function may return outputs without labels, and with them a loss and its gradients.
        """
        for name, value in [*zip(self.names, self.positional), *self.keywords.items()]:
            if read_labels(value, samples) is None:
                continue
            place = ["unlabelled", name]
            with contextlib.suppress(Exception):  # what a student's function raises without labels
                if self.copy().outputs(place, samples) is not None:
                    return place
        return None

    def parameters(self, place: Place, samples: int) -> List[Tuple[Path, Any]]:
        """List the arrays whose change changes the outputs; empty where calls do not agree.

        They are tried where they stand, and once more with all numbers positive: behind a unit
        that is switched off nothing moves.
        """
        twin = self.copy()
        x_place, given = twin.samples_place()
        if x_place is not None and x_place[0] != "global" and samples == 1:
            # The first sample of the XOR data is (0, 0).
            twin.put(x_place, arrange_samples(LIVELY_SAMPLE, twin.value(x_place)))
        arrays = serialize.find_arrays(twin.container())
        output = twin.result_at(place, None) if place[0] == "attribute" else None
        # An output that the call left in an attribute is no parameter of itself.
        arrays = [entry for entry in arrays if output is None or entry[1] is not output]
        originals = [np.array(array) for _, array in arrays]
        data = (given, None if x_place is None else twin.samples(x_place))
        numbers = [
            k for k, original in enumerate(originals) if not any(is_data(original, x) for x in data)
        ]
        moving = set()
        try:
            for _, array in arrays:
                scale_down(array)
            moving |= set(twin.moving([arrays[k][1] for k in numbers], place, samples))
            for k in numbers if moving else ():
                arrays[k][1][...] = np.abs(originals[k]) + POSITIVE
            moving |= set(twin.moving([arrays[k][1] for k in numbers], place, samples))
        finally:
            for (_, array), original in zip(arrays, originals):
                array[...] = original
        return [(arrays[numbers[k]][0], originals[numbers[k]]) for k in sorted(moving)]

    def moving(self, arrays: Sequence[Any], place: Place, samples: int) -> Iterator[int]:
        """Yield which arrays move the outputs when they are shifted; none where calls do not agree."""
        first, again = self.outputs(place, samples), self.outputs(place, samples)
        if first is None or again is None or not np.array_equal(first, again):
            return
        for k, array in enumerate(arrays):
            before = np.array(array)
            array[...] = before + SHIFT
            moved = self.outputs(place, samples)
            array[...] = before
            if moved is not None and not np.array_equal(first, moved):
                yield k


def jacobian(
    array: Any, entries: Sequence[int], step: float, call: ForwardCall, place: Place, samples: int
) -> Any:
    """Return central differences of the outputs by entries of an array: ``(entries, N, D)``."""
    rows = []
    for index in entries:
        original = array.flat[index]
        try:
            array.flat[index] = original + step
            up = call.outputs(place, samples)
            array.flat[index] = original - step
            down = call.outputs(place, samples)
        finally:
            array.flat[index] = original
        if up is None or down is None or up.shape != down.shape:
            return None
        rows.append((up - down) / (2 * step))
    return np.stack(rows)
