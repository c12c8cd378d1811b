"""The tests of the lab: run `pytest` in this folder, and read what it says.

Gradients are checked against differences: nudge one number, see how the result moves.
Nothing here knows the formula of a gradient, and neither do you need it to read on.
"""

import ast
import contextlib
import functools
import importlib
import importlib.util
import inspect
import itertools
import os
import re
import sys
import traceback
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")  # draws into memory: no window opens
import matplotlib.pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# A loop that never ends fails its test, where the plug-in that knows how is at work.
HAS_TIMEOUT = "pytest_timeout" in sys.modules
pytestmark = [pytest.mark.timeout(60)] if HAS_TIMEOUT else []


# ---------------------------------------------------------------- saying what is wrong


def fail(sentence):
    pytest.fail(sentence, pytrace=False)


def expect(condition, sentence):
    """Fail the test with this sentence, unless the condition is true."""
    if not condition:
        fail(sentence)


def uses(*subjects):
    """Say of which classes the thing that a test is about is built; each is tested on its own."""

    def mark(test):
        test.uses = subjects
        return test

    return mark


def lab_test(test):
    """Turn whatever your code does wrong into one short paragraph.

    It says what was asked, what came, and where to look. Where something that the test uses is
    wrong, the test waits: one mistake is told once.
    """

    @functools.wraps(test)
    def run():
        wrong = trouble_of(test)
        if wrong:
            first = next(filter(trouble_of, earlier_tests(test)), None)
            if first:
                pytest.skip(f"waits for {first.__name__}")
            fail("\n".join([test.__doc__.strip(), wrong, *where_to_look(test, wrong)]))

    return run


TROUBLES, LOADED = {}, {}  # what each test came to; the class or function that it was about


def trouble_of(test):
    """Run a test, once; return what is wrong, or nothing."""
    if test.__name__ not in TROUBLES:
        LOADED["last"] = None
        with np.errstate(all="ignore"):
            TROUBLES[test.__name__] = trouble(test)
        LOADED[test.__name__] = LOADED["last"]
    return TROUBLES[test.__name__]


def earlier_tests(test):
    """Return the tests that this one waits for: of what it uses, and of its own class what comes first."""
    subject, what = test.__name__.split("_")[1:3]
    begins = [f"test_{name}_" for name in getattr(test, "uses", ())]
    if what in ("forward", "backward", "ends", "gradient", "state"):
        begins += [f"test_{subject}_init", f"test_{subject}_structure"]
    if what in ("backward", "ends", "gradient", "state"):
        begins.append(f"test_{subject}_forward")
    if what == "state":
        begins.append(f"test_{subject}_backward")
    names = [name for name in globals() if name.startswith("test_")]
    earlier = names[: names.index(test.__name__)]
    return [globals()[name].__wrapped__ for name in earlier if name.startswith(tuple(begins))]


METHODS = {"init": "__init__", "structure": "__init__", "ends": "forward", "gradient": "backward"}


def where_to_look(test, wrong):
    """Return a line that names your file and its line, unless what is wrong names one already."""
    if not LOADED[test.__name__] or re.search(r"\bline \d|\.py", wrong):
        return []
    file, thing = LOADED[test.__name__]
    what = test.__name__.split("_")[2]
    method = getattr(thing, METHODS.get(what, what), None)
    try:
        line = inspect.getsourcelines(method or thing)[1]
    except (OSError, TypeError):
        return [f"  look at {file}"]
    return [f"  look at {file}, line {line}, {(method or thing).__qualname__}"]


def trouble(action):
    """Call action; if it raises, return a sentence that says what and where."""
    try:
        action()
    except pytest.fail.Exception as failed:
        return str(failed)
    except NotImplementedError as todo:
        return f"not written yet: {todo or place(todo)}"
    except (Exception, SystemExit) as error:  # noqa: BLE001 - your code may raise anything
        return f"{type(error).__name__}: {error}\n  {place(error)}"
    return ""


def place(error):
    """Name the last line of your own files that the error came through."""
    if isinstance(error, SyntaxError):
        return f"in {Path(error.filename or '?').name}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    here = [frame for frame in frames if Path(frame.filename).parent == HERE]
    yours = [frame for frame in here if Path(frame.filename).name != "test_lab.py"]
    last = (yours or here or frames)[-1]
    text = f"in {Path(last.filename).name}, line {last.lineno}, {last.name}: {last.line}"
    return text if yours else f"{text}\n  where the test uses what your code returned"


def load(file, name):
    """Return the class or function of this name from one of your files."""
    expect((HERE / file).exists(), f"{file} is missing: {name} is looked for there")
    wrong = trouble(lambda: importlib.import_module(file[:-3]))
    expect(not wrong, f"{file} cannot be imported. {wrong}")
    module = sys.modules[file[:-3]]
    expect(hasattr(module, name), f"{file} has no {name}: mind the spelling and the capitals")
    LOADED["last"] = LOADED.get("last") or (file, getattr(module, name))
    return getattr(module, name)


# ---------------------------------------------------------------------------- comparing

# Rounding spoils a difference quotient when the step is small, curvature when it is
# large. For numbers with 16 digits the best step is near the cube root of 1e-16.
STEP = 2.0**-17

# Two, so that a forgotten one and a squared one both show. Powers of two: dividing by
# them is exact.
RATES = (2.0**-3, 2.0**-6)

# Not square, or a missing transpose goes unseen; one sample; one output.
SHAPES = ((5, 3, 2), (1, 3, 2), (4, 4, 4), (3, 5, 1))


def numeric_gradient(f, x):
    """Return df/dx for each entry of the array x, by central differences.

    f takes no argument, looks at x itself and returns one number.
    """
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + STEP
        above = f()
        x[index] = kept - STEP
        below = f()
        x[index] = kept
        gradient[index] = (above - below) / (2 * STEP)
    return gradient


def through(layer, x, upstream):
    """Return dL/dx of a layer, numerically, where dL/dy is upstream.

    With L = sum(y * upstream), the gradient at y is upstream and nothing else.
    """
    return numeric_gradient(total(layer, x, upstream), x)


def total(layer, x, upstream):
    """Return the function that sends x through the layer and sums y * upstream."""

    def f():
        y = layer.forward(x.copy())
        expect(y is not None, f"{type(layer).__name__}.forward returns None: add a `return`")
        return np.sum(y * upstream)

    return f


def expect_close(what, yours, right, absolute=2e-7, relative=2e-6, name="numeric", scale=0.0):
    """Fail unless every entry of yours is close to the right one.

    The absolute part is measured by the largest entry, or by scale: small entries carry the rounding
    of large ones. Both are a hundred times the error of the differences, and far below
    that of any wrong formula.
    """
    expect(yours is not None, f"{what} is None: is a `return` missing?")
    yours, right = np.asarray(yours), np.asarray(right)
    expect(yours.shape == right.shape, f"{what} has shape {yours.shape}, not {right.shape}")
    expect(yours.dtype.kind in "biuf", f"{what} holds {yours.dtype}, not numbers")
    error = np.abs(yours - right)
    allowed = absolute * max(scale, np.max(np.abs(right))) + relative * np.abs(right)
    # Not `error > allowed`: that is false for NaN, and NaN would be right.
    close = error <= allowed
    if not np.all(close):
        fail(describe(what, yours, right, close, name))


def describe(what, yours, right, close, name):
    """Say how many entries are wrong, show the worst, and name a common factor."""
    if right.size == 1:
        return f"{what}: yours {yours.item():.6g}, {name} {right.item():.6g}"
    excess = np.where(np.isfinite(yours), np.abs(yours - right), np.inf)
    worst = np.unravel_index(np.argmax(np.where(close, -1.0, excess)), right.shape)
    text = f"{what}: {np.sum(~close)} of {right.size} numbers wrong"
    text += (
        f"\n  worst at {list(map(int, worst))}: yours {yours[worst]:.6g}, {name} {right[worst]:.6g}"
    )
    if np.all(np.abs(right) > 1e-9):
        factor = (yours / right).flat[0]
        if np.isfinite(factor) and np.allclose(yours, factor * right, rtol=1e-4, atol=0):
            text += f"\n  every one of yours is {factor:.4g} times the {name} one"
    return text


def expect_same(what, now, before):
    """Fail unless an array still is what it was, to the last bit."""
    changed = np.shape(now) != np.shape(before) or not np.array_equal(now, before)
    expect(not changed, f"{what} was changed: make a new array instead of writing into it")


def parameter(layer, name):
    """Return the array `w` or `b` of a Linear layer."""
    array = getattr(layer, name, None)
    expect(
        isinstance(array, np.ndarray),
        f"{type(layer).__name__} has no array `{name}`: these tests find the weights of a "
        "Linear in `w` and its bias in `b`",
    )
    return array


def new_linear(rng, n_in, n_out, bias=True):
    """Make a Linear with known parameters: the test must not depend on luck."""
    layer = load("layers.py", "Linear")(n_in, n_out, bias=bias)
    set_parameters(rng, layer, bias)
    return layer


def set_parameters(rng, layer, bias=True):
    """Write random numbers into w, and into b if there should be one."""
    for name in ("w", "b") if bias else ("w",):
        array = parameter(layer, name)
        array[...] = rng.standard_normal(array.shape)


def linears(net):
    """Return the Linear layers of a network by their place."""
    found = {i: layer for i, layer in enumerate(layers_of(net)) if hasattr(layer, "w")}
    expect(found, "no layer of TLNN has weights `w`")
    return found


def layers_of(net):
    """Return the layers of a network in order; they may be in a list or in a dict."""
    expect(hasattr(net, "layers"), "TLNN has no `layers`: put them into self.layers, in order")
    return list(net.layers.values() if hasattr(net.layers, "values") else net.layers)


def new_network(seed, units=(4, 4), scale=1.0):
    """Make a TLNN with known weights; biases start at zero."""
    net = load("network.py", "TLNN")(*units)
    rng = np.random.default_rng(seed)
    for layer in linears(net).values():
        layer.w[...] = scale * rng.standard_normal(parameter(layer, "w").shape)
        if getattr(layer, "b", None) is not None:
            layer.b[...] = 0
    return net


# -------------------------------------------------------------------------------- rules


@lab_test
def test_rules_imports():
    """Only numpy, matplotlib, the standard library and your own files are imported."""
    files = [p for p in sorted(HERE.glob("*.py")) if not p.name.startswith(("test_", "conftest"))]
    own = {path.stem for path in HERE.iterdir()}
    for path in files:
        for name, line in imported_names(path):
            allowed = name in own | {"numpy", "matplotlib"} or is_standard(name)
            expect(allowed, f"{path.name}, line {line}: {name} is not allowed in this lab")


def imported_names(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8-sig"), path.name)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.split(".")[0], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0], node.lineno


def is_standard(name):
    if hasattr(sys, "stdlib_module_names"):
        return name in sys.stdlib_module_names
    spec = importlib.util.find_spec(name)  # Python 3.9
    return spec is not None and "site-packages" not in (spec.origin or "")


# --------------------------------------------------------------------------------- data


@lab_test
def test_data_linear():
    """generate_linear returns points in the unit square, labelled by the diagonal."""
    generate_linear = load("data.py", "generate_linear")
    for n in (100, 30):
        x, y = generate_linear(n=n)
        shapes = (np.shape(x), np.shape(y))
        expect(shapes == ((n, 2), (n, 1)), f"generate_linear(n={n}) returns shapes {shapes}")
        expect(np.all((x >= 0) & (x <= 1)), "generate_linear: a point is outside the unit square")
        right = np.array_equal(y.ravel() == 1, x[:, 1] > x[:, 0])
        expect(right, "generate_linear: a label must be 1 where x1 > x0, and 0 elsewhere")
        expect(0 < np.sum(y) < n, "generate_linear: all labels are the same")


@lab_test
def test_data_xor():
    """generate_XOR_easy returns the 21 points of two diagonals; the centre is 0."""
    x, y = load("data.py", "generate_XOR_easy")()
    shapes = (np.shape(x), np.shape(y))
    expect(shapes == ((21, 2), (21, 1)), f"generate_XOR_easy returns shapes {shapes}")
    rows = sorted(map(tuple, np.round(np.hstack([x, y]), 9).tolist()))
    right = sorted(map(tuple, np.round(np.hstack(xor_points()), 9).tolist()))
    expect(rows == right, "generate_XOR_easy: a point or a label is not the one asked for")


# ------------------------------------------------------------------------------- Linear


@lab_test
def test_linear_init():
    """Linear makes random weights w (in, out) around zero, and a bias b (out,) if asked."""
    Linear = load("layers.py", "Linear")
    layer, other = Linear(20, 30), Linear(20, 30)
    w, b = parameter(layer, "w"), parameter(layer, "b")
    expect(w.shape == (20, 30), f"Linear(20, 30).w has shape {w.shape}, not (20, 30)")
    expect(b.shape == (30,), f"Linear(20, 30).b has shape {b.shape}, not (30,)")
    expect(w.dtype.kind == "f", f"Linear.w holds {w.dtype}, not floating point numbers")
    expect(np.unique(w).size > 300, "Linear.w: weights must differ, or all units learn the same")
    # The mean of 600 draws is off by more than six of its own deviations once in 1e9.
    limit = 6 * np.std(w) / np.sqrt(w.size)
    expect(abs(np.mean(w)) < limit, f"Linear.w has mean {np.mean(w):.3f}: draw it around zero")
    expect(not np.array_equal(w, other.w), "two Linear layers have the same weights")
    for name in ("w", "b"):
        shared = np.shares_memory(getattr(layer, name), getattr(other, name))
        expect(not shared, f"two Linear layers share one array {name}: make it in __init__")
    none = getattr(Linear(3, 2, bias=False), "b", None) is None
    expect(none, "Linear(3, 2, bias=False).b must be None")
    with contextlib.suppress(Exception, SystemExit):  # what forward does wrong, its own test says
        expect_bias_counts(Linear(3, 2))


def expect_bias_counts(layer):
    """Fail if forward is the same whatever the bias is: then the layer has none."""
    x = np.ones((4, 3))
    before, again = (np.copy(layer.forward(x.copy())) for _ in range(2))
    for array in (layer.b, *vars(layer).values()):
        if isinstance(array, np.ndarray) and array.shape == (2,):
            array[...] += 1.0
    after = layer.forward(x.copy())
    ignored = before.shape == (4, 2) and np.array_equal(before, after)
    expect(
        not ignored or not np.array_equal(before, again),
        "Linear.forward in layers.py gives the same whatever the bias is: add self.b there",
    )


@lab_test
def test_linear_forward():
    """Linear.forward returns x w + b, or x w without a bias."""
    rng = np.random.default_rng(1)
    for n, n_in, n_out in SHAPES:
        for bias in (True, False):
            layer = load("layers.py", "Linear")(n_in, n_out, bias=bias)
            first = parameter(layer, "w").copy()
            set_parameters(rng, layer, bias)
            x = rng.standard_normal((n, n_in))
            right, kept = (
                np.einsum("ni,io->no", x, w) + (layer.b if bias else 0) for w in (layer.w, first)
            )
            what = f"Linear({n_in}, {n_out}, bias={bias}).forward, x {x.shape}"
            y = layer.forward(x.copy())
            # Through a copy of the first weights the values are right; that no step moves the copy,
            # the tests of backward say.
            if not is_close(y, kept):
                expect_close(what, y, right, 1e-12, 1e-12, "right")


@lab_test
def test_linear_backward_input():
    """Linear.backward returns dL/dx, through the weights as they were in forward."""
    rng = np.random.default_rng(2)
    for n, n_in, n_out in SHAPES:
        for lr, bias in itertools.product(RATES, (True, False)):
            layer = new_linear(rng, n_in, n_out, bias)
            x, upstream = rng.standard_normal((n, n_in)), rng.standard_normal((n, n_out))
            numeric = through(layer, x, upstream)
            layer.forward(x.copy())
            dx = layer.backward(upstream.copy(), lr=lr)
            late = not is_close(dx, numeric) and is_close(dx, through(layer, x, upstream))
            expect(
                not late, "Linear.backward: dL/dx uses the weights after the step; take it first"
            )
            what = f"Linear.backward, dL/dx for x {x.shape}, w {layer.w.shape}, lr={lr}"
            what += "" if bias else ", without a bias"
            expect_close(what, dx, numeric)


def is_close(yours, right):
    return np.shape(yours) == right.shape and np.allclose(yours, right, rtol=1e-6, atol=1e-9)


@lab_test
def test_linear_backward_weights():
    """Linear.backward moves w by lr times dL/dw, downhill."""
    for shape in SHAPES:
        for lr in RATES:
            expect_step("w", shape, lr)
    expect_step("w", SHAPES[0], RATES[0], bias=False)


@lab_test
def test_linear_backward_bias():
    """Linear.backward moves b by lr times dL/db, downhill."""
    for shape in SHAPES:
        for lr in RATES:
            expect_step("b", shape, lr)


def expect_step(name, shape, lr, bias=True):
    """Compare two steps that a parameter took, divided by lr, with the numeric gradient."""
    rng = np.random.default_rng(3)
    n, n_in, n_out = shape
    layer = new_linear(rng, n_in, n_out, bias)
    x, upstream = rng.standard_normal((n, n_in)), rng.standard_normal((n, n_out))
    for call, rate in (("", lr), (", in a second call", 2 * lr), (", in a third call", 0.0)):
        before = parameter(layer, name).copy()
        numeric = numeric_gradient(total(layer, x, upstream), parameter(layer, name))
        sentence = f"Linear.forward in layers.py gives the same whatever {name} is: use self.{name}"
        expect(np.any(numeric), sentence)
        layer.forward(x.copy())
        # Without a bias: whether it raises, the test of dL/dx says.
        with contextlib.suppress(*() if bias else (Exception,)):
            layer.backward(upstream.copy(), lr=rate)
        after = parameter(layer, name)
        what = f"Linear.backward, dL/d{name} for x {x.shape}, w {layer.w.shape}, lr={rate}"
        what += ("" if bias else ", without a bias") + call
        sentence = f"{what}: {name} is now {after.shape}, was {before.shape}"
        expect(before.shape == after.shape, sentence)
        if rate:
            expect(not np.array_equal(before, after), f"{what}: {name} did not move at all")
            expect_close(what, (before - after) / rate, numeric)
        else:
            expect(np.array_equal(before, after), f"{what}: {name} moved, and should not")


@lab_test
def test_linear_state():
    """Linear changes no array of others, repeats itself, and takes batches of any size."""
    rng = np.random.default_rng(4)
    layer = new_linear(rng, 3, 2)
    expect_clean(layer, rng.standard_normal((5, 3)), rng.standard_normal((5, 2)), (3, 2))
    for n in (5, 2):
        expect_as_fresh(rng, layer, n)
    x, upstream = rng.standard_normal((2, 3)), rng.standard_normal((2, 2))
    before = layer.w.copy()
    steps = []
    for between in (None, new_linear(rng, 3, 2)):
        layer.w[...] = before
        layer.forward(x.copy())
        if between is not None:
            between.forward(x + 1.0)
        layer.backward(upstream.copy(), lr=2.0**-3)
        steps.append(layer.w - before)
    what = "Linear.backward, the step of w after another layer's forward"
    expect_close(what, steps[1], steps[0], 1e-12, 1e-12, "without it")


def expect_as_fresh(rng, layer, n):
    """Compare a layer after a batch of 5 with a new layer of the same w and b, for n rows."""
    x, upstream = rng.standard_normal((n, 3)), rng.standard_normal((n, 2))
    fresh = new_linear(rng, 3, 2)
    fresh.w[...], fresh.b[...] = layer.w, layer.b
    where = f"for {n} rows after a batch of 5"
    used, new = layer.forward(x.copy()), fresh.forward(x.copy())
    expect_close(f"Linear.forward, {where}", used, new, 1e-12, 1e-12, "a new layer's")
    used, new = (one.backward(upstream.copy(), lr=2.0**-3) for one in (layer, fresh))
    expect_close(f"Linear.backward, {where}", used, new, 1e-12, 1e-12, "a new layer's")
    what = f"Linear.backward, w after its step {where}"
    expect_close(what, layer.w, fresh.w, 1e-12, 1e-12, "a new layer's")


def expect_clean(layer, x, upstream, sizes=()):
    """Call forward and backward, and see that nothing changes which should not."""
    name = type(layer).__name__
    x_was, upstream_was = x.copy(), upstream.copy()
    y = layer.forward(x)
    expect_same(f"{name}.forward: its argument x", x, x_was)
    y_was = np.copy(y)
    first = layer.backward(upstream, lr=0.0)
    first_was = np.copy(first)
    second = layer.backward(upstream, lr=0.0)
    expect_same(f"{name}.backward: its argument prev_grad", upstream, upstream_was)
    expect_same(f"{name}.backward: the x of forward", x, x_was)
    sentence = f"{name}.backward, called twice with lr=0, returns two different gradients"
    expect(np.array_equal(first_was, second), sentence)
    type(layer)(*sizes).forward(x_was + 1.0)
    third = layer.backward(upstream, lr=0.0)
    sentence = f"{name}.backward uses what another {name} was given: keep it in self"
    expect(np.array_equal(first_was, third), sentence)
    layer.forward(x_was + 1.0)
    layer.backward(2.0 * upstream_was, lr=2.0**-3)
    expect_same(f"{name}.forward: the y that an earlier call returned", y, y_was)
    expect_same(f"{name}.backward: the gradient that an earlier call returned", first, first_was)


# -------------------------------------------------------------------- Sigmoid and ReLU

# exp(1000) is too large for a float; the sigmoid of 1000 is not.
SIGMOID = {
    -1000.0: 0.0,
    -20.0: 2.0611536181902037e-09,
    -1.0: 0.2689414213699951,
    0.0: 0.5,
    2.0: 0.8807970779778823,
    20.0: 0.9999999979388463,
    1000.0: 1.0,
}
RELU = {-1000.0: 0.0, -3.0: 0.0, -0.01: 0.0, 0.0: 0.0, 0.01: 0.01, 3.0: 3.0, 1000.0: 1000.0}


def expect_values(name, table):
    layer = load("layers.py", name)()
    for value, right in table.items():
        y = layer.forward(np.array([[value]]))
        what = f"{name}.forward of [[{value}]]"
        expect_close(what, y, [[right]], 1e-12, 1e-12, "right", scale=1.0)
    x = np.array(list(table)).reshape(1, -1)
    for batch in (x, x.T, np.vstack([x, x[:, ::-1]])):
        right = np.vectorize(table.get)(batch)
        expect_close(f"{name}.forward of {batch.shape}", layer.forward(batch.copy()), right, 1e-12)


def expect_slope(name, away_from_zero=0.0):
    """Compare backward of a layer without parameters with the numeric gradient."""
    rng = np.random.default_rng(5)
    for shape in ((5, 3), (1, 4), (3, 1)):
        for lr in RATES:
            layer, measured = load("layers.py", name)(), load("layers.py", name)()
            x, upstream = 4 * rng.standard_normal(shape), rng.standard_normal(shape)
            x += np.copysign(away_from_zero, x)
            numeric = through(measured, x, upstream)
            layer.forward(x.copy())
            dx = layer.backward(upstream.copy(), lr=lr)
            expect_close(f"{name}.backward, dL/dx for x {shape}, lr={lr}", dx, numeric)


def expect_clean_activation(name):
    rng = np.random.default_rng(6)
    layer = load("layers.py", name)()
    expect_clean(layer, rng.standard_normal((5, 3)), rng.standard_normal((5, 3)))
    x, upstream, fresh = rng.standard_normal((5, 3)), np.ones((5, 3)), load("layers.py", name)()
    for used in (layer, fresh):
        used.forward(x.copy())
    what = f"{name}.backward, for a second batch of one shape"
    grads = [used.backward(upstream.copy()) for used in (layer, fresh)]
    expect_close(what, *grads, 1e-12, 1e-12, "a new layer's")
    shape = np.shape(layer.forward(rng.standard_normal((2, 4))))
    expect(shape == (2, 4), f"{name}.forward: x (2, 4) after a batch (5, 3) gives {shape}")
    shape = np.shape(layer.backward(rng.standard_normal((2, 4))))
    expect(shape == (2, 4), f"{name}.backward: x (2, 4) after a batch (5, 3) gives {shape}")


@lab_test
def test_sigmoid_forward():
    """Sigmoid.forward squashes every entry into [0, 1], however large it is."""
    expect_values("Sigmoid", SIGMOID)


@lab_test
def test_sigmoid_backward():
    """Sigmoid.backward is prev_grad times the slope of the sigmoid."""
    expect_slope("Sigmoid")


@lab_test
def test_sigmoid_state():
    """Sigmoid changes no array of others, repeats itself, and takes batches of any size."""
    expect_clean_activation("Sigmoid")


@lab_test
def test_relu_forward():
    """ReLU.forward keeps what is positive, and makes the rest zero."""
    expect_values("ReLU", RELU)


@lab_test
def test_relu_backward():
    """ReLU.backward lets the gradient pass where the input was positive."""
    # At zero ReLU has a kink, and a difference across a kink is no slope.
    expect_slope("ReLU", away_from_zero=0.03)


@lab_test
def test_relu_state():
    """ReLU changes no array of others, repeats itself, and takes batches of any size."""
    expect_clean_activation("ReLU")


# ------------------------------------------------------------------------------- losses

LOSS_SHAPES = ((4, 3), (5, 1), (3, 4), (1, 1))


def batch_for_loss(rng, shape):
    """Return predictions between 0.1 and 0.9, and zeros and ones."""
    return rng.uniform(0.1, 0.9, shape), rng.integers(0, 2, shape).astype(float)


def expect_loss_values(name, right_value, absolute):
    rng = np.random.default_rng(7)
    for shape in LOSS_SHAPES:
        loss = load("losses.py", name)()
        y, truth = batch_for_loss(rng, shape)
        value = loss.forward(y.copy(), truth.copy())
        expect(np.ndim(value) == 0, f"{name}.forward must return one number, not {np.shape(value)}")
        expect_close(
            f"{name}.forward for {shape}", value, right_value(y, truth), absolute, 0, "right"
        )


def expect_loss_slope(name):
    rng = np.random.default_rng(8)
    for shape in LOSS_SHAPES:
        loss, measured = load("losses.py", name)(), load("losses.py", name)()
        y, truth = batch_for_loss(rng, shape)
        numeric = numeric_gradient(functools.partial(value_of, measured, y, truth), y)
        loss.forward(y.copy(), truth.copy())
        expect_close(f"{name}.backward, dL/dy for y {shape}", loss.backward(), numeric)


def value_of(loss, y, truth):
    return loss.forward(y.copy(), truth.copy())


def expect_clean_loss(name):
    rng = np.random.default_rng(9)
    loss = load("losses.py", name)()
    y, truth = batch_for_loss(rng, (5, 2))
    y_was, truth_was = y.copy(), truth.copy()
    loss.forward(y, truth)
    first = loss.backward()
    first_was = np.copy(first)
    same = np.array_equal(first_was, loss.backward())
    expect(same, f"{name}.backward, called twice, returns two different gradients")
    expect_same(f"{name}: its argument y", y, y_was)
    expect_same(f"{name}: its argument ground_truth", truth, truth_was)
    load("losses.py", name)().forward(1.0 - y_was, truth_was)
    sentence = f"{name}.backward uses what another {name} was given: keep it in self"
    expect(np.array_equal(first_was, loss.backward()), sentence)
    fresh = load("losses.py", name)()
    for used in (loss, fresh):
        used.forward(1.0 - y_was, 1.0 - truth_was)
    what = f"{name}.backward, for a second batch of one shape"
    expect_close(what, loss.backward(), fresh.backward(), 1e-12, 1e-12, "a new loss's")
    expect_same(f"{name}.backward: the gradient that an earlier call returned", first, first_was)
    loss.forward(*batch_for_loss(rng, (2, 3)))
    shape = np.shape(loss.backward())
    expect(shape == (2, 3), f"{name}.backward: y (2, 3) after a batch (5, 2) gives {shape}")


@lab_test
def test_mse_forward():
    """MSE.forward is the mean of the squared errors over all entries."""
    expect_loss_values("MSE", lambda y, t: np.sum((y - t) ** 2) / y.size, absolute=1e-12)


@lab_test
def test_mse_backward():
    """MSE.backward is the derivative of MSE.forward at every entry of y."""
    expect_loss_slope("MSE")


@lab_test
def test_mse_state():
    """MSE changes no array of others, repeats itself, and takes batches of any size."""
    expect_clean_loss("MSE")


@lab_test
def test_bce_forward():
    """BinaryCrossEntropy.forward is the mean of -log of the probability of the truth."""
    # 1e-5: a small number added inside the logarithm, against zero, is no mistake.
    expect_loss_values(
        "BinaryCrossEntropy", lambda y, t: -np.mean(np.log(np.where(t == 1, y, 1 - y))), 1e-5
    )


@lab_test
def test_bce_ends():
    """BinaryCrossEntropy stays finite at y = 0 and y = 1: small if right, large if wrong."""
    for y in (0.0, 1.0):
        for truth in (0.0, 1.0):
            loss = load("losses.py", "BinaryCrossEntropy")()
            value = loss.forward(np.array([[y]]), np.array([[truth]]))
            what = f"y={y:g}, ground truth {truth:g}"
            expect(np.isfinite(value), f"BinaryCrossEntropy.forward for {what} is {value}")
            size = "below 0.001" if y == truth else "above 10"
            good = abs(value) < 1e-3 if y == truth else value > 10
            expect(good, f"BinaryCrossEntropy.forward for {what} is {value:.4g}, not {size}")
            slope = loss.backward()
            expect(np.all(np.isfinite(slope)), f"BinaryCrossEntropy.backward, {what}: {slope}")


@lab_test
def test_bce_backward():
    """BinaryCrossEntropy.backward is the derivative of its forward at every entry of y."""
    expect_loss_slope("BinaryCrossEntropy")


@lab_test
def test_bce_state():
    """BinaryCrossEntropy changes no array of others, repeats itself, takes any batch."""
    expect_clean_loss("BinaryCrossEntropy")
    ends = np.array([[0.0], [1.0]])
    with contextlib.suppress(Exception):  # what it makes of them, another test says
        load("losses.py", "BinaryCrossEntropy")().forward(ends, np.ones((2, 1)))
    expect_same("BinaryCrossEntropy: its argument y", ends, [[0.0], [1.0]])


# ------------------------------------------------------------------------------ network


@lab_test
@uses("linear", "sigmoid")
def test_network_structure():
    """TLNN has six layers in the order asked for, the last Linear without bias, and MSE."""
    TLNN = load("network.py", "TLNN")
    for units in ((), (5, 3)):
        net = TLNN(*units)
        names = [type(layer).__name__ for layer in layers_of(net)]
        expect(names == ["Linear", "Sigmoid"] * 3, f"the layers of TLNN{units} are {names}")
        h1, h2 = units or (4, 4)
        shapes = [parameter(layer, "w").shape for layer in linears(net).values()]
        right = [(2, h1), (h1, h2), (h2, 1)]
        expect(shapes == right, f"the weights of TLNN{units} have shapes {shapes}, not {right}")
        biased = [getattr(layer, "b", None) is not None for layer in linears(net).values()]
        sentence = f"the Linear layers of TLNN{units} have a bias: {biased}; only the last has none"
        expect(biased == [True, True, False], sentence)
        loss = type(getattr(net, "loss_func", None)).__name__
        expect(loss == "MSE", f"TLNN.loss_func is {loss}, not an MSE")
        others = linears(TLNN(*units))
        for index, layer in linears(net).items():
            differ = np.unique(layer.w).size == layer.w.size
            expect(differ, f"layer {index} of TLNN{units}: its first weights must all differ")
            shared = np.shares_memory(layer.w, others[index].w)
            expect(not shared, f"two networks share layer {index}: make the layers in __init__")


@lab_test
@uses("linear", "sigmoid", "mse")
def test_network_forward():
    """TLNN.forward passes (N, 2) through all layers in turn, to (N, 1) between 0 and 1."""
    for n in (7, 1):
        net = new_network(seed=10, units=(5, 3))
        x = np.random.default_rng(10).random((n, 2))
        given = x.copy()
        y = net.forward(given)
        expect_same("TLNN.forward: its argument x", given, x)
        expect(np.shape(y) == (n, 1), f"TLNN.forward of {x.shape} is {np.shape(y)}, not {(n, 1)}")
        expect(np.all((y > 0) & (y < 1)), f"TLNN.forward leaves (0, 1): {np.ravel(y)}")
        step = x
        for layer in layers_of(net):
            step = layer.forward(step)
        expect_close("TLNN.forward", y, step, 1e-12, 1e-12, "layer by layer")
        truth = np.ones((n, 1))
        value, right = net.cal_loss(y.copy(), truth), net.loss_func.forward(y.copy(), truth)
        expect_close("TLNN.cal_loss", value, right, 1e-12, 1e-12, "loss_func's")


@lab_test
@uses("linear", "sigmoid", "mse")
def test_network_gradient():
    """TLNN.backward moves every w and b by lr times the slope of cal_loss, downhill."""
    rng = np.random.default_rng(11)
    x, truth = rng.random((7, 2)), rng.integers(0, 2, (7, 1)).astype(float)
    for lr in RATES:
        net = new_network(seed=12, units=(5, 3), scale=2.0)
        loss = functools.partial(loss_of, net, x, truth)
        for call, rate in (("", lr), (", in a second call", 2 * lr)):
            before = {key: array.copy() for key, array in parameters(net).items()}
            numeric = {key: numeric_gradient(loss, array) for key, array in parameters(net).items()}
            loss()
            net.backward(lr=rate)
            for key, after in parameters(net).items():
                index, name = key
                what = f"TLNN.backward, dL/d{name} of layer {index} (Linear), lr={rate}{call}"
                moved = not np.array_equal(before[key], after)
                expect(moved, f"{what}: {name} did not move at all")
                expect_close(what, (before[key] - after) / rate, numeric[key])


def loss_of(net, x, truth):
    """Send points through a network and return the loss."""
    return net.cal_loss(net.forward(x.copy()), truth.copy())


def parameters(net):
    """Return every parameter of a network, by place and name."""
    found = {}
    for index, layer in linears(net).items():
        found[index, "w"] = parameter(layer, "w")
        if getattr(layer, "b", None) is not None:
            found[index, "b"] = parameter(layer, "b")
    return found


# ----------------------------------------------------------------------------- training


def linear_points():
    """Return points on both sides of the diagonal, none of them very near to it."""
    x = np.random.default_rng(0).random((100, 2))
    x = x[np.abs(x[:, 0] - x[:, 1]) >= 0.02]
    return x, (x[:, 1:] > x[:, :1]).astype(float)


def xor_points():
    t = np.linspace(0, 1, 11)
    s = np.delete(t, 5)
    x = np.vstack([np.column_stack([t, t]), np.column_stack([s, 1 - s])])
    return x, np.vstack([np.zeros((11, 1)), np.ones((10, 1))])


def expect_learns(x, truth, seed, limit):
    """Train from weights that are known to lead to 100 %; luck plays no part."""
    best = best_share(new_network(seed), x, truth, limit)
    expect(
        best == ARRIVED,
        f"after {limit} steps at lr=1 the network was never right on all {len(x)} points for 20 "
        f"steps in a row (best: {best:.0%}). If the tests of the gradients fail, mend those first.",
    )


ARRIVED = 2.0  # more than any share


def best_share(net, x, truth, limit):
    """Train until the network is right 20 steps in a row; return ARRIVED, or the best share."""
    in_a_row, best = 0, 0.0
    for _ in range(limit):
        y = net.forward(x)
        expect(np.shape(y) == truth.shape, f"TLNN.forward of {x.shape} is {np.shape(y)}")
        share = float(np.mean((y > 0.5) == truth))
        in_a_row, best = in_a_row + 1 if share == 1.0 else 0, max(best, share)
        if in_a_row == 20:
            return ARRIVED
        net.cal_loss(y, truth)
        net.backward(lr=1.0)
    return best


@lab_test
@uses("linear", "sigmoid", "mse", "network")
def test_training_lockstep():
    """Each of ten steps goes lr times the slope of the loss, from where the last one ended."""
    x, truth = linear_points()
    net = new_network(seed=3, scale=1.5)
    loss = functools.partial(loss_of, net, x, truth)
    for step in range(1, 11):
        before = {key: array.copy() for key, array in parameters(net).items()}
        numeric = {key: numeric_gradient(loss, array) for key, array in parameters(net).items()}
        loss()
        net.backward(lr=0.5)
        for key, after in parameters(net).items():
            index, name = key
            what = f"step {step} of training, {name} of layer {index} (Linear) at lr=0.5"
            expect_close(what, after, before[key] - 0.5 * numeric[key])


@lab_test
@uses("linear", "sigmoid", "mse", "network")
def test_training_linear():
    """A network learns the linear data: 100 % within 1,000 steps from given weights."""
    expect_learns(*linear_points(), seed=276, limit=1000)  # needs 48


@lab_test
@uses("linear", "sigmoid", "mse", "network")
def test_training_xor():
    """A network learns XOR: 100 % within 2,000 steps from given weights."""
    expect_learns(*xor_points(), seed=65, limit=2000)  # needs 683


@lab_test
@uses("linear", "sigmoid", "mse", "network")
def test_training_init():
    """A network learns the linear data from the weights that it draws itself."""
    x, truth = linear_points()
    network = load("network.py", "TLNN")
    expect(
        any(best_share(network(), x, truth, 1500) == ARRIVED for _ in range(4)),
        "four new networks did not learn the linear data from their own weights. Does Linear draw "
        "w at random, different for every unit, with mean zero and not too large?",
    )


@lab_test
@uses("linear", "sigmoid", "mse", "network")
def test_training_train():
    """train returns one loss for each epoch, and the loss falls; lr and batch_size count."""
    train = load("training.py", "train")
    x, truth = linear_points()
    losses = train(new_network(276), x, truth, lr=1.0, epochs=400)
    expect_losses(losses, 400)
    fall = f"from {losses[0]:.4f} to {losses[-1]:.4f} in 400 epochs at lr=1"
    expect(losses[-1] < 0.7 * losses[0], f"train: the loss goes {fall}; it must fall by a third")
    expect_steps_of(train, x, truth)
    still = train(new_network(276), x, truth, lr=0.0, epochs=3)
    expect_losses(still, 3)
    expect(np.ptp(still) < 1e-12, f"train with lr=0 and all points must stand still, not {still}")
    batches = train(new_network(276), x, truth, lr=1.0, epochs=20, batch_size=5)
    expect_losses(batches, 20)
    expect(not np.allclose(batches, losses[:20]), "train: batch_size=5 changes nothing")


def expect_steps_of(train, x, truth):
    """Compare three epochs of train with three steps by hand, of a network that is just like it."""
    trained, by_hand = new_network(5), new_network(5)
    x_was, truth_was = x.copy(), truth.copy()
    losses = train(trained, x, truth, lr=0.5, epochs=3)
    expect_same("train: its argument x", x, x_was)
    expect_same("train: its argument y", truth, truth_was)
    right = [loss_of(by_hand, x, truth)]
    for _ in range(3):
        by_hand.backward(lr=0.5)
        right.append(loss_of(by_hand, x, truth))
    for (index, name), array in parameters(trained).items():
        what = f"train, three epochs at lr=0.5, {name} of layer {index} (Linear)"
        expect_close(what, array, parameters(by_hand)[index, name], 1e-7, 1e-7, "by hand")
    if not is_close(losses, np.array(right[1:])):  # measured after each step, and not before it
        expect_close("train, the losses of three epochs", losses, right[:-1], name="by hand")


def expect_losses(losses, epochs):
    expect(losses is not None, "train returns None: return the list of losses")
    expect(len(losses) == epochs, f"train returns {len(losses)} losses for {epochs} epochs")
    expect(all(np.ndim(loss) == 0 for loss in losses), "train: each loss must be one number")
    expect(np.all(np.isfinite(losses)), "train: a loss is not finite (inf or nan)")


@lab_test
def test_training_accuracy():
    """accuracy is the share of right answers, 0 to 1; above 0.5 is a one."""
    accuracy = load("training.py", "accuracy")
    truth = np.array([[0.0], [1.0], [1.0], [0.0], [0.0]])
    for answers, right in (
        ([0.1, 0.9, 0.51, 0.49, 0.0], 1.0),
        ([0.9, 0.9, 0.9, 0.1, 0.1], 0.8),
        ([0.9, 0.1, 0.1, 0.9, 0.9], 0.0),
        ([0.5, 0.9, 0.9, 0.1, 0.1], 1.0),
    ):
        y = np.array(answers).reshape(-1, 1)
        y_was = y.copy()
        share = accuracy(truth.copy(), y)
        what = f"accuracy of the answers {answers} to {truth.ravel().astype(int).tolist()}"
        expect_close(what, share, right, 1e-12, 1e-12, "right")
        expect_same("accuracy: its argument y", y, y_was)
    share = accuracy(np.array([[1.0], [0.0], [0.0]]), np.full((3, 1), 0.9))
    expect_close("accuracy, one of three answers right", share, 1 / 3, 1e-12, 1e-12, "right")


# -------------------------------------------------------------------------------- plots


def draw(file, name, *arguments):
    """Call one of your plot functions and return the panels that it drew."""
    function = load(file, name)
    return panels_of(lambda: function(*arguments), name)


def panels_of(action, name):
    """Call action and return the panels that it drew; nothing is shown, saved or put away."""

    def nothing(*_, **__):
        pass

    plt.close("all")
    with pytest.MonkeyPatch.context() as patch:
        for owner, word in ((plt, "show"), (plt, "close"), (Figure, "savefig"), (os, "mkdir")):
            patch.setattr(owner, word, nothing)
        returned = action()
    figures = [plt.figure(number) for number in plt.get_fignums()]
    if not figures and hasattr(returned, "axes"):
        figures = [returned]
    for figure in figures:
        figure.canvas.draw()
    plt.close("all")
    expect(figures, f"{name} draws no figure")
    return [panel for figure in figures for panel in figure.axes]


def points_of(panel):
    """Return (x, y, colour) of every point in a panel, drawn with scatter or with plot."""
    points = []
    for drawn in panel.collections:
        colors = drawn.get_facecolors() if len(drawn.get_facecolors()) else drawn.get_edgecolors()
        for i, (x, y) in enumerate(drawn.get_offsets()):
            points.append((x, y, to_hex(colors[i % len(colors)])))
    for line in panel.lines:
        if line.get_marker() in ("", " ", "None", "none", None):
            continue
        points += [(x, y, to_hex(line.get_markerfacecolor())) for x, y in line.get_xydata()]
    return points


@lab_test
def test_plots_result():
    """show_result draws every point twice, by ground truth and by prediction."""
    x, truth = xor_points()
    x = 0.9 * x + [0.03, 0.06]  # not the same when its columns change places or it is rounded
    pred_y = 1.0 - truth
    pred_y[:3] = 0.0
    panels = draw("plots.py", "show_result", x.copy(), truth.copy(), pred_y.copy())
    by_title = {panel.get_title().strip(): panel for panel in panels}
    for title, labels in (("Ground truth", truth), ("Predict result", pred_y)):
        expect(title in by_title, f"show_result has no panel titled {title!r}: {list(by_title)}")
        expect_panel(title, points_of(by_title[title]), x, labels.ravel())


def expect_panel(title, drawn, x, labels):
    colors = {0.0: set(), 1.0: set()}
    for i, label in enumerate(labels):
        point = x[i]
        here = {c for (*at, c) in drawn if np.allclose(at, point, rtol=0, atol=1e-9)}
        expect(here, f"{title}: the point {point.round(2).tolist()} is not drawn")
        colors[label] |= here
    mixed = sorted(colors[0.0] & colors[1.0])
    expect(not mixed, f"{title}: colour {mixed} is used for points of both classes")


@lab_test
def test_plots_curve():
    """show_learning_curve draws the loss of every epoch, and labels both axes."""
    losses = [0.5, 0.3, 0.2, 0.15, 0.1]
    panels = draw("plots.py", "show_learning_curve", list(losses))
    curves = [(panel, line.get_ydata()) for panel in panels for line in panel.lines]
    found = [panel for panel, y in curves if len(y) == 5 and np.allclose(y, losses)]
    expect(found, "show_learning_curve draws no line through all of the losses")
    expect(found[0].get_xlabel().strip(), "show_learning_curve: the x axis has no label")
    expect(found[0].get_ylabel().strip(), "show_learning_curve: the y axis has no label")


@lab_test
@uses("linear", "sigmoid", "mse", "network", "training", "data", "plots")
def test_plots_main():
    """main.py draws points of two classes, and a learning curve."""
    main = load("main.py", "main")
    place_of_train = main.__globals__
    if "train" in place_of_train:
        place_of_train["train"] = briefly(place_of_train["train"])
    panels = panels_of(main, "main.py")
    colours = [{colour for *_, colour in points_of(panel)} for panel in panels]
    expect(any(len(found) > 1 for found in colours), "main.py: no panel has two colours of points")
    lines = [line for panel in panels for line in panel.lines if line.get_linestyle() != "None"]
    curves = [line for line in lines if len(line.get_ydata()) > 2]
    expect(curves, "main.py draws no learning curve")


def briefly(train):
    """Return your train with an end after 200 epochs: figures are wanted here, no good network."""

    @functools.wraps(train)
    def brief(*arguments, **named):
        given = inspect.signature(train).bind(*arguments, **named)
        given.apply_defaults()
        if "epochs" in given.arguments:
            given.arguments["epochs"] = min(given.arguments["epochs"], 200)
        return train(*given.args, **given.kwargs)

    return brief


@lab_test
def test_plots_files():
    """Pictures that lie beside your code can be opened and show something."""
    for path in sorted([*HERE.glob("*"), *HERE.glob("*/*")]):
        if path.suffix.lower() in (".png", ".jpg", ".jpeg"):
            picture = plt.imread(path)
            expect(
                np.any(np.ptp(picture, axis=(0, 1))),
                f"{path.name} shows nothing: all its pixels are alike",
            )
