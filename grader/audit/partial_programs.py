"""Programs put together of right and empty parts, and the most that each may earn.

A part is a method or a function of the lab. It is right, or it is empty in one of a few ways:
zeros, a constant, what it was given, None, chance, not written, an exception. A program is a
choice for each part, so a table of some lines makes as many programs as anybody needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, pairwise
from textwrap import dedent, indent

import numpy as np

from grader.contract import CONTRACT, NETWORK_CLASSES
from grader.model import MOST_FOR_NOTHING

RIGHT = "right"
EMPTY = {
    "zeros": "returns zeros",
    "constant": "returns a constant",
    "input": "returns what it is given",
    "none": "returns None",
    "noise": "returns noise",
    "stub": "is still to be written",
    "raises": "raises an exception",
}
"""The ways of being empty, and what a part does then."""

Choice = Mapping[str, str]
"""Part -> ``right`` or a way of being empty; a part that is not named is right."""

LINEAR_OUT, LINEAR_IN = "(len(x), self.outputs)", "(len(prev_grad), self.inputs)"
SAME_OUT, SAME_IN = "np.shape(x)", "np.shape(prev_grad)"


@dataclass(frozen=True, slots=True)
class Kind:
    """A part: its signature, the right body, what it remembers, the shape and name of what it returns.

    ``returns`` is the shape of the array that it returns, ``""`` for a number; ``given`` is the
    argument that an empty one hands through; ``earns`` are the checks that it may earn.
    """

    signature: str
    body: str
    given: str
    returns: str
    earns: tuple[str, ...]
    keeps: str = ""


def _activation(name: str, forward: str, backward: str) -> dict[str, Kind]:
    low = name.lower()
    return {
        f"{name}.forward": Kind(
            "forward(self, x)", f"self.x = x\nreturn {forward}", "x", SAME_OUT,
            (f"{low}.forward", f"{low}.state"), "self.x = x",
        ),
        f"{name}.backward": Kind(
            "backward(self, prev_grad, lr=0.1)", f"return {backward}", "prev_grad", SAME_IN,
            (f"{low}.backward",),
        ),
    }  # fmt: skip


def _loss(name: str, check: str, forward: str, backward: str, *more: str) -> dict[str, Kind]:
    earned = (f"{check}.forward", f"{check}.state", *more)
    keeps = "self.y, self.truth = y, ground_truth"
    return {
        f"{name}.forward": Kind(
            "forward(self, y, ground_truth)", f"{keeps}\nreturn {forward}", "y", "", earned, keeps
        ),
        f"{name}.backward": Kind(
            "backward(self, prev_grad=1, lr=0.1)", f"return prev_grad * {backward}", "prev_grad",
            "np.shape(self.y)", (f"{check}.backward",),
        ),
    }  # fmt: skip


PARTS: dict[str, Kind] = {
    "Linear.__init__": Kind(
        "__init__(self, in_features, out_features, bias=True)",
        """
        self.inputs, self.outputs, self.x = in_features, out_features, None
        self.w = np.random.standard_normal((in_features, out_features))
        self.b = np.zeros(out_features) if bias else None
        """,
        "in_features", "", ("linear.init",),
        "self.inputs, self.outputs, self.x, self.b = in_features, out_features, None, None\n"
        "self.w = np.zeros((in_features, out_features))",
    ),
    "Linear.forward": Kind(
        "forward(self, x)",
        "self.x = x\nreturn x @ self.w if self.b is None else x @ self.w + self.b",
        "x", LINEAR_OUT, ("linear.forward", "linear.state"), "self.x = x",
    ),
    "Linear.backward": Kind(
        "backward(self, prev_grad, lr=0.1)",
        """
        dx = prev_grad @ self.w.T
        self.w = self.w - lr * self.x.T @ prev_grad
        if self.b is not None:
            self.b = self.b - lr * prev_grad.sum(axis=0)
        return dx
        """,
        "prev_grad", LINEAR_IN,
        ("linear.backward.input", "linear.backward.weights", "linear.backward.bias"),
    ),
    **_activation(
        "Sigmoid",
        "0.5 * (1.0 + np.tanh(0.5 * x))",
        "prev_grad * 0.25 * (1.0 - np.tanh(0.5 * self.x) ** 2)",
    ),
    **_activation("ReLU", "np.maximum(x, 0.0)", "prev_grad * (self.x > 0)"),
    **_loss(
        "MSE", "mse", "float(np.mean((y - ground_truth) ** 2))",
        "2.0 * (self.y - self.truth) / self.y.size",
    ),
    **_loss(
        "BinaryCrossEntropy", "bce",
        "float(-np.mean(np.log(np.clip(np.where(ground_truth > 0.5, y, 1.0 - y), 1e-12, 1.0))))",
        "(self.y - self.truth) / np.clip(self.y * (1.0 - self.y), 1e-12, 1.0) / self.y.size",
        "bce.ends",
    ),
    "TLNN.__init__": Kind(
        "__init__(self, layer_1_units=4, layer_2_units=4)",
        """
        self.layers = [
            Linear(2, layer_1_units), Sigmoid(), Linear(layer_1_units, layer_2_units), Sigmoid(),
            Linear(layer_2_units, 1, bias=False), Sigmoid(),
        ]
        self.loss_func = MSE()
        """,
        "layer_1_units", "", ("network.structure",), "self.layers, self.loss_func = [], None",
    ),
    "TLNN.forward": Kind(
        "forward(self, x)", "for layer in self.layers:\n    x = layer.forward(x)\nreturn x",
        "x", "(len(x), 1)", ("network.forward",),
    ),
    "TLNN.cal_loss": Kind(
        "cal_loss(self, y, ground_truth)", "return self.loss_func.forward(y, ground_truth)",
        "y", "", ("network.forward",),
    ),
    "TLNN.backward": Kind(
        "backward(self, lr=0.05)",
        """
        grad = self.loss_func.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad, lr)
        """,
        "lr", "", ("network.gradient",),
    ),
    "train": Kind(
        "train(net, x, y, lr=0.1, epochs=10000, batch_size=None)",
        """
        losses, size = [], batch_size or len(x)
        for _ in range(epochs):
            order = np.random.permutation(len(x)) if size < len(x) else np.arange(len(x))
            total = 0.0
            for first in range(0, len(x), size):
                rows = order[first : first + size]
                total += net.cal_loss(net.forward(x[rows]), y[rows]) * len(rows)
                net.backward(lr)
            losses.append(total / len(x))
        return losses
        """,
        "y", "epochs", ("training.train",),
    ),
    "accuracy": Kind(
        "accuracy(ground_truth, y)", "return float(np.mean((y > 0.5) == (ground_truth > 0.5)))",
        "y", "", ("training.accuracy",),
    ),
    "show_result": Kind(
        "show_result(x, y, pred_y)",
        """
        figure, panels = plt.subplots(1, 2)
        titles = ("Ground truth", "Predict result")
        for axes, labels, title in zip(panels, (y, pred_y), titles):
            one = np.ravel(labels) > 0.5
            axes.plot(x[one, 0], x[one, 1], "ro")
            axes.plot(x[~one, 0], x[~one, 1], "bo")
            axes.set_title(title)
        """,
        "x", "np.shape(x)", ("plots.result",),
    ),
    "show_learning_curve": Kind(
        "show_learning_curve(losses)",
        """
        figure, axes = plt.subplots()
        axes.plot(np.arange(1, len(losses) + 1), losses)
        axes.set_xlabel("epoch")
        axes.set_ylabel("loss")
        """,
        "losses", "np.shape(losses)", ("plots.curve",),
    ),
}  # fmt: skip
"""All parts of the lab; an empty one keeps its arguments, so that a right ``backward`` finds them."""

LOOP = ("TLNN.__init__", "TLNN.forward", "TLNN.cal_loss", "TLNN.backward")
TRAINING = ("training.lockstep", "training.linear", "training.xor", "training.init")
EXAMINE_PARTS = frozenset(TRAINING).union(*(kind.earns for kind in PARTS.values()))
FIGURES = ("show_result", "show_learning_curve")
AROUND: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "loop": LOOP,
    "train_plots": ("train", "accuracy", *FIGURES),
    "loop_train_plots": (*LOOP, "train", "accuracy", *FIGURES),
}
"""What stands around empty layers and losses, and is right."""

FILES = {
    file: tuple(row.name for row in CONTRACT if row.file == file and not row.optional)
    for file in ("layers.py", "losses.py")
}
HEAD = "import numpy as np\n"


def all_empty(how: str) -> dict[str, str]:
    """Return the choice in which every part is empty in one way."""
    return dict.fromkeys(PARTS, how)


def program(choice: Choice) -> dict[str, bytes]:
    """Return the files of a program."""
    texts = {file: "".join(_class(name, choice) for name in names) for file, names in FILES.items()}
    network = "from layers import Linear, Sigmoid\nfrom losses import MSE\n"
    texts["network.py"] = network + _class("TLNN", choice)
    texts["training.py"] = _function("train", choice) + _function("accuracy", choice)
    plots = "import matplotlib.pyplot as plt\n"
    figures = (_function(name, choice) for name in FIGURES)
    texts["plots.py"] = plots + "".join(figures)
    return {file: (HEAD + text).encode() for file, text in texts.items()}


def _class(name: str, choice: Choice) -> str:
    methods = (_function(part, choice) for part in PARTS if part.startswith(f"{name}."))
    return f"\n\nclass {name}:\n" + indent("".join(methods), "    ")


def _function(part: str, choice: Choice) -> str:
    kind, how = PARTS[part], choice.get(part, RIGHT)
    body = kind.body if how == RIGHT else _empty(kind, how)
    return f"\ndef {kind.signature}:\n{indent(dedent(body).strip(), '    ')}\n"


def _empty(kind: Kind, how: str) -> str:
    shape = kind.returns
    makes = {
        "zeros": f"np.zeros({shape})" if shape else "0.0",
        "constant": f"np.full({shape}, 0.5)" if shape else "0.5",
        "input": kind.given,
        "none": "None",
        "noise": f"np.random.standard_normal({shape})" if shape else "float(np.random.rand())",
    }
    if how == "stub":
        return 'raise NotImplementedError("to be written")'
    if how == "raises":
        return 'raise ValueError("this does not work yet")'
    return f"{kind.keeps}\nreturn {'None' if '__init__' in kind.signature else makes[how]}"


def right_parts(choice: Choice) -> set[str]:
    """Return the parts that are right."""
    return {part for part in PARTS if choice.get(part, RIGHT) == RIGHT}


def checks_of(choice: Choice) -> set[str]:
    """Return the checks in which a program may earn anything, by what is right in it."""
    right = right_parts(choice)
    earned = {check for part in right for check in PARTS[part].earns}
    sound = [
        all(part in right for part in PARTS if part.startswith(f"{n}.")) for n in NETWORK_CLASSES
    ]
    if set(LOOP) <= right and sum(sound) >= len(NETWORK_CLASSES) - 1:
        earned |= set(TRAINING)
    return earned


def most(choice: Choice, points: Mapping[str, float], nothing: float = MOST_FOR_NOTHING) -> float:
    """Return the largest score that a program may get, by the points of each check.

    Where nothing is right that gives points, it is ``nothing`` percent of all points; where
    something is, what its own checks give, and those that look at no part, such as imports.
    """
    own = sum(points.get(check, 0.0) for check in checks_of(choice))
    if not own:
        return nothing / 100.0 * sum(points.values())
    return own + sum(worth for check, worth in points.items() if check not in EXAMINE_PARTS)


def programs() -> Iterator[tuple[str, dict[str, str]]]:
    """List empty and half-empty programs by name: some ninety."""
    for how in EMPTY:
        for name, right in AROUND.items():
            yield f"{how}_{name}", _with(all_empty(how), right)
        for method in ("forward", "backward"):
            yield f"{how}_but_{method}", _with(all_empty(how), _parts(f".{method}"))
        for name in (name for names in FILES.values() for name in names):
            yield f"{how}_but_{name}", _with(all_empty(how), _parts(f"{name}."))
        yield f"{how}_network_around_right_layers", dict.fromkeys((*LOOP, "train"), how)
        yield f"{how}_training_alone", {"train": how, "accuracy": how}
    rng = np.random.default_rng(0)
    for k in range(7):
        yield f"mixed_{k}", {part: str(rng.choice(list(EMPTY))) for part in PARTS}


def _parts(text: str) -> list[str]:
    return [part for part in PARTS if text in part]


def _with(choice: Choice, right: Iterable[str]) -> dict[str, str]:
    return {**choice, **dict.fromkeys(right, RIGHT)}


def chain(
    rng: np.random.Generator, parts: Collection[str] = tuple(PARTS)
) -> Iterator[dict[str, str]]:
    """Repair these parts of an empty program one by one in a random order.

    The program is yielded before the first repair and after each.
    """
    choice = {part: str(rng.choice(list(EMPTY))) for part in PARTS}
    yield dict(choice)
    for part in rng.permutation(list(parts)):
        choice[str(part)] = RIGHT
        yield dict(choice)


@dataclass(frozen=True, slots=True)
class Partial:
    """A program that an audit tries: its name, what it is, its parts, and the part repaired last."""

    name: str
    says: str
    choice: Choice
    repaired: str = ""


def empties() -> list[Partial]:
    """Return the programs that are empty in one way alone, without and with what is right around."""
    says = {
        "nothing": "Every part {}.",
        "loop_train_plots": "Each layer and each loss {}; the rest is right.",
    }
    return [
        Partial(f"{how}_{around}", text.format(does), _with(all_empty(how), AROUND[around]))
        for how, does in EMPTY.items()
        for around, text in says.items()
    ]


CHAINS = 3
REPAIRS = 4
"""So many chains of so many repairs does an audit try: with the empty programs, some thirty."""


def chains(seed: int, checks: Collection[str]) -> list[list[Partial]]:
    """Return a few short chains of repairs; the first starts with nothing, the last ends with all.

    Parameters
    ----------
    seed
        What the ways of being empty and the order of the repairs follow from.
    checks
        The ids of the checks that give points; only parts that matter to them are repaired.
    """
    parts = parts_for(checks)
    left_out = max(len(parts) - REPAIRS, 0)
    made = []
    for k in range(CHAINS if parts else 0):
        first = left_out * k // (CHAINS - 1)
        steps = chain(np.random.default_rng([seed, k]), parts)
        choices = list(islice(steps, first, first + REPAIRS + 1))
        repaired = ["", *(_difference(before, after) for before, after in pairwise(choices))]
        made.append([
            Partial(f"chain_{k + 1}_{n}", _says(choice), choice, part)
            for n, (choice, part) in enumerate(zip(choices, repaired, strict=True))
        ])  # fmt: skip
    return made


def _says(choice: Choice) -> str:
    return f"Right parts: {len(right_parts(choice))} of {len(PARTS)}."


def parts_for(checks: Collection[str]) -> list[str]:
    """Return the parts on which points of these checks depend, in the order of the lab."""
    trained = not set(TRAINING).isdisjoint(checks)
    return [
        part
        for part, kind in PARTS.items()
        if not set(kind.earns).isdisjoint(checks)
        or (trained and part.partition(".")[0] in (*NETWORK_CLASSES, "TLNN"))
    ]


def _difference(before: Choice, after: Choice) -> str:
    return next(part for part in PARTS if before[part] != after[part])
