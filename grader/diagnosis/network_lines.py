"""A right network, as the lab hands it out, to tell which one of the lines of a student's differs.

A class that agrees with it in every line but one would be right with that line, so the mistake is in it.
Nothing of this is shown to anybody.
"""

from __future__ import annotations

from itertools import product

from grader.diagnosis.dependence import statements_of
from grader.diagnosis.outline import Block, Members, Statement
from grader.diagnosis.whole_functions import Line, is_silent, joined, line_of, odd_ones

_LAYERS = (
    "self.layers = [Linear(2, FIRST), Sigmoid(), Linear(FIRST, SECOND), Sigmoid(), Linear(SECOND, 1{last}), "
    "Sigmoid()]"
)
_PARAMETERS = {
    "__init__": ("self", "FIRST", "SECOND"), "forward": ("self", "X"), "cal_loss": ("self", "Y", "T"),
    "backward": ("self", "LR"),
}  # fmt: skip
METHODS: dict[str, tuple[tuple[str, ...], ...]] = {
    "__init__": (
        (
            " | ".join(_LAYERS.format(last=last) for last in (", bias=False", ", False")),
            "self.loss_func = MSE()",
        ),
    ),
    "forward": (
        ("for _layer in self.layers", "> X = _layer.forward(X)", "return X"),
        ("_out = X", "for _layer in self.layers", "> _out = _layer.forward(_out)", "return _out"),
    ),
    "cal_loss": (
        ("return self.loss_func.forward(Y, T)",),
        ("_loss = self.loss_func.forward(Y, T)", "return _loss"),
    ),
    "backward": (
        (
            "_g = self.loss_func.backward()",
            "for _last in reversed(self.layers) | for _last in self.layers[::-1]",
            "> _g = _last.backward(_g, LR) | _g = _last.backward(_g, lr=LR)",
        ),
    ),
}
"""The ways in which each method may be written."""


def odd_line(members: Members) -> tuple[Block, Statement] | None:
    """Return the statement of a network that alone differs from a right one, and its method.

    None where several can be meant, and where the class is written in another way.
    """
    sites: list[tuple[Block, Statement]] = []
    lines: list[Line] = []
    for name, roles in _PARAMETERS.items():
        method = members.methods.get(name)
        if method is None or method.statements is None or not members.complete:
            return None
        names = dict(zip(method.parameters, roles, strict=False))
        own = {n for entry in statements_of(method) if entry.kind != "Expr" for n in entry.sets}
        names |= {n: f"?{name}.{n}" for n in own - set(names)}
        entries = [entry for entry in statements_of(method) if not is_silent(entry)]
        sites += [(method, entry) for entry in entries]
        lines += [line_of(entry, names) for entry in entries]
    classes = [sum(ways, ()) for ways in product(*METHODS.values())]
    odd = odd_ones(classes, lines)
    methods = {method.name: method for method, _ in sites[odd]} if odd else {}
    if odd is None or len(methods) != 1:
        return None
    [method] = methods.values()
    return method, joined([entry for _, entry in sites[odd]])
