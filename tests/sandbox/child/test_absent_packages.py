"""Packages that are not there: what logs with them runs on, what computes with them ends in an error."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.absent_packages import Absent, AbsentPackage
from grader.sandbox.host import LocalSandbox

THING = Absent("pandas.thing")


def call(source: str, name: str = "f", *args: Any) -> tuple[Any, Any]:
    """Import a file in this process and call a function of it: the import's error and the answer."""
    wire = LocalSandbox().open()
    lines: list[list[Any]] = [["load", "_", {"lab.py": source.encode()}, "lab1"]]
    lines += [["import", "_", "lab.py", 5.0], ["bind", "_", {name: []}, {}]]
    lines += [["new", "r", name, list(args), {}], ["read", "_", {"$": "r"}]]
    answers = wire.exchange(lines, 9)
    wire.close()
    return answers[1], answers[3] or answers[4]


@pytest.mark.parametrize(
    ("line", "use"),
    [
        ("import wandb", "wandb.init(project='lab'); wandb.log({'loss': 1.0})"),
        ("import visdom as v", "v.Visdom().line(X=x, Y=x)"),
        ("import mlflow", "with mlflow.start_run() as run: run.log(x)"),
        ("from tensorboardX import SummaryWriter", "w = SummaryWriter('logs'); w.add_scalar('l', x[0], 1); w.close()"),
        ("from tensorflow.keras import layers", "t = layers.Dense(3)"),
        ("import xlrd", "d = xlrd.DataFrame(x); d['a'] = [1]; d.to_csv('log.csv')"),
        ("import lightgbm as b", "print(f'{b.score(x, x):.2f}', b.score)"),
        ("import mxnet", "ok = 1 if mxnet.cuda.is_available() else 2"),
        ("import theano.tensor as T", "isinstance(x, T.Tensor)"),
        ("from theano import *", "pass"),
        ("import visdom", "def g(x: visdom.Tensor | None, y: 'int') -> visdom.T: pass"),
        ("import numba_x_is_no_package", "pass"),
    ],
)  # fmt: skip
def test_what_only_logs_runs_on(line: str, use: str) -> None:
    """A log, a table, a style, a board: the function that does it returns its own numbers."""
    error, answer = call(f"{line}\ndef f(x):\n    {use}\n    return x * 2\n", "f", np.ones(2))
    assert error is None or error["error"]["stopped"] == 0
    assert np.array_equal(answer["value"]["value"], [2, 2])


@pytest.mark.parametrize(
    "use",
    [
        "return expit(x)", "return x * expit(x)", "return expit(x) + 1", "return -expit(x)", "return np.exp(expit(x))",
        "return float(expit(x))", "return np.array(expit(x))", "return [v for v in expit(x)]", "return x[expit(x)]",
        "x[0] = expit(x)\n    return x", "return len(expit(x))", "return expit(x) > 0.5", "return np.sum([expit(x)])",
        "return sum(expit(v) for v in x)", "return x @ expit(x)", "return np.where(expit(x), 1, 0) * 1.0 + expit(1)",
    ],
)  # fmt: skip
def test_what_computes_names_the_package(use: str) -> None:
    """No number comes of a package that is not there: an error names it, and the line where it was used."""
    source = f"import numpy as np\nfrom theano.special import expit\ndef f(x):\n    {use}\n"
    error, answer = call(source, "f", np.ones(2))
    assert error is None
    assert answer["error"]["package"] == "theano"
    assert "theano.special.expit" in answer["error"]["text"]
    assert use == "return expit(x)" or answer["error"]["line"] >= 4


def test_a_program_that_is_prepared_gets_its_import_error() -> None:
    """Who writes ``except ImportError`` means it: the import fails as in Python."""
    source = "try:\n    import theano\nexcept ImportError:\n    theano = None\ndef f(): return theano is None\n"
    assert call(source)[1]["value"]["value"]


def test_numpy_and_matplotlib_find_nothing_new() -> None:
    """Only a statement of the submission finds an absent package; for a library it is not there."""
    source = "import xlrd, importlib.util, json\ndef f(): return json.loads('[1]')\n"
    assert call(source)[1]["value"]["value"] == [1]
    with pytest.raises(ImportError):
        __import__("theano")


def test_a_class_of_an_absent_package_is_none_of_the_lab() -> None:
    """``from theano.nn import Linear`` defines no Linear of the student's."""
    _, answer = call("from theano.nn import Linear\n", "Linear")
    assert answer["error"]["type"] == "Missing"


def test_a_class_derived_from_an_absent_one_is_there() -> None:
    """Its own methods work, whatever its base would have added."""
    source = "import theano\nclass A(theano.nn.Module):\n    def g(self): return 3\ndef f(): return A().g()\n"
    assert call(source)[1]["value"]["value"] == 3


def test_a_compiler_that_is_not_there_leaves_functions_as_they_are() -> None:
    """numba makes loops faster; without it they are slower and right."""
    source = (
        "import numba as nb\n@nb.njit\ndef g(n):\n    return sum(nb.prange(n))\n"
        "@nb.jit(nopython=True)\ndef f(): return g(4)\n"
    )
    assert call(source)[1]["value"]["value"] == 6


def test_an_object_that_is_not_there_can_be_kept() -> None:
    """It can be copied, hashed, printed and be the key of a dictionary, and it is false."""
    assert repr(copy.deepcopy([THING])) == "[<pandas.thing>]"
    assert {THING: 1}[THING] == 1
    assert not THING
    with pytest.raises(AbsentPackage, match="the package pandas is not installed"):
        THING.refuse()
