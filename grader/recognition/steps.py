"""Ways to call a layer's backward, and what takes the step after it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from grader.recognition import names
from grader.recognition.constructors import construct_optimiser, is_optimiser
from grader.recognition.inventory import Definition, Inventory, Parameter, Parameters
from grader.recognition.plans import Call, operation, own, var

RATE_ATTRIBUTES = ("lr", "learning_rate", "eta", "alpha", "rate", "step_size", "learningRate")
HOLDERS = ("parameters", "params", "get_parameters", "get_params")
"""What an object's list of parameters is called."""


class Backward(NamedTuple):
    """One way to call backward, and what takes the step.

    Parameters
    ----------
    calls
        The calls.
    text
        The same for a reader: ``backward(grad), update(lr)``.
    takes_rate
        Whether an argument takes the learning rate, so that what moves at zero is a mistake.
    """

    calls: tuple[Call, ...]
    text: str
    takes_rate: bool


def backwards(definition: Definition, inventory: Inventory) -> Iterator[Backward]:
    """Yield ways to call backward, the most likely first."""
    zero = [m for m in definition.methods if names.ZERO.search(m)]
    before = tuple(
        Call("_", var("layer"), m) for m in zero if not names.required(definition.methods[m])
    )[:1]
    methods = sorted(
        filter(names.BACKWARD.search, definition.methods), key=lambda m: (m != "backward", m)
    )
    for method in methods:
        for args, words in arguments(definition.methods[method], ("x", "grad", "y")):
            call = Call("out", var("layer"), method, args)
            text = f"{method}({', '.join(words)})"
            gathered = _gathering(definition) if names.INPUT_GRADIENT.search(method) else ()
            for step in _steps(definition, inventory, takes_rate="lr" in words):
                calls = (*before, *step.before, call, *gathered, *step.after)
                texts = [text, *(c.method for c in gathered), *step.texts]
                takes = "lr" in words or step.takes_rate
                yield Backward(calls, ", ".join(texts), takes)
        yield from _returned(definition, method)


def _returned(definition: Definition, method: str) -> Iterator[Backward]:
    """Yield ways to call a backward that returns the gradients of the parameters as well."""
    for args, words in arguments(definition.methods[method], ("x", "grad", "y")):
        both = Call("all", var("layer"), method, args)
        taken = [
            Call(name, operation("item"), "", (var("all"), k))
            for k, name in enumerate(("out", "gradient1", "gradient2"))
        ]
        text = f"{method}({', '.join(words)})"
        for update, parameters in definition.methods.items():
            rate = names.rate_of(parameters)
            others = [p for p in names.required(parameters) if p is not rate]
            if names.UPDATE.search(update) and 1 <= len(others) <= 2:
                given = {p.name: var(f"gradient{k}") for k, p in enumerate(others, start=1)}
                given |= {rate.name: var("rate")} if rate is not None else {}
                call = Call("_", var("layer"), update, (), given)
                calls = (both, *taken[: len(others) + 1], call)
                yield Backward(calls, f"{text}, {update}", rate is not None)
        for count in (3, 2):
            yield Backward((both, *taken[:count]), text, False)


def arguments(
    parameters: Parameters, order: tuple[str, ...]
) -> Iterator[tuple[tuple[Any, ...], list[str]]]:
    """Yield the arguments that a backward may take, with words for them.

    Of two that are not the rate one is x (or y) and one the upstream gradient: which, their names
    say; where they do not, both orders are tried. ``order`` limits what beside ``grad`` may be given.
    """
    rate = names.rate_of(parameters)
    needed = [p for p in parameters if p.required and p is not rate]
    if not needed and parameters:
        needed = [p for p in parameters if p.positional and p is not rate][:1]
    if len(needed) > 2 or (not needed and "*args" not in {p.name for p in parameters}):
        return
    roles = [("grad",)] if len(needed) < 2 else _two_roles(needed, order)
    for chosen in roles:
        args: list[Any] = []
        words: list[str] = []
        for role in chosen:
            args.append(var(role))
            words.append(role)
        if rate is not None:
            if all(p in needed for p in parameters[: parameters.index(rate)]):
                place = parameters.index(rate)
                args.insert(place, var("rate"))
                words.insert(place, "lr")
            else:
                continue
        yield tuple(args), words


def _two_roles(needed: list[Parameter], order: tuple[str, ...]) -> list[tuple[str, ...]]:
    first, second = needed
    values = [name for name in order if name != "grad"]
    is_x = [bool(names.X.search(p.name)) for p in needed]
    is_grad = [bool(names.GRAD.search(p.name)) for p in needed]
    if is_x[0] or (is_grad[1] and not is_grad[0]):
        orders = [True]
    elif is_x[1] or (is_grad[0] and not is_grad[1]):
        orders = [False]
    else:
        orders = [True, False]
    result: list[tuple[str, ...]] = []
    for value_first, value in itertools.product(orders, values):
        named = first if value_first else second
        if value == "y" and names.X.search(named.name) and "x" in values:
            continue
        result.append((value, "grad") if value_first else ("grad", value))
    return result


def _gathering(definition: Definition) -> tuple[Call, ...]:
    """The call that computes the gradients of the parameters, where that is a method of its own."""
    for method, parameters in definition.methods.items():
        if names.ACCUMULATE.search(method) and len(names.required(parameters)) == 2:
            return (Call("_", var("layer"), method, (var("x"), var("grad"))),)
    return ()


class _Step(NamedTuple):
    before: tuple[Call, ...]
    after: tuple[Call, ...]
    texts: tuple[str, ...]
    takes_rate: bool


def _steps(definition: Definition, inventory: Inventory, *, takes_rate: bool) -> Iterator[_Step]:
    """Yield what may take the step: backward itself, another method, an optimiser."""
    yield _Step((), (), (), takes_rate=False)
    optimisers = [d for d in inventory.definitions if is_optimiser(d)]
    for method, parameters in definition.methods.items():
        if names.UPDATE.search(method):
            yield from _updates(method, parameters, optimisers)
    for optimiser in optimisers:
        yield from _optimised(optimiser)
    if not takes_rate:
        yield from _set_rates(definition, inventory)


def _updates(method: str, parameters: Parameters, optimisers: list[Definition]) -> Iterator[_Step]:
    """The layer's own method takes the step."""
    rate, needed = names.rate_of(parameters), names.required(parameters)
    others = [p for p in needed if p is not rate]
    layer = var("layer")
    if not others:
        given = {rate.name: var("rate")} if rate is not None else {}
        word = "lr" if rate is not None else ""
        if rate is None and parameters and parameters[0].positional:
            yield _Step((), (Call("_", layer, method, (var("rate"),)),), (f"{method}(lr)",), True)
        call = Call("_", layer, method, (), given)
        yield _Step((), (call,), (f"{method}({word})",), rate is not None)
    elif len(others) == 1 and names.OPTIMISER.search(others[0].name):
        for optimiser in optimisers:
            calls = (*construct_optimiser(optimiser), Call("_", layer, method, (var("optimiser"),)))
            yield _Step((), calls, (f"{method}({optimiser.name})",), True)
    elif len(others) == 1 and rate is None:
        yield _Step((), (Call("_", layer, method, (var("rate"),)),), (f"{method}(lr)",), True)


def _optimised(optimiser: Definition) -> Iterator[_Step]:
    """An object of another class takes the step: of the layer, of a list of layers, of parameters."""
    for method, parameters in optimiser.methods.items():
        if not names.UPDATE.search(method):
            continue
        text = (f"{optimiser.name}.{method}",)
        needed = names.required(parameters)
        if not needed:
            for holder in HOLDERS:
                got = Call("given", operation("get"), "", (var("layer"), holder))
                made = construct_optimiser(optimiser, var("given"))
                calls = (got, *made, Call("_", var("optimiser"), method))
                yield _Step((), calls, text, True)
            listed = Call("given", operation("list"), "", (var("layer"),))
            made = construct_optimiser(optimiser, var("given"))
            yield _Step((), (listed, *made, Call("_", var("optimiser"), method)), text, True)
        elif len(needed) == 1:
            made = construct_optimiser(optimiser)
            listed = Call("given", operation("list"), "", (var("layer"),))
            for argument, extra in ((var("layer"), ()), (var("given"), (listed,))):
                call = Call("_", var("optimiser"), method, (argument,))
                yield _Step((), (*made, *extra, call), text, True)


def _set_rates(definition: Definition, inventory: Inventory) -> Iterator[_Step]:
    """The rate is an attribute of the layer, or a variable of its module."""
    methods: list[tuple[tuple[Call, ...], tuple[str, ...]]] = [((), ())]
    for method, parameters in definition.methods.items():
        if names.UPDATE.search(method) and not names.required(parameters):
            methods.append(((Call("_", var("layer"), method),), (f"{method}()",)))
    for after, texts in methods:
        for name in RATE_ATTRIBUTES:
            yield _set_step("set", (var("layer"), name), after, texts)
        if any(names.OPTIMISER.search(p.name) for p in definition.parameters or ()):
            for name in RATE_ATTRIBUTES:
                yield _set_step("set", (var("optimiser"), name), after, texts)
        for file, name in inventory.rates:
            if file == definition.file:
                yield _set_step("set_global", (own(definition), name), after, texts)


def _set_step(
    name: str, target: tuple[Any, ...], after: tuple[Call, ...], texts: tuple[str, ...]
) -> _Step:
    call = Call("_", operation(name), "", (*target, var("rate")))
    return _Step((call,), after, texts, False)
