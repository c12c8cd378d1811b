"""Which statement a wrong array must come from, read in the text of a class."""

from __future__ import annotations

from textwrap import dedent

import pytest

from grader.diagnosis import outline
from grader.diagnosis.cause import may_be_elsewhere, only_statement
from grader.model import Location, Repair
from grader.sandbox.child import source_scan

LINEAR = """
import numpy as np

class Linear:
    def __init__(self, n, m, bias=True):
        self.w = np.random.randn(n, m)
        self.b = np.zeros(m)
        self.x = None

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, prev_grad, lr):
        {dx}
        {dw}
        {update}
        self.b -= lr * prev_grad.sum(axis=0)
        return {returned}
"""
RIGHT = {
    "dx": "dx = prev_grad @ self.w.T",
    "dw": "dw = self.x.T @ prev_grad",
    "update": "self.w = self.w - lr * dw",
    "returned": "dx",
}


def text_of(
    source: str, method: str, array: str, attribute: str = "", right: tuple[str, ...] = ()
) -> str:
    """Return the first line of the only statement that can be wrong, or nothing."""
    scan = source_scan.scan(dedent(source).encode())
    outlines = outline.read([("layers.py", scan)])
    name = next(n for n in outlines.files["layers.py"].blocks if "." not in n)
    members = outlines.members(name, "layers.py")
    statement = only_statement(members, members.methods[method], array, attribute, right)
    return "" if statement is None else dedent(source).split("\n")[statement[1].line - 1].strip()


def linear(**lines: str) -> str:
    """Return a linear layer with some lines of backward replaced."""
    return LINEAR.format(**{**RIGHT, **lines})


def test_a_wrong_dx_leads_to_the_line_that_computes_it() -> None:
    """The return passes dx on, so the assignment above is meant."""
    wrong = "dx = -(prev_grad @ self.w.T)"
    assert text_of(linear(dx=wrong), "backward", "dx", right=("init", "value")) == wrong


def test_a_declared_type_changes_nothing() -> None:
    """``dx: Array = ...`` is the assignment that it is, whatever the type is called."""
    wrong = "dx: Array = -(prev_grad @ self.w.T)"
    assert text_of(linear(dx=wrong), "backward", "dx", right=("init", "value")) == wrong


def test_a_chain_of_two_lines_names_none_of_them() -> None:
    """Where dx follows from two statements that may be wrong, none of them is told."""
    source = linear(dx="g = prev_grad * 2; dx = g @ self.w.T")
    assert text_of(source, "backward", "dx", right=("init", "value")) == ""


@pytest.mark.parametrize(
    ("lines", "meant"),
    [
        ({"dw": "dw = self.x.T @ prev_grad / 7"}, "dw"),
        ({"update": "self.w = self.w + lr * dw"}, "update"),
        ({"update": "self.w = self.w - dw"}, "update"),
    ],
)
def test_a_wrong_step_leads_to_the_gradient_or_to_the_update(
    lines: dict[str, str], meant: str
) -> None:
    """Of the two lines the one is meant that is not as it should be, whatever it is."""
    found = text_of(linear(**lines), "backward", "dw", "w", right=("init", "value", "dx"))
    assert found == lines[meant]


def test_two_lines_that_are_both_odd_name_none() -> None:
    """With an odd gradient and an odd update, either can be the mistake."""
    source = linear(dw="dw = prev_grad.T @ self.x", update="self.w = self.w - lr * dw.T / 2")
    assert text_of(source, "backward", "dw", "w", right=("init", "value", "dx")) == ""


def test_weights_kept_under_a_second_name_and_changed_in_place() -> None:
    """The line that computes dx is as it should be; the alias is the mistake, so no line is told."""
    source = linear(dx="old = self.w", update="self.w -= lr * dw", returned="prev_grad @ old.T")
    assert text_of(source, "backward", "dx", right=("init", "value", "dw", "db")) == ""


@pytest.mark.parametrize(
    "line",
    [
        "y = self.helper(x)",  # another method
        "y = scale(x)",  # a name of another file
        "y = (lambda: x)()",
        "[y := x]",
    ],
)
def test_what_leads_elsewhere_names_no_line(line: str) -> None:
    """Where a value comes from code that is not read, no statement of the method is blamed."""
    source = f"""
    from tools import scale

    class Sigmoid:
        def forward(self, x):
            {line}
            return y

        def helper(self, x):
            return x
    """
    assert text_of(source, "forward", "value") == ""


def test_a_result_that_leaves_the_gradient_out_names_no_line() -> None:
    """The slope may be right and the product with the upstream gradient missing in the return."""
    source = """
    import numpy as np

    class Tanh:
        def forward(self, x):
            self.t = np.tanh(x)
            return self.t

        def backward(self, prev_grad, lr=0.1):
            slope = 1 - self.t ** 2
            return slope
    """
    assert text_of(source, "backward", "dx", right=("value",)) == ""


def test_a_class_that_is_changed_from_outside_names_no_line() -> None:
    """``Linear.backward = other`` below the class means that the text above does not run."""
    source = linear(dx="dx = -(prev_grad @ self.w.T)") + "\nLinear.backward = print\n"
    assert text_of(source, "backward", "dx", right=("init", "value")) == ""


SIGMOID = """
import numpy as np

class Sigmoid:
    def forward(self, x):
        {first}
        self.out = {second}
        return self.out

    def backward(self, prev_grad, lr=0.1):
        {slope}
        return {product}
"""
RIGHT_SIGMOID = {
    "first": "e = np.exp(-x)",
    "second": "1.0 / (1.0 + e)",
    "slope": "slope = self.out * (1 - self.out)",
    "product": "prev_grad * slope",
}


@pytest.mark.parametrize(
    ("lines", "method", "meant"),
    [
        ({"first": "e = np.exp(x)"}, "forward", "e = np.exp(x)"),
        ({"second": "1.0 / (2.0 + e)"}, "forward", "self.out = 1.0 / (2.0 + e)"),
        ({"slope": "slope = self.out * (1 + self.out)"}, "backward", "slope = self.out * (1 + self.out)"),
        ({"product": "-prev_grad * slope"}, "backward", "return -prev_grad * slope"),
        ({"product": "slope"}, "backward", ""),
        ({"slope": "slope = 1 - self.out", "product": "prev_grad + slope"}, "backward", ""),
        ({"slope": "s = 1 - self.out", "product": "prev_grad * s"}, "backward", "s = 1 - self.out"),
        ({}, "backward", ""),
    ],
)  # fmt: skip
def test_of_two_lines_the_one_is_meant_that_differs_from_a_right_method(
    lines: dict[str, str], method: str, meant: str
) -> None:
    """All other lines agree with a right method, and the odd one sets the name that they read."""
    array, right = {"forward": ("value", ()), "backward": ("dx", ("value",))}[method]
    source = SIGMOID.format(**{**RIGHT_SIGMOID, **lines})
    assert text_of(source, method, array, right=right) == meant


MSE = """
import numpy as np

class MSE:
    def forward(self, y, ground_truth):
        self.d = {kept}
        return np.mean(self.d ** 2)

    def backward(self, prev_grad=1):
        {first}
        return {returned}
"""


def test_a_right_loss_does_not_vouch_for_the_sign_of_what_it_keeps() -> None:
    """A square is right for a difference of either sign, so the line of backward may be right."""
    source = MSE.format(kept="ground_truth - y", first="n = self.d.size", returned="2 * self.d / n")
    assert text_of(source, "backward", "dy", right=("value",)) == ""


def test_a_line_that_only_prepares_is_not_the_mistake() -> None:
    """Where a loop that fills zeros is missing, the zeros are right."""
    source = MSE.format(
        kept="y - ground_truth",
        first="grad = np.zeros(self.d.shape)",
        returned="prev_grad * grad",
    )
    assert text_of(source, "backward", "dy", right=("value",)) == ""


def test_a_mask_that_is_returned_names_no_line() -> None:
    """The product with the input may be missing in the return."""
    source = """
    class ReLU:
        def forward(self, x):
            self.mask = (x > 0).astype(float)
            return self.mask
    """
    assert text_of(source, "forward", "value") == ""


def test_a_velocity_is_no_plain_update_of_the_weights() -> None:
    """The line that moves another attribute may hold the mistake, though it looks like a step."""
    source = linear(update="self.v = self.v - lr * dw; self.w = self.w + self.v")
    assert text_of(source, "backward", "dw", "w", right=("init", "value", "dx", "db")) == ""


def test_what_is_done_to_a_right_result_is_the_mistake() -> None:
    """Where all lines above the return agree with a right method, what the return does is wrong."""
    source = """
    import numpy as np

    class Linear:
        def forward(self, x):
            out = x @ self.w
            out = out + self.b
            return np.round(out, 2)

        def __init__(self, n, m):
            self.w = np.random.randn(n, m)
            self.b = np.zeros(m)
    """
    assert text_of(source, "forward", "value", right=("init",)) == "return np.round(out, 2)"


def test_returning_another_right_array_is_located_to_the_return() -> None:
    """``return dw`` where dw moves the weights rightly."""
    source = linear(returned="dw")
    found = text_of(source, "backward", "dx", right=("init", "value", "dw", "db"))
    assert found == "return dw"


def test_a_loss_that_leaves_the_truth_out_names_no_line() -> None:
    """The line that stores the prediction may be where the difference is missing."""
    source = MSE.format(kept="y", first="n = self.d.size", returned="2 * self.d / n")
    assert text_of(source, "forward", "value") == ""


BY_SAMPLES = """
import numpy as np

class Linear:
    def __init__(self, n, m):
        self.w = np.random.randn(n, m)
        self.b = np.zeros(m)

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, prev_grad, lr):
        n = {n}
        dw = np.zeros_like(self.w)
        for i in range({times}):
            {step}
        self.w -= lr * dw
        {early}
        self.b -= lr * prev_grad.sum(axis=0)
        return prev_grad
"""
LOOP = {
    "n": "len(prev_grad)",
    "times": "n",
    "step": "dw += np.outer(self.x[i], prev_grad[i])",
    "early": "pass",
}


@pytest.mark.parametrize(
    ("lines", "meant"),
    [
        ({"step": "dw = np.outer(self.x[i], prev_grad[i])"}, "dw = np.outer(self.x[i], prev_grad[i])"),
        ({"step": "dw += np.outer(self.x[i], prev_grad[0])"}, "dw += np.outer(self.x[i], prev_grad[0])"),
        ({"times": "n - 1"}, "for i in range(n - 1):"),
        ({"times": "1, n"}, "for i in range(1, n):"),
        ({"n": "prev_grad.shape[1]"}, ""),
        ({"times": "n - 1", "step": "dw -= np.outer(self.x[i], prev_grad[i])"}, ""),
    ],
)  # fmt: skip
def test_a_loop_over_all_samples_is_right_and_so_are_the_zeros_before_it(
    lines: dict[str, str], meant: str
) -> None:
    """Of a sum over samples, the line is meant that is not as it should be: the head or the body."""
    source = BY_SAMPLES.format(**{**LOOP, **lines})
    assert text_of(source, "backward", "dw", "w", right=("init", "value")) == meant


def test_zeros_of_another_shape_may_be_the_mistake() -> None:
    """Where the shape is what differs, the line that prepares the array is not known to be right."""
    source = BY_SAMPLES.format(**{**LOOP, "step": "dw[0] += self.x[i].sum()"})
    scan = source_scan.scan(dedent(source).encode())
    members = outline.read([("layers.py", scan)]).members("Linear", "layers.py")
    whole = (members, members.methods["backward"], "dw", "w", ("init", "value"))
    assert only_statement(*whole) is not None
    assert only_statement(*whole, shape_differs=True) is None


def test_a_return_before_an_update_is_the_mistake() -> None:
    """What moves the bias is never reached."""
    source = BY_SAMPLES.format(**{**LOOP, "early": "return prev_grad"})
    assert text_of(source, "backward", "db", "b", right=("init", "value")) == "return prev_grad"


def test_a_return_within_a_loop_is_the_mistake() -> None:
    """A loop that is left in its first turn, whatever happens in it, computes one row."""
    source = """
    import numpy as np

    class Softmax:
        def forward(self, x):
            rows = []
            for row in x:
                e = np.exp(row - row.max())
                rows.append(e / e.sum())
                return np.array(rows)
    """
    assert text_of(source, "forward", "value") == "return np.array(rows)"


def test_a_return_under_a_condition_of_a_loop_names_no_line() -> None:
    """It may be right to leave a loop where something holds."""
    source = """
    class Sigmoid:
        def forward(self, x):
            for k in range(3):
                x = x * 2
                if x.max() > 1:
                    return x
            return x
    """
    assert text_of(source, "forward", "value") == ""


RELU = """
class ReLU:
    def forward(self, x):
        self.{name} = {kept}
        out = x.copy()
        out[x <= 0] = 0
        return out

    def backward(self, prev_grad, lr=0.1):
        dx = prev_grad.copy()
        dx[self.{name} <= 0] = {value}
        return dx
"""


@pytest.mark.parametrize(
    ("lines", "meant"),
    [
        ({"kept": "x.astype(int)"}, "self.x = x.astype(int)"),
        ({"kept": "x.astype(int)", "value": "1"}, ""),
        ({"kept": "x", "value": "1"}, "dx[self.x <= 0] = 1"),
    ],
)
def test_what_forward_keeps_is_the_mistake_where_backward_is_right_with_another(
    lines: dict[str, str], meant: str
) -> None:
    """Backward agrees with a right one if what it reads is the input; so what keeps it is wrong."""
    source = RELU.format(**{"name": "x", "value": "0", **lines})
    assert text_of(source, "backward", "dx", right=("value",)) == meant


@pytest.mark.parametrize(
    ("kept", "meant"), [("np.round(self.w, 1)", "old = np.round(self.w, 1)"), ("self.w", "")]
)
def test_weights_that_are_kept_changed_are_the_mistake(kept: str, meant: str) -> None:
    """The line that uses them is right; where they are a second name alone, the update may be meant."""
    source = linear(dx=f"old = {kept}", update="self.w -= lr * dw", returned="prev_grad @ old.T")
    assert text_of(source, "backward", "dx", right=("init", "value", "dw", "db")) == meant


@pytest.mark.parametrize(
    ("first", "second", "elsewhere"),
    [
        ("e = np.exp(-x)", "np.where(x >= 0, 1.0, e) / (1.0 + e)", True),  # one of two formulas
        ("e = np.exp(-np.abs(x))", "np.where(x > 1, 1.0, e) / (1.0 + e)", False),
    ],
)
def test_a_repair_in_one_of_two_lines_that_may_be_meant_proves_no_line(
    first: str, second: str, elsewhere: bool
) -> None:
    """Where either line alone differs from a right method, a repair of one may be a way round the other."""
    source = SIGMOID.format(**{**RIGHT_SIGMOID, "first": first, "second": second})
    assert is_in_doubt(source, "forward", "name", f"        self.out = {second}") == elsewhere


def test_a_repair_by_a_copy_proves_no_line_where_there_is_a_second_name() -> None:
    """The second name may be meant to be a copy, and the change in place may stay."""
    update = "self.w -= lr * dw"
    for kept, doubted in (("self.w", True), ("self.w.copy()", False)):
        source = linear(dx=f"old = {kept}", update=update, returned="prev_grad @ old.T")
        assert is_in_doubt(source, "backward", "copy", f"        {update}") == doubted


def is_in_doubt(source: str, method: str, kind: str, before: str) -> bool:
    """Return whether a repair of a line may be a way round a mistake in another."""
    scan = source_scan.scan(dedent(source).encode())
    outlines = outline.read([("layers.py", scan)])
    name = next(n for n in outlines.files["layers.py"].blocks if "." not in n)
    members = outlines.members(name, "layers.py")
    line = dedent(source).split("\n").index(before) + 1
    place = Location("layers.py", line, line, f"{name}.{method}", "statement")
    repair = Repair(place, kind, (before,), (before,))
    return may_be_elsewhere(members, members.methods[method], repair)


TANH = """
import numpy as np

class Tanh:
    def forward(self, x):
        out = np.tanh(x)
        self.{name} = out
        return out

    def backward(self, prev_grad, lr=0.1):
        slope = self.{name} * (1 - self.{name})
        return prev_grad * slope
"""


@pytest.mark.parametrize(
    ("name", "meant"), [("out", "slope = self.out * (1 - self.out)"), ("x", "")]
)
def test_keeping_what_forward_returns_is_right(name: str, meant: str) -> None:
    """Unless it is kept under the name of the input, so that either line may be meant."""
    assert text_of(TANH.format(name=name), "backward", "dx", right=("value",)) == meant


TWO_TERMS = """
import numpy as np
EPS = 1e-12

class BinaryCrossEntropy:
    def forward(self, {arguments}):
        self.q = np.clip({first}, EPS, 1 - EPS)
        self.label = {second}
        right = {right}
        {between}wrong = {wrong}
        return float(-np.mean(right + wrong))

    def backward(self, prev_grad=1, lr=0.1):
        return prev_grad * (self.q - self.label) / (self.q * (1 - self.q)) / self.q.size
"""
SWAPPED = {"right": "(1 - self.label) * np.log(self.q)", "wrong": "self.label * np.log(1 - self.q)"}


def two_terms(between: str = "", first: str = "y", second: str = "ground_truth") -> tuple[int, int]:
    """Return first and last line of what is told of a loss whose two terms have changed places, or zeros."""
    source = TWO_TERMS.format(
        arguments=f"{first}, {second}", first=first, second=second, between=between, **SWAPPED
    )
    outlines = outline.read([("losses.py", source_scan.scan(source.encode()))])
    members = outlines.members("BinaryCrossEntropy", "losses.py")
    site = only_statement(members, members.methods["forward"], "value")
    return (0, 0) if site is None else (site[1].line, site[1].end_line)


def test_two_terms_that_are_both_wrong_are_one_place() -> None:
    """All others agree with a right loss, and the two stand one below the other."""
    assert two_terms() == (9, 10)


def test_two_terms_apart_name_no_place() -> None:
    """A statement between them would be told with them."""
    assert two_terms(between="print(right)\n        ") == (0, 0)


def test_arguments_in_the_other_order_are_no_mistake_in_the_terms() -> None:
    """Then the head of the method is wrong, not the lines that use the names as they should."""
    assert two_terms(first="ground_truth", second="y") == (0, 0)
