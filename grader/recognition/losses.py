"""Finds what plays a loss: a class in a manner of its own, or functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from grader.contract import LOSSES, Inputs
from grader.numeric import Array
from grader.recognition import names
from grader.recognition.argument_order import Order, orders, two_of
from grader.recognition.frame import Ask, Frame
from grader.recognition.inventory import Definition, Inventory, Parameters
from grader.recognition.plans import Call, Plan, Role, operation, own, var
from grader.recognition.scales import best_scale
from grader.recognition.undecided import Undecided

MAX_TRIES = 200
VALUES = ("value", "loss", "cost", "error", "out", "output")
"""Attributes that hold the value of a loss that is constructed with prediction and truth."""


class Try(NamedTuple):
    """One way to play a loss.

    ``rank`` is how well the names say which loss it is, 0 best; ``sure`` whether they say which
    argument is the prediction.
    """

    definition: Definition
    plan: Plan
    forward: str
    backward: str
    rank: int
    sure: bool


def recognise(
    name: str, inventory: Inventory, ask: Ask, bound: Definition | None
) -> Role | Undecided | None:
    """Find what plays a loss of the contract; parameters as ``linear.recognise`` takes them."""
    tries = list(_tries(name, inventory, bound))[:MAX_TRIES]
    if not tries:
        return None
    scored = list(_scored(name, tries, ask, inventory))
    if not scored:
        return None
    best = max(score for score, _ in scored)
    _, one = next(entry for entry in scored if entry[0] == best)
    if best.combined:  # with the activation before it: the two cannot be examined apart
        return Undecided(name, (one.definition,), "combined")
    if not one.sure and best.order < len(_inputs(name)):
        return Undecided(name, (one.definition,), "order")
    return Role(name, one.definition, one.plan, one.forward, one.backward)


class Score(NamedTuple):
    """How well a try fits, what counts most first.

    ``fitting`` values; whether other code ``used`` it; the values once more where names do not say the
    ``order`` of arguments; gradients that ``runs`` gave, and that are ``right``; whether they are those
    of the loss ``combined`` with a sigmoid or softmax.
    """

    fitting: int
    used: int
    order: int
    runs: int
    right: int
    combined: bool


def _scored(
    name: str, tries: Sequence[Try], ask: Ask, inventory: Inventory
) -> Iterator[tuple[Score, Try]]:
    row, inputs = LOSSES[name], _inputs(name)
    frame = Frame(ask)
    pairs = [(frame.put(y), frame.put(truth)) for y, truth in inputs]
    numbers = []
    for one in tries:
        rows = []
        for y, truth in pairs:
            loss = frame.adapted(one.plan)
            value = frame.read(frame.call(loss, "forward", y, truth))
            rows.append((value, frame.read(frame.call(loss, "backward"))))
        numbers.append(rows)
    frame.run()
    shapes = [y.shape for y, _ in inputs]
    values = [row.forward(y, truth) for y, truth in inputs]
    gradients = [row.backward(y, truth) for y, truth in inputs]
    for one, rows in zip(tries, numbers, strict=True):
        got = [_number(frame.array(value)) for value, _ in rows]
        dys = [frame.array(dy) for _, dy in rows]
        if any(value is None for value in got) or all(dy is None for dy in dys):
            continue
        _, fitting = best_scale(got, values, shapes)
        _, right = best_scale(dys, gradients, shapes)
        is_called_so = one.rank == 0 and bool(names.SURE[name].search(one.definition.name))
        if fitting < len(inputs) and not is_called_so and (one.rank or right < len(inputs)):
            continue
        _, apart = best_scale(dys, [(y - truth) / y.size for y, truth in inputs], shapes)
        is_combined = name != "MSE" and apart == len(inputs)
        order = 0 if one.sure or name == "MSE" else fitting
        runs = sum(dy is not None and dy.shape == s for dy, s in zip(dys, shapes, strict=True))
        used = min(1, inventory.uses_of(one.definition))
        right = right if one.sure else 0
        yield Score(fitting, used, order, runs, right, is_combined), one


def _number(value: Array | None) -> Array | None:
    """The single number of an array that has one."""
    return value.reshape(()) if value is not None and value.size == 1 else None


def _inputs(name: str) -> list[tuple[Array, Array]]:
    kind = LOSSES[name].inputs
    if kind is Inputs.REAL:
        y = np.array([[0.3, -0.7], [1.1, 0.4], [-0.2, 0.9]])
        return [(y, y[::-1] * 0.5), (y[:, :1], y[::-1, 1:])]
    y = np.array([[0.2, 0.8], [0.6, 0.4], [0.7, 0.3]])
    truth = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    if kind is Inputs.PROBABILITIES:
        return [(y[:, :1], truth[:, :1]), (y, truth)]
    return [(y, truth), (y[:1], truth[:1])]


def _tries(name: str, inventory: Inventory, bound: Definition | None) -> Iterator[Try]:
    if bound is not None:
        yield from _of_definition(name, bound, 0, inventory)
        return
    used_first = sorted(inventory.definitions, key=lambda d: -inventory.uses_of(d))
    for rank, pattern in enumerate((names.ROLES[name], names.GENERIC["loss"])):
        for definition in used_first:
            is_clear = not _is_of_another(name, definition.name)
            if pattern.search(definition.name) and is_clear:
                yield from _of_definition(name, definition, rank, inventory)
    for definition in used_first:
        has_one = any(names.ROLES[name].search(method) for method in definition.methods)
        if has_one and not definition.required:
            yield from _method_tries(name, definition)


def _method_tries(name: str, definition: Definition) -> Iterator[Try]:
    """Methods of any class that is made without arguments, as if they were functions."""
    methods = {
        method: parameters
        for method, parameters in definition.methods.items()
        if names.ROLES[name].search(method) and not _is_of_another(name, method)
    }
    yield from _class_tries(replace(definition, methods=methods), (), 1)


def _is_of_another(name: str, own_name: str) -> bool:
    """Whether a name says that it is another of the losses."""
    others = [other for other in ("MSE", "BinaryCrossEntropy") if other != name]
    if name == "CrossEntropy":
        return bool(names.BINARY.search(own_name) or names.ROLES["MSE"].search(own_name))
    if name == "BinaryCrossEntropy" and names.CATEGORICAL.search(own_name):
        return True
    return any(names.ROLES[other].search(own_name) for other in others)


def _of_definition(
    name: str, definition: Definition, rank: int, inventory: Inventory
) -> Iterator[Try]:
    if not definition.is_class:
        yield from _function_tries(definition, rank, inventory)
        return
    needed = names.required(definition.parameters or ())
    if not needed:
        yield from _class_tries(definition, (), rank)
        for text in names.TEXTS[name] if definition.parameters else ():
            yield from _class_tries(definition, (text,), 1)
    elif len(needed) == 1:
        for text in names.TEXTS[name]:
            yield from _class_tries(definition, (text,), 1)
    elif len(needed) == 2:
        yield from _constructed_tries(definition, needed, rank)


def _class_tries(definition: Definition, args: Sequence[str], rank: int) -> Iterator[Try]:
    make = (Call("layer", own(definition), "", tuple(args)),)
    for method in sorted(definition.methods, key=lambda m: (m != "forward", m != "__call__", m)):
        parameters = definition.methods[method]
        is_value = names.APPLY.search(method) or any(r.search(method) for r in names.ROLES.values())
        two = two_of(parameters)
        if not is_value or names.DERIVATIVE.search(method) or len(two) < 2:
            continue
        if len(names.required(parameters)) > 2:
            continue
        possible, is_sure = orders(two)
        for order in possible:
            call = Call("out", var("layer"), method, tuple(map(var, order)))
            plan = Plan("loss", make=make, forward=(call,))
            known = Order(two, order, is_sure)
            for calls, text, sure in _gradients(definition.methods, var("layer"), known):
                yield Try(definition, replace(plan, backward=calls), method, text, rank, sure)


def _gradients(
    methods: Any, target: Any, forward: Order
) -> Iterator[tuple[tuple[Call, ...], str, bool]]:
    """Yield ways to call the gradient by a method: with nothing, or with prediction and truth."""
    for method in sorted(methods, key=lambda m: (m != "backward", m)):
        if not names.BACKWARD.search(method) and not names.DERIVATIVE.search(method):
            continue
        parameters = methods[method]
        needed, two = names.required(parameters), two_of(parameters)
        if len(needed) <= 1:
            args = (1.0,) if needed and not names.RATE.match(needed[0].name) else ()
            if not needed or names.GRAD.search(needed[0].name):
                yield (Call("out", target, method, args),), f"{method}()", forward.sure
        if len(two) == 2 and len(needed) in (0, 2):
            possible, is_sure = forward.of(two)
            for order in possible:
                call = Call("out", target, method, tuple(map(var, order)))
                yield (call,), f"{method}({', '.join(order)})", is_sure


def _constructed_tries(definition: Definition, needed: Parameters, rank: int) -> Iterator[Try]:
    """A loss that is constructed with prediction and truth, and then asked."""
    possible, is_sure = orders(needed)
    for order in possible:
        made = Call("loss", own(definition), "", tuple(map(var, order)))
        known = Order(needed, order, is_sure)
        for method, parameters in definition.methods.items():
            is_value = names.APPLY.search(method) or names.ROLES["MSE"].search(method)
            if names.required(parameters) or not is_value or names.DERIVATIVE.search(method):
                continue
            plan = Plan("loss", forward=(made, Call("out", var("loss"), method)))
            for calls, text, sure in _gradients(definition.methods, var("loss"), known):
                yield Try(definition, replace(plan, backward=calls), method, text, rank, sure)
        for name in VALUES:
            got = Call("out", operation("get"), "", (var("loss"), name))
            plan = Plan("loss", forward=(made, got))
            for calls, text, sure in _gradients(definition.methods, var("loss"), known):
                yield Try(definition, replace(plan, backward=calls), name, text, rank, sure)


def _function_tries(function: Definition, rank: int, inventory: Inventory) -> Iterator[Try]:
    two = two_of(function.parameters or ())
    if names.DERIVATIVE.search(function.name) or len(two) < 2 or function.required > 2:
        return
    possible, is_sure = orders(two)
    for order in possible:
        call = Call("out", own(function), "", tuple(map(var, order)))
        plan = Plan("loss", forward=(call,))
        known = Order(two, order, is_sure)
        for calls, text, sure in _function_gradients(function, known, inventory):
            yield Try(function, replace(plan, backward=calls), function.name, text, rank, sure)
        both = Call("both", own(function), "", tuple(map(var, order)))
        items = [Call("out", operation("item"), "", (var("both"), k)) for k in (0, 1)]
        pair = Plan("loss", forward=(both, items[0]), backward=(items[1],))
        yield Try(function, pair, function.name, f"{function.name}(...)[1]", rank, is_sure)


def _function_gradients(
    function: Definition, forward: Order, inventory: Inventory
) -> Iterator[tuple[tuple[Call, ...], str, bool]]:
    for parameter in (function.parameters or ())[2:]:
        if names.DERIVATIVE.search(parameter.name):
            args = tuple(map(var, forward.order))
            call = Call("out", own(function), "", args, {parameter.name: True})
            yield (call,), f"{function.name}(..., {parameter.name}=True)", forward.sure
    for derivative in _derivatives_of(function, inventory):
        two = two_of(derivative.parameters or ())
        possible, sure = forward.of(two)
        for order_of_gradient in possible:
            call = Call("out", own(derivative), "", tuple(map(var, order_of_gradient)))
            text = f"{derivative.name}({', '.join(order_of_gradient)})"
            yield (call,), text, sure


def _derivatives_of(function: Definition, inventory: Inventory) -> list[Definition]:
    """The functions whose names say that they are the derivative of one, the nearest name first."""
    stem = function.name.lower().replace("_", "")
    short = stem.replace("loss", "").replace("function", "").replace("func", "")
    named = []
    for other in inventory.definitions:
        text = other.name.lower().replace("_", "")
        is_derivative = not other.is_class and names.DERIVATIVE.search(other.name)
        two = two_of(other.parameters or ())
        if is_derivative and other is not function and len(two) == 2 and other.required <= 2:
            if stem in text or (short and short in text):
                named.append((stem not in text, other.file != function.file, other))
            elif not short and names.LOSS.search(other.name):
                named.append((True, True, other))
    return [other for *_, other in sorted(named, key=lambda entry: entry[:2])]
