"""Checks that carry no points by default: what may be imported, and the given data sets."""

from __future__ import annotations

import sys

import numpy as np

from grader import expect
from grader.checks.base import check, part
from grader.contract import FILES
from grader.expect import EXACT, same
from grader.model import Failure, Part
from grader.numeric import Array
from grader.remote import Lab, is_auxiliary

BELONGING = {"matplotlib": ("mpl_toolkits", "pylab")}
"""Other names under which a package is imported: who may import it may import these."""


@check("rules.imports", subject="imports")
def imports(lab: Lab) -> None:
    """The code imports only numpy, matplotlib and the standard library.

    You write back-propagation yourself in this lab: do not use a framework that computes
    gradients.
    """
    own = {part for path in lab.connection.paths for part in path.removesuffix(".py").split("/")}
    packages = lab.connection.packages
    belonging = {module for name in packages for module in BELONGING.get(name, ())}
    allowed = {*packages, *belonging, *sys.stdlib_module_names, *own}
    for path, entries in lab.import_result.imports.items():
        if is_auxiliary(path) and path.rpartition("/")[2] != "main.py":
            continue
        for entry in entries:
            if entry["module"] not in allowed:
                is_missing = f"{entry['module']}.py" in FILES.values()
                id_ = "import_of_missing_file" if is_missing else "import_forbidden"
                raise Failure(id_, module=entry["module"], file=path, line=entry["line"])


@check("data.linear", subject="generate_linear")
def linear(lab: Lab) -> list[Part]:
    """generate_linear(n=100) returns n points of the unit square and their labels.

    The shapes are (n, 2) and (n, 1); the label is 1 where x1 > x0, else 0.
    """
    lab.require("generate_linear")
    script = lab.script()
    pair = script.new("generate_linear", n=50)
    x_reply, y_reply = (script.read(script.item(pair, k, "generate_linear")) for k in (0, 1))
    lab.run(script)
    x = expect.array(x_reply.value, "generate_linear", (50, 2))
    y = expect.array(y_reply.value, "generate_linear", (50, 1))

    def inside() -> None:
        if not np.all((x >= 0) & (x <= 1)):
            raise Failure("data_outside")

    def labels() -> None:
        wanted = (x[:, 1:] > x[:, :1]).astype(np.float64)
        same(wanted, y, EXACT, "data_labels", who="generate_linear")

    def spread() -> None:
        differing = len(np.unique(x))
        if differing < x.size // 2 + 1:
            raise Failure("data_not_spread", of=x.size, got=differing)

    return [
        part("points in the unit square", inside),
        part("points spread over the unit square", spread),
        part("labels", labels),
    ]


@check("data.xor", subject="generate_XOR_easy")
def xor(lab: Lab) -> None:
    """generate_XOR_easy() returns the 21 points of the two diagonals and their labels.

    The points are (0.1 i, 0.1 i) with label 0 and (0.1 i, 1 - 0.1 i) with label 1, for i =
    0..10; the centre occurs once.
    """
    lab.require("generate_XOR_easy")
    script = lab.script()
    pair = script.new("generate_XOR_easy")
    x_reply, y_reply = (script.read(script.item(pair, k, "generate_XOR_easy")) for k in (0, 1))
    lab.run(script)
    x = expect.array(x_reply.value, "generate_XOR_easy", (21, 2))
    y = expect.array(y_reply.value, "generate_XOR_easy", (21, 1))
    same(_sorted(*_diagonals()), _sorted(x, y), EXACT, "data_labels", who="generate_XOR_easy")


def _diagonals() -> tuple[Array, Array]:
    steps = np.arange(11) / 10
    across = np.delete(steps, 5)
    x = np.vstack([np.column_stack([steps, steps]), np.column_stack([across, 1 - across])])
    return x, np.repeat([[0.0], [1.0]], [11, 10], axis=0)


def _sorted(x: Array, y: Array) -> Array:
    rows = np.hstack([x, y])
    return rows[np.lexsort(np.round(rows, 6).T)]
