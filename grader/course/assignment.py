"""The text of the assignment, written from the contract and the visible items of a rubric."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.checks import Check, checks_with
from grader.contract import ROWS, Kind, Row, rows_with
from grader.model import Item, Rubric, Visibility, tidy
from grader.reports.language import Translate
from grader.reports.wording import number

OWN_TESTS = "tests.gradient_check"


def text(rubric: Rubric, tr: Translate) -> str:
    """Return the assignment in Markdown, in the language of ``tr``."""
    paragraphs = [
        f"# {tr(rubric.title)}",
        tr(
            "You write a small neural network and its back-propagation yourself, with numpy alone: "
            "layers, losses, a network, its training, and figures of what it learned. No framework "
            "computes a gradient for you."
        ),
        f"## {tr('What to write')}",
        *_what_to_write(rubric, tr),
        *_what_to_test(rubric, tr),
        f"## {tr('What is examined')}",
        *_what_is_examined(rubric, tr),
        f"## {tr('Try it yourself')}",
        *_how_to_try(tr),
        f"## {tr('Hand in')}",
        *_how_to_hand_in(rubric, tr),
    ]
    return "\n\n".join(paragraphs) + "\n"


def title(item: Item, checks: Mapping[str, Check], tr: Translate) -> str:
    """Return what an item says that must hold, in the language of ``tr``."""
    return tr(item.title or checks[item.check].title)


def _visible(rubric: Rubric) -> list[Item]:
    return [item for item in rubric.items if item.visibility is Visibility.VISIBLE]


def _what_to_write(rubric: Rubric, tr: Translate) -> Iterator[str]:
    """Yield the table of names that are asked for, and how they are called."""
    checks, known = checks_with(rubric.plugins), rows_with(rubric.plugins).values()
    asked = {checks[item.check].subject for item in _visible(rubric)}
    rows = [row for row in known if row.name in asked or (row.name in ROWS and not row.optional)]
    head = [
        "| {file} | {name} | {use} |".format(
            file=tr("file"), name=tr("name"), use=tr("how it is used")
        ),
        "|---|---|---|",
    ]
    yield "\n".join([*head, *(_line(row, tr) for row in rows)])
    yield tr(
        "Keep the names of files, classes and functions, and the order of their arguments. A `Linear` "
        "keeps its weights in `self.w` and its bias in `self.b`, which is `None` without a bias; the "
        "network keeps its layers in `self.layers`, in order, and its loss in `self.loss_func`. "
        "Whatever else you need, you may add."
    )
    yield tr(
        "A batch is an array with one sample in each row. `prev_grad` is the gradient of the loss at "
        "the output of a layer, and `backward` returns the gradient at its input. The mean over the "
        "batch is taken once, in the loss; the layers only sum. Never change an array that you were "
        "given or have returned."
    )


def _line(row: Row, tr: Translate) -> str:
    uses = {
        Kind.LINEAR: tr("`forward(x)`; `backward(prev_grad, lr)` also updates its parameters"),
        Kind.ACTIVATION: tr("`forward(x)`; `backward(prev_grad, lr)`"),
        Kind.LOSS: tr("`forward(y, ground_truth)` returns one number; `backward()`"),
        Kind.NETWORK: tr("`forward(x)`; `cal_loss(y, ground_truth)`; `backward(lr)`"),
        Kind.FUNCTION: tr("a function"),
    }
    return f"| `{row.file}` | `{row.name}({', '.join(row.arguments)})` | {uses[row.kind]} |"


def _what_to_test(rubric: Rubric, tr: Translate) -> Iterator[str]:
    """Yield what a student's own tests should be, where the rubric asks for some."""
    if any(item.check == OWN_TESTS for item in _visible(rubric)):
        yield tr(
            "You also write tests: a file `test_gradients.py` with functions `test_...`, which take no "
            "argument and use plain `assert`, or with a function `gradient_check(layer, x)`, which returns "
            "whether a layer is right. They import the layers from `layers` and the losses from `losses`, "
            "and need numpy alone. They are run on right layers, where they must pass, and on layers with "
            "one mistake each, where one of them must fail; a test that fails with right layers does not "
            "count. Try several shapes, learning rates and upstream gradients."
        )


def _what_is_examined(rubric: Rubric, tr: Translate) -> Iterator[str]:
    """Yield the visible items by group, with their points."""
    checks = checks_with(rubric.plugins)
    for group in rubric.groups:
        items = [item for item in _visible(rubric) if item.group == group]
        if not items:
            continue
        points = tidy(sum(item.points for item in items if not item.bonus))
        yield f"### {tr('{group}: {points} points').format(group=tr(group), points=number(points))}"
        yield "\n".join(f"- {title(item, checks, tr)} {_worth(item, tr)}" for item in items)
    yield tr(
        "A gradient is compared with differences of your own `forward`, and with the formula. A mistake "
        "counts once: where one of your layers is wrong, a right one takes its place while the network "
        "is examined. More may be examined than what is listed here."
    )


def _worth(item: Item, tr: Translate) -> str:
    points = number(item.points)
    return tr("({points}, bonus)").format(points=points) if item.bonus else f"({points})"


def _how_to_try(tr: Translate) -> Iterator[str]:
    yield "```sh\npython -m pip install -r requirements.txt\npytest\n```"
    yield tr(
        "Run the tests after every method that you write: each one says in a sentence what should hold, "
        "and what your code gave. `README.md` says in which order to write, and how to read a test that fails."
    )


def _how_to_hand_in(rubric: Rubric, tr: Translate) -> Iterator[str]:
    packages = ", ".join(f"`{package}`" for package in rubric.packages)
    yield tr(
        "Hand in your `.py` files, as a zip of this folder, or as your course says. They may import the "
        "standard library and {packages}, and your own files. The work is your own; say where an idea "
        "came from that was not yours."
    ).format(packages=packages)
