"""Finds what plays an activation: a class, a class that takes its name, or a pair of functions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from grader.contract import ACTIVATIONS
from grader.numeric import Array
from grader.recognition import names
from grader.recognition.constructors import plain_arguments
from grader.recognition.frame import Ask, Frame
from grader.recognition.inventory import Definition, Inventory, Parameters
from grader.recognition.plans import Call, Plan, Role, operation, own, var
from grader.recognition.steps import arguments

X = np.array([[0.3, -0.7, 1.1], [0.9, 0.2, -0.4], [-0.6, 1.8, 2.5], [-1.3, -0.1, -0.7]])
GRAD = np.array([[0.5, -0.3, 1.2], [0.2, 0.7, -0.6], [-0.4, 0.1, 0.8], [0.6, -0.8, 0.9]])
CLOSE = 1e-3
MAX_TRIES = 150


class Try(NamedTuple):
    """One way to play an activation; ``named`` says that the name alone proves which one it is."""

    definition: Definition
    plan: Plan
    forward: str
    backward: str
    named: bool


def recognise(name: str, inventory: Inventory, ask: Ask, bound: Definition | None) -> Role | None:
    """Find what plays an activation of the contract; parameters as ``linear.recognise`` takes them.

    Where its forward is right, of several readings of a derivative the one counts that gives the
    right gradient, if one does: what a student means by the argument is not told by its name.
    """
    tries = list(_tries(name, inventory, bound))[:MAX_TRIES]
    if not tries:
        return None
    frame = Frame(ask)
    x, grad = frame.put(X), frame.put(GRAD)
    numbers = []
    for one in tries:
        layer = frame.adapted(one.plan)
        y = frame.read(frame.call(layer, "forward", x))
        numbers.append((y, frame.read(frame.call(layer, "backward", grad))))
    frame.run()
    row = ACTIVATIONS[name]
    right = row.forward(X)
    gradient = row.backward(GRAD, right)
    best: tuple[int, Try] | None = None
    for one, (y, dx) in zip(tries, numbers, strict=True):
        value, returned = frame.array(y), frame.array(dx)
        if value is None or value.shape != X.shape:
            continue
        fits = _is_close(value, right)
        if not fits and not one.named:
            continue
        runs = returned is not None and returned.shape == X.shape
        is_right = runs and returned is not None and _is_close(returned, gradient)
        used = min(1, inventory.uses_of(one.definition))
        score = 8 * fits + 4 * used + 2 * runs + is_right
        if best is None or score > best[0]:
            best = (score, one)
    if best is None:
        return None
    _, one = best
    return Role(name, one.definition, one.plan, one.forward, one.backward)


def _is_close(actual: Array, expected: Array) -> bool:
    return bool(np.max(np.abs(actual - expected)) < CLOSE)


def _tries(name: str, inventory: Inventory, bound: Definition | None) -> Iterator[Try]:
    if bound is not None and bound.is_class:
        yield from _class_tries(bound, (), named=True)
        return
    if bound is not None:
        others = [d for d in inventory.definitions if names.DERIVATIVE.search(d.name)]
        yield from _pair_tries([bound], [d for d in others if not d.is_class])
    used_first = sorted(inventory.definitions, key=lambda d: -inventory.uses_of(d))
    for definition in used_first:
        if definition.is_class and names.ROLES[name].search(definition.name):
            yield from _class_tries(definition, (), named=True)
    for definition in used_first:
        is_generic = names.GENERIC["activation"].search(definition.name)
        if definition.is_class and is_generic and definition.parameters:
            for text in names.TEXTS[name]:
                yield from _class_tries(definition, (text,), named=False)
    yield from _function_tries(name, used_first)
    for definition in used_first:
        if definition.is_class and not definition.required:
            yield from _method_tries(name, definition)
    yield from _switch_tries(name, used_first)


def _method_tries(name: str, definition: Definition) -> Iterator[Try]:
    """Methods of any class that is made without arguments, as if they were functions."""
    make, layer = (Call("layer", own(definition)),), var("layer")
    methods = {m: p for m, p in definition.methods.items() if names.ROLES[name].search(m)}
    derivatives = [m for m in methods if names.DERIVATIVE.search(m)]
    for method, parameters in methods.items():
        if method in derivatives or len(names.required(parameters)) != 1:
            continue
        plan = Plan("activation", make=make, forward=(Call("out", layer, method, (var("x"),)),))
        for derivative in derivatives:
            for calls, text in _derivatives(layer, derivative, methods[derivative]):
                yield Try(definition, replace(plan, backward=calls), method, text, named=True)


def _class_tries(definition: Definition, args: Sequence[str], *, named: bool) -> Iterator[Try]:
    given = next(plain_arguments(definition), None) if not args else {}
    if given is None or (args and (definition.required > 1 or not definition.parameters)):
        return
    make = (Call("layer", own(definition), "", tuple(args), given),)
    layer = var("layer")
    for method in sorted(definition.methods, key=lambda m: (m != "forward", m)):
        parameters = definition.methods[method]
        is_forward = names.APPLY.search(method) or names.ROLES["Sigmoid"].search(method)
        if not is_forward or len(names.required(parameters)) > 1 or not parameters:
            continue
        plan = Plan("activation", make=make, forward=(Call("out", layer, method, (var("x"),)),))
        for calls, text in _gradients(definition):
            yield Try(definition, replace(plan, backward=calls), method, text, named)


def _gradients(definition: Definition) -> Iterator[tuple[tuple[Call, ...], str]]:
    """Yield ways to come to the gradient at the input by a method, with words for each."""
    layer = var("layer")
    for method in sorted(definition.methods, key=lambda m: (not names.BACKWARD.search(m), m)):
        if names.BACKWARD.search(method) or method in ("gradient", "grad"):
            for args, words in arguments(definition.methods[method], ("x", "grad", "y")):
                yield (Call("out", layer, method, args),), f"{method}({', '.join(words)})"
        if names.DERIVATIVE.search(method):
            yield from _derivatives(layer, method, definition.methods[method])


def _derivatives(
    target: object, method: str, parameters: Parameters, label: str = ""
) -> Iterator[tuple[tuple[Call, ...], str]]:
    """Yield readings of a derivative: of x, of the output, of what it remembers; times the gradient."""
    needed = names.required(parameters)
    options: list[tuple[tuple[object, ...], str]] = [((var("x"),), "x"), ((var("y"),), "y")]
    if needed and names.Y.search(needed[0].name):
        options.reverse()
    if not needed:
        options = [((), ""), *options] if parameters else [((), "")]
    if len(needed) > 1:
        return
    product = Call("out", operation("multiply"), "", (var("grad"), var("d")))
    for args, word in options:
        calls = (Call("d", target, method, args), product)
        yield calls, f"{label or method}({word})"


def _function_tries(name: str, definitions: Sequence[Definition]) -> Iterator[Try]:
    pattern = names.ROLES[name]
    functions = [
        d
        for d in definitions
        if not d.is_class and pattern.search(d.name) and not names.LOSS.search(d.name)
    ]
    derivatives = [d for d in functions if names.DERIVATIVE.search(d.name)]
    yield from _pair_tries([f for f in functions if f not in derivatives], derivatives)


def _pair_tries(
    functions: Sequence[Definition], derivatives: Sequence[Definition]
) -> Iterator[Try]:
    """Functions, each with any of the functions that may be its derivative."""
    for function in functions:
        if function.required != 1 or function.parameters is None:
            continue
        plan = Plan("activation", forward=(Call("out", own(function), "", (var("x"),)),))
        for calls, text in _function_gradients(function, derivatives):
            yield Try(function, replace(plan, backward=calls), function.name, text, named=True)


def _switch_tries(name: str, definitions: Sequence[Definition]) -> Iterator[Try]:
    """Functions that compute one of several activations, which their second argument names."""
    functions = [
        d
        for d in definitions
        if not d.is_class
        and names.GENERIC["activation"].search(d.name)
        and len(d.parameters or ()) == 2
        and d.required >= 1
    ]
    derivatives = [d for d in functions if names.DERIVATIVE.search(d.name)]
    product = Call("out", operation("multiply"), "", (var("grad"), var("d")))
    for function in (d for d in functions if d not in derivatives):
        for text, derivative, word in itertools.product(names.TEXTS[name], derivatives, "xy"):
            forward = Call("out", own(function), "", (var("x"), text))
            slope = Call("d", own(derivative), "", (var(word), text))
            plan = Plan("activation", forward=(forward,), backward=(slope, product))
            label = f"{derivative.name}({word}, {text!r})"
            yield Try(function, plan, f"{function.name}(x, {text!r})", label, named=False)


def _function_gradients(
    function: Definition, derivatives: Sequence[Definition]
) -> Iterator[tuple[tuple[Call, ...], str]]:
    product = Call("out", operation("multiply"), "", (var("grad"), var("d")))
    for parameter in (function.parameters or ())[1:]:
        if names.DERIVATIVE.search(parameter.name):
            for word in ("x", "y"):
                call = Call("d", own(function), "", (var(word),), {parameter.name: True})
                yield (call, product), f"{function.name}({word}, {parameter.name}=True)"
    same_file = sorted(derivatives, key=lambda d: d.file != function.file)
    for derivative in same_file:
        needed = names.required(derivative.parameters or ())
        if len(needed) == 2:
            for args, words in arguments(derivative.parameters or (), ("x", "grad", "y")):
                text = f"{derivative.name}({', '.join(words)})"
                yield (Call("out", own(derivative), "", args),), text
        else:
            yield from _derivatives(
                own(derivative), "", derivative.parameters or (), derivative.name
            )
