"""What a student reads follows from no hidden outcome, and what they handed in meets no secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader import reports
from grader.checks import CHECKS
from grader.model import Report, Rubric, Submission, Visibility
from grader.pipeline import examination, grading, order
from grader.reports.report_document import timeless
from grader.rubric import reader, resources
from grader.sandbox.host import Answer, LocalSandbox, LocalWire, ProcessSandbox
from tests.zoo_rubric import ZOO

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
SEED = 20_240_117
LAYERS = ("linear.", "sigmoid.", "mse.")
NETWORK = ("network.structure", "network.forward", "network.gradient")
HIDDEN, VISIBLE, AFTER_DUE = Visibility.HIDDEN, Visibility.VISIBLE, Visibility.AFTER_DUE


class RecordedWire(LocalWire):
    """A wire that remembers what went through it."""

    def __init__(self, open_wires: set[object]) -> None:
        super().__init__()
        self.lines: list[Sequence[Any]] = []
        self._open_wires = open_wires
        open_wires.add(self)

    def exchange(self, program: Any, seconds: float) -> list[Answer]:
        """Run a program as the wire in this process does."""
        self.lines += program
        return super().exchange(program, seconds)

    def close(self) -> None:
        """End the machine's life."""
        self._open_wires.discard(self)
        super().close()

    def numbers(self) -> set[float]:
        """Every number of an array that was sent."""
        arrays = [a for line in self.lines for a in line[2:] if isinstance(a, np.ndarray)]
        return {float(number) for array in arrays for number in array.flat if number % 1}

    def seeds(self) -> list[int]:
        """Every number that the child's generators were seeded with."""
        return [line[2] for line in self.lines if line[0] == "seed"]


class RecordedSandbox(LocalSandbox):
    """Machines of this process whose wires are kept, and how many were open at once."""

    def __init__(self) -> None:
        self.wires: list[RecordedWire] = []
        self.most = 0
        self._open_wires: set[object] = set()

    def open(self, kind: str = "contract") -> RecordedWire:
        """Return a wire to a new machine."""
        self.wires.append(RecordedWire(self._open_wires))
        self.most = max(self.most, len(self._open_wires))
        return self.wires[-1]


def asked(*prefixes: str, unread: Mapping[str, Visibility] | None = None) -> Rubric:
    """The default rubric's items with these beginnings, some of them more secret."""
    items = (i for i in DEFAULT.items if i.check.startswith(prefixes))
    secret = {} if unread is None else unread
    made = tuple(
        replace(i, points=1.0, visibility=secret.get(i.check, Visibility.VISIBLE)) for i in items
    )
    assert {i.check for i in made} >= set(secret)
    return replace(DEFAULT, items=made)


def edited(**edits: tuple[str, str]) -> dict[str, bytes]:
    """The zoo's base with one edit a file."""
    files = dict(ZOO.base)
    for name, (old, new) in edits.items():
        source = files[f"{name}.py"].decode()
        assert source.count(old) == 1, (name, old)
        files[f"{name}.py"] = source.replace(old, new).encode()
    return files


def graded(files: Mapping[str, bytes], wanted: Rubric, sandbox: Any = None) -> Report:
    with sandbox or LocalSandbox() as opened:
        return grading.grade(Submission("lab", files, "0" * 64), wanted, seed=SEED, sandbox=opened)


def verdicts(report: Report) -> dict[str, str]:
    return {outcome.item.check: str(outcome.verdict) for outcome in report.outcomes}


WRONG_BIAS = ("prev_grad.sum(axis=0)", "prev_grad.mean(axis=0)")
"""An edit of the zoo's base that linear.backward.bias alone is about, among the layers."""

NO_STEP = ("grad = layer.backward(grad, lr)", "layer.backward(grad, lr)")
"""An edit that makes the whole network's step wrong, whatever its layers are."""

SECRET = {"linear.backward.bias": HIDDEN, "network.forward": HIDDEN}


@pytest.mark.parametrize("others", [{}, {"network": NO_STEP}], ids=["right", "wrong"])
def test_a_student_reads_the_same_whatever_became_of_hidden_items(
    others: dict[str, tuple[str, str]],
) -> None:
    """Two submissions that differ in hidden outcomes alone have one report for students, in every format."""
    wanted = asked(*LAYERS, "network.", unread=SECRET)
    made = [graded(edited(**edits), wanted) for edits in (others, {**others, "layers": WRONG_BIAS})]
    assert [verdicts(report)["linear.backward.bias"] for report in made] == ["passed", "failed"]
    whole = [timeless(reports.document(replace(r, seconds=0.0))) for r in made]
    for document in whole:
        document["submission"]["digest"] = ""
    one, other = (reports.for_student(document | {"seconds": 0.0}) for document in _untimed(whole))
    assert one == other
    assert {"network.gradient"} <= {check["id"] for check in one["checks"]}
    untimed = [document | {"seconds": 0.0} for document in _untimed(whole)]
    for form in reports.FORMATS:
        pages = [reports.render(document, form, audience="student") for document in untimed]
        assert pages[0] == pages[1], form


def _untimed(documents: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for document in documents:
        yield document | {"checks": [c | {"seconds": 0.0} for c in document["checks"]]}


def test_a_hidden_mistake_is_counted_once() -> None:
    """What is built of a layer with a hidden mistake is examined with a sound one, and only staff read so."""
    wanted = asked(*LAYERS, *NETWORK, unread={"linear.backward.bias": HIDDEN})
    report = graded(edited(layers=WRONG_BIAS), wanted)
    failed = [check for check, verdict in verdicts(report).items() if verdict != "passed"]
    assert failed == ["linear.backward.bias"]
    document = reports.document(report)
    told = [remark["id"] for check in document["checks"] for remark in check["remarks"]]
    assert set(told) == {"standins_unread"}
    for form in ("json", "gradescope"):
        audience = "staff" if form == "gradescope" else "student"
        assert "correct version" not in reports.render(document, form, audience=audience)


def test_what_no_item_asks_for_is_seen_where_it_is_used() -> None:
    """Where the rubric asks for no gradient of a layer, no sound one hides that it is wrong."""
    wanted = asked("linear.init", "linear.forward", *NETWORK, unread={"linear.init": HIDDEN})
    assert verdicts(graded(edited(layers=WRONG_BIAS), wanted))["network.gradient"] == "failed"


def test_layers_that_are_hidden_as_a_whole_train_nothing() -> None:
    """Training is not earned by layers of ours where nothing visible says that the student has any."""
    hidden = {i.check: HIDDEN for i in DEFAULT.items if i.check.startswith(LAYERS)}
    wanted = asked(*LAYERS, "training.lockstep", unread=hidden)
    names = ("Linear", "Sigmoid", "MSE")
    methods = (
        "def __init__(self, n=2, m=2, bias=True): pass",
        "def forward(self, x, truth=None): return x",
        "def backward(self, g=1, lr=0.1): return g",
    )
    layers = "".join("\n    ".join([f"class {name}:", *methods]) + "\n" for name in names)
    files = {
        "layers.py": layers.encode(),
        "network.py": ZOO.base["network.py"].replace(b"losses", b"layers"),
    }
    assert verdicts(graded(files, wanted))["training.lockstep"] != "passed"


def test_what_is_more_secret_is_examined_later() -> None:
    """Visible items come first, then those for after the due date, then hidden ones, needed or not."""
    secret = {"linear.forward": HIDDEN, "network.structure": AFTER_DUE}
    planned_items = order.plan(asked(*LAYERS, *NETWORK, unread=secret).items)
    ranks = [order.SECRECY.index(item.visibility) for item in planned_items]
    assert ranks == sorted(ranks)
    assert [item.check for item in planned_items[-2:]] == ["network.structure", "linear.forward"]


def test_no_verdict_waits_for_a_more_secret_one() -> None:
    """A visible item is not blocked by a hidden one that it needs; a hidden one is by a visible one."""
    files = edited(layers=("return out", "return None"))
    visible = verdicts(
        graded(files, asked("linear.forward", "linear.state", unread={"linear.forward": HIDDEN}))
    )
    hidden = verdicts(
        graded(files, asked("linear.forward", "linear.state", unread={"linear.state": HIDDEN}))
    )
    assert visible["linear.state"] == "failed"
    assert hidden == {"linear.forward": "failed", "linear.state": "blocked"}


def test_hidden_items_share_no_process_and_no_number_with_visible_ones() -> None:
    """Items of one subject are examined apart, with other inputs, where not all of them are visible."""
    secret = {"linear.backward.input": AFTER_DUE, "linear.backward.weights": HIDDEN}
    sandbox, wanted = RecordedSandbox(), asked("linear.", unread=secret)
    submission = Submission("lab", ZOO.base, "0" * 64)
    examination.Examination(submission, wanted, SEED, sandbox).run()
    sent = [wire.numbers() for wire in sandbox.wires if len(wire.numbers()) > 20]
    assert len(sent) == 3
    constants = sent[0] & sent[1] & sent[2]  # what belongs to a check, and to no draw
    assert len(constants) < 10
    assert not (sent[0] | sent[1]) & sent[2] - constants
    assert not sent[0] & sent[1] - constants


REMEMBERS = b"""
HEARD = []
class Linear:
    def __init__(self, *a, **k): pass
    def forward(self, x):
        HEARD.append(x)
        return x
class MSE:
    def forward(self, y, t): raise ValueError(f"heard {len(HEARD)} inputs")
"""


def test_what_hidden_items_sent_in_travels_nowhere() -> None:
    """The words of a visible item come from a process that no hidden item sent anything to."""
    wanted = asked("linear.forward", "mse.forward", unread={"linear.forward": HIDDEN})
    report = graded({"layers.py": REMEMBERS}, wanted)
    [said] = [o.message for o in report.outcomes if o.item.check == "mse.forward"]
    assert said is not None
    assert said.values["text"] == "heard 0 inputs"


def test_no_child_is_told_the_seed() -> None:
    """The generators of each connection's child are seeded with a number of its own, and none is the report's seed."""
    sandbox = RecordedSandbox()
    secret = {"linear.forward": HIDDEN}
    wanted = asked("linear.", "network.structure", "plots.main", "training.train", unread=secret)
    files = edited(layers=("prev_grad @ self.w.T", "prev_grad @ self.w.T * 2"))
    report = graded(files, wanted, sandbox)
    assert report.seed == SEED
    first = [wire.seeds()[0] for wire in sandbox.wires if wire.seeds()]
    # Two connections of visible items (layers and figures, what is built of layers), of which the
    # first is opened again after the second, and one of hidden items. Repairs are searched in children alone.
    assert len(set(first)) == 3
    for number in {n for wire in sandbox.wires for n in wire.seeds()}:
        assert 2**32 < number < 2**63
        assert number != SEED


def test_one_child_lives_at_a_time() -> None:
    """The child of a stage ends before that of the next begins, also where correct version stand in."""
    sandbox = RecordedSandbox()
    wanted = asked(*LAYERS, *NETWORK, "plots.result", unread={"mse.backward": HIDDEN})
    files = edited(layers=WRONG_BIAS, network=NO_STEP)
    graded(files, wanted, sandbox)
    assert len(sandbox.wires) > 4
    assert sandbox.most == 1


LISTENS = """
import builtins
import numpy as np

HEARD, run = [], exec

def hears(function):
    def heard(*args, **kwargs):
        HEARD.extend(a for a in args if isinstance(a, str) and a.startswith("class "))
        return function(*args, **kwargs)
    return heard

for name in ("compile", "exec", "__build_class__"):
    setattr(builtins, name, hears(getattr(builtins, name)))

def found(name):
    for text in HEARD:
        space = {"np": np}
        run(text, space)
        if name in space:
            return space[name](2, 2) if name == "Linear" else space[name]()
    return None

class Layer:
    def __init__(self, n=2, m=2, bias=True): pass
    def forward(self, *args): return found(type(self).__name__).forward(*args)
    def backward(self, *args): return found(type(self).__name__).backward(*args)

class Linear(Layer):
    def forward(self, x): return super().forward(x)
    def backward(self, g, lr=0.1): return super().backward(g, lr)
class Sigmoid(Layer):
    def forward(self, x): return super().forward(x)
    def backward(self, g, lr=0.1): return super().backward(g, lr)
class MSE(Layer):
    def forward(self, y, ground_truth): return super().forward(y, ground_truth)
    def backward(self, prev_grad=1, lr=0.1): return super().backward(prev_grad, lr)

def accuracy(*_): raise ValueError("%d texts" % len(HEARD))
show_result = accuracy
"""


def test_sound_layers_are_worth_nothing_to_whom_they_replace() -> None:
    """Code that listens for them hears only of classes judged before, and where those are judged no more."""
    wanted = asked(*LAYERS, *NETWORK, "training.accuracy", "plots.result")
    network = ZOO.base["network.py"].replace(b"losses", b"layers")
    files = {"layers.py": LISTENS.encode(), "network.py": network}
    with ProcessSandbox(wanted.limits) as sandbox:
        report = graded(files, wanted, sandbox)
    said = verdicts(report)
    earned = {check for check, verdict in said.items() if verdict == "passed"}
    assert set(NETWORK) <= earned <= {"linear.init", *NETWORK}
    for outcome in report.outcomes:
        if outcome.item.check in ("training.accuracy", "plots.result"):
            assert outcome.message is not None
            assert outcome.message.values["text"] == "0 texts"
