"""Ways to construct a student's class: which argument is a size, and what the others may be."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from grader.recognition import names
from grader.recognition.inventory import Definition, Inventory, Parameter, Parameters
from grader.recognition.plans import Call, operation, own, var

MAX_WAYS = 24
IDENTITIES = (None, "linear", "identity", "none")
"""What an activation argument may be given so that a layer has none."""

UNSET = object()
GIVEN: tuple[tuple[re.Pattern[str], tuple[Any, ...]], ...] = (
    (names.RATE, (0.1,)),
    (names.INITIALISER, ("random", "normal", "xavier", None)),
    (names.SCALE, (1.0,)),
    (names.SEED, (0, None)),
    (names.LABEL, ("layer",)),
)
"""What other arguments are given, by what they are called."""


class Way(NamedTuple):
    """One way to construct a layer.

    Parameters
    ----------
    calls
        The calls that make it; the last has the result ``layer``.
    has_bias
        Whether the bias can be left out.
    sizes
        How many sizes it is given: the output's alone, or both.
    """

    calls: tuple[Call, ...]
    has_bias: bool
    sizes: int


def is_size(parameter: Parameter) -> bool:
    """Whether a parameter may take a number of features."""
    if not parameter.positional or parameter.name.startswith("*"):
        return False
    others = (
        names.BIAS, names.RATE, names.OPTIMISER, names.INITIALISER, names.SCALE, names.LABEL,
        names.SEED, names.EXTRA,
    )  # fmt: skip
    if any(pattern.search(parameter.name) for pattern in others):
        return False
    return not names.ACTIVATION.search(parameter.name)


def ways(definition: Definition, inventory: Inventory) -> Iterator[Way]:
    """Yield ways to construct a class as a linear layer, the most likely first."""
    parameters = definition.parameters or ()
    if len(parameters) > 1 and names.WEIGHTS.match(parameters[0].name):
        yield from _with_weights(definition)
        return
    sizes = [p for p in parameters if is_size(p)]
    needed = [p for p in sizes if p.required]
    count = min(2, len(sizes))
    if "*args" in {p.name for p in parameters} and not sizes:
        yield from _with_sizes(definition, inventory, (), ("in", "of"))
        return
    if len(needed) > 2 or not sizes:
        return
    chosen = tuple((needed + [p for p in sizes if not p.required])[:count])
    chosen = tuple(p for p in sizes if p in chosen)  # in the order of the signature
    if count == 1:
        yield from _with_sizes(definition, inventory, chosen, ("of",))
        yield from _with_sizes(definition, inventory, chosen, ("shape",))
        return
    first, second = chosen
    reversed_ = bool(names.OUT.search(first.name) and not names.IN.search(first.name)) and not (
        names.OUT.search(second.name) and not names.IN.search(second.name)
    )
    orders = [("in", "of"), ("of", "in")]
    for order in orders[::-1] if reversed_ else orders:
        yield from _with_sizes(definition, inventory, chosen, order)


def _with_weights(definition: Definition) -> Iterator[Way]:
    """The layer is given its weights and its bias: the adapter draws them."""
    _, offset, *others = definition.parameters or ()
    if not names.OFFSET.match(offset.name) or names.required(tuple(others)):
        return
    for shape in ("shape", "reversed shape"):
        calls = (
            Call("weights", operation("normal"), "", (var(shape),)),
            Call("offset", operation("normal"), "", (var("of"),)),
            Call("layer", own(definition), "", (var("weights"), var("offset"))),
        )
        yield Way(calls, has_bias=False, sizes=2)


def _with_sizes(
    definition: Definition,
    inventory: Inventory,
    chosen: Parameters,
    order: tuple[str, ...],
) -> Iterator[Way]:
    parameters = definition.parameters or ()
    sizes: dict[str, Any] = dict(
        zip((p.name for p in chosen), (var(name) for name in order), strict=False)
    )
    bias = next((p for p in parameters if names.BIAS.search(p.name)), None)
    if bias is not None:
        sizes[bias.name] = var("bias")
    rest = [p for p in parameters if p.name not in sizes and not p.name.startswith("*")]
    choices = [[(p, value) for value in _values(p, inventory)] for p in rest]
    for combination in itertools.islice(itertools.product(*choices), MAX_WAYS):
        given = dict(sizes)
        before: list[Call] = []
        for parameter, value in combination:
            if value is UNSET:
                continue
            if isinstance(value, Definition):
                before += construct_optimiser(value)
                given[parameter.name] = var("optimiser")
            else:
                given[parameter.name] = value
        args, kwargs = _arranged(parameters, given)
        args = args or (() if chosen else tuple(var(name) for name in order))
        calls = (*before, Call("layer", own(definition), "", args, kwargs))
        yield Way(calls, bias is not None or "**kwargs" in {p.name for p in parameters}, len(order))


def _arranged(
    parameters: Parameters, given: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Give by place what comes first without a gap, by name the rest."""
    args = []
    for parameter in parameters:
        if not parameter.positional or parameter.name not in given:
            break
        args.append(given[parameter.name])
    names_by_place = {p.name for p in parameters[: len(args)]}
    return tuple(args), {k: v for k, v in given.items() if k not in names_by_place}


def _values(parameter: Parameter, inventory: Inventory) -> list[Any]:
    """Return what a parameter that is no size may be given, the most likely first."""
    name, own_default = parameter.name, [] if parameter.required else [UNSET]
    if names.OPTIMISER.search(name):
        optimisers = [d for d in inventory.definitions if is_optimiser(d)]
        return [*own_default, *optimisers[:2], None][:3]
    if names.ACTIVATION.search(name) and not names.INITIALISER.search(name):
        return [*own_default, *IDENTITIES]
    if names.EXTRA.search(name):  # what changes the gradient beyond the loss is left out
        return [0.0]
    if not parameter.required:
        return own_default
    given = (values for pattern, values in GIVEN if pattern.search(name))
    return list(next(given, (None, 0.1, 1)))


def is_optimiser(definition: Definition) -> bool:
    """Whether a class seems to take the steps of others: by its name, or because it keeps the rate."""
    has_step = any(names.UPDATE.search(name) for name in definition.methods)
    has_forward = any(names.FORWARD.search(name) for name in definition.methods)
    is_called_so = bool(names.OPTIMISER.search(definition.name))
    keeps_rate = names.rate_of(definition.parameters or ()) is not None
    return definition.is_class and has_step and not has_forward and (is_called_so or keeps_rate)


def plain_arguments(definition: Definition) -> Iterator[dict[str, Any]]:
    """Yield arguments by name for a class that needs no sizes: labels and the like.

    None at all where it needs something else.
    """
    choices = []
    for parameter in names.required(definition.parameters or ()):
        values = next((v for pattern, v in GIVEN if pattern.search(parameter.name)), None)
        if values is None:
            return
        choices.append([(parameter.name, value) for value in values])
    yield from map(dict, itertools.islice(itertools.product(*choices), 4))


def construct_optimiser(definition: Definition, parameters: Any = UNSET) -> list[Call]:
    """Make the calls that construct an optimiser with the rate of now, and perhaps a list of parameters."""
    given: dict[str, Any] = {}
    for p in definition.parameters or ():
        if names.RATE.match(p.name):
            given[p.name] = var("rate")
        elif p.required and parameters is not UNSET:
            given[p.name] = parameters
    args, kwargs = _arranged(definition.parameters or (), given)
    return [Call("optimiser", own(definition), "", args, kwargs)]
