"""A program is watched while it trains: its forward pass, its steps, its data, and what it learned."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.forward_calls import ForwardCall
from grader.sandbox.child.program_survey import MOST_CALLS, MOST_REJECTED, Survey
from grader.sandbox.child.program_watch import Enough, LastCalls, Watch
from grader.sandbox.child.samples import LEAST_SAMPLES
from grader.sandbox.child.step_watch import StepWatch
from grader.sandbox.child.trainer_steps import candidate_of, train_in_steps
from grader.sandbox.child.trainer_watch import Trainer, TrainerWatch
from tests.sandbox.child.followed import followed, frame_of

X = np.random.default_rng(1).uniform(size=(6, 2))
T = (X[:, 1:] > X[:, :1]).astype(np.float64)
START = [np.array([[0.4], [-0.3]]), np.array([0.1])]
PATHS = [[["item", 0], ["item", 0], ["attr", name]] for name in ("w", "b")]
HERE = [__file__]


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


class Network:
    """A network of one layer that trains step by step, or all at once."""

    def __init__(self, epochs: int = 50) -> None:
        self.w, self.b = (value.copy() for value in START)
        self.epochs = epochs

    def forward(self, x: Any) -> Any:
        """Return the outputs, and keep them."""
        self.x, self.y = x, sigmoid(x @ self.w + self.b)
        return self.y

    def step(self, truth: Any, lr: float) -> None:
        """Take a step from the outputs of the last forward pass."""
        error = (self.y - truth) / len(truth)
        self.w -= lr * self.x.T @ error
        self.b -= lr * error.sum(axis=0)

    def predict(self, x: Any) -> Any:
        """Return the outputs alone."""
        return sigmoid(x @ self.w + self.b)

    def fit(self, x: Any, y: Any, epochs: int = 3, *, lr: float = 0.5) -> None:
        """Train, and say so."""
        sys.stdout.write("quiet")
        for _ in range(epochs * self.epochs):
            self.forward(np.asarray(x))
            self.step(np.asarray(y), lr)


def load_data(_: Any = None) -> Any:
    return X, T


KEY = (__file__, "forward", Network.forward.__code__.co_firstlineno)
FORWARD = {
    "file": __file__, "name": "forward", "line": KEY[2], "trainer": "", "paths": PATHS,
    "x": ["argument", "x"], "y": ["result", ""],
}  # fmt: skip


def train(net: Network, steps: int = 3) -> None:
    for _ in range(steps):
        net.forward(X)
        net.step(T, 0.5)


@contextmanager
def network_followed(watch: Watch, *names: str, **variables: Any) -> Iterator[Network]:
    with followed(watch, *((Network, name) for name in names), **variables):
        yield Network()


# ---- the survey ----


def test_a_survey_lists_the_functions_whose_outputs_follow_parameters() -> None:
    """The forward pass is known by its file, name and line, its places, and its parameters."""
    survey = Survey(HERE)
    with network_followed(survey, "forward", "predict", "step") as net:
        train(net)
        net.predict(X)
    forward, predict = survey.candidates.values()
    assert (forward["name"], forward["line"], forward["owner"]) == ("forward", KEY[2], "Network")
    assert (forward["calls"], forward["samples"]) == (3, 6)
    assert (forward["x"], forward["y"]) == (["argument", "x"], ["result", ""])
    assert [array["name"] for array in forward["arrays"]] == ["self.w", "self.b"]
    assert predict["name"] == "predict"


def test_a_survey_ends_when_a_forward_pass_was_called_often_enough() -> None:
    """Nothing more is to be learned of a program that trains for half a million epochs."""
    survey = Survey(HERE)
    with network_followed(survey, "forward") as net, pytest.raises(Enough):
        train(net, MOST_CALLS + 1)
    assert next(iter(survey.candidates.values()))["calls"] == MOST_CALLS + 1


class Others:
    """Methods that are no forward pass."""

    def count(self, x: Any) -> Any:
        """Return no outputs."""
        return len(x)

    def nothing(self, text: str) -> Any:
        """Take no samples."""
        return text

    def constant(self, x: Any) -> Any:
        """Depend on no parameters."""
        return x[:, :1] / 2

    def strict(self, x: Any, w: Any) -> Any:
        """Raise for other parameters."""
        if w[0, 0] != START[0][0, 0]:
            raise ValueError
        return x @ w

    def plot(self, x: Any) -> Any:
        """Look like a forward pass, but for the name."""
        return sigmoid(x @ START[0])


def test_what_is_no_forward_pass_is_not_listed() -> None:
    """No samples, no outputs, no parameters, one that raises at others, or a name that says otherwise."""
    survey = Survey(HERE)
    names = ("count", "nothing", "constant", "strict", "plot")
    with followed(survey, *((Others, name) for name in names)):
        others = Others()
        for _ in range(MOST_REJECTED + 1):
            others.count(X)
        others.nothing("text")
        others.constant(X)
        others.strict(X, START[0])
        others.plot(X)
    assert survey.candidates == {}


def test_a_survey_keeps_the_data_sets_that_functions_return() -> None:
    """Samples beside as many labels are a data set, once; a frame that it never saw begin ends unseen."""
    survey = Survey(HERE)
    for _ in range(2):
        frame = frame_of(load_data)
        survey.enter(frame)
        survey.leave(frame, load_data())
    survey.leave(frame_of(load_data), (X[::-1], T))
    [data] = survey.list_datasets()
    assert np.array_equal(data["x"], X)
    assert np.array_equal(data["labels"], T[:, 0])


# ---- the steps ----


def values_of(count: int) -> list[list[Any]]:
    rng = np.random.default_rng(5)
    return [[rng.standard_normal(value.shape) for value in START] for _ in range(count)]


def watch_of(count: int, key: tuple[str, str, int] = KEY, paths: Any = PATHS) -> StepWatch:
    places = (["argument", "x"], ["result", ""])
    return StepWatch(HERE, key, places, paths, values_of(count), [[0, 1], [0]])


def test_each_step_begins_with_parameters_that_are_set() -> None:
    """Before, outputs, differences, labels, rates and after are kept of each; then the program ends."""
    watch = watch_of(2)
    with (
        network_followed(watch, "forward", "step", labels=T, data=X) as net,
        pytest.raises(Enough),
    ):
        train(net, 5)
    assert len(watch.steps) == 2
    for values, step in zip(values_of(2), watch.steps, strict=True):
        [forward] = step["forwards"]
        y = sigmoid(X @ values[0] + values[1])
        error = (y - T) / 6
        assert np.allclose(forward["y"], y)
        assert forward["steady"]
        assert np.allclose(forward["jacobians"][1], (y * (1 - y))[np.newaxis], atol=1e-8)
        assert [labels.tolist() for labels in forward["labels"]] == [T[:, 0].tolist()]
        assert forward["rates"] == [["step", 0.5]]
        assert np.array_equal(step["before"][0], values[0])
        assert np.allclose(step["after"][0], values[0] - 0.5 * X.T @ error)
    assert len(watch.list_datasets()) == 1


def test_the_last_step_of_a_program_counts_when_it_ends_by_itself() -> None:
    """A program that takes fewer steps than are wanted leaves those that it took."""
    watch = watch_of(5)
    with network_followed(watch, "forward", "step") as net:
        train(net, 2)
    assert len(watch.steps) == 1
    watch.finish()
    assert len(watch.steps) == 2
    watch_of(1).finish()


def test_forward_passes_without_a_step_are_idle() -> None:
    """They belong to one step, if one comes; a step that changes no parameter is none."""
    watch = watch_of(3)
    with network_followed(watch, "forward") as net:
        for _ in range(4):
            net.forward(X)
        watch.finish()
        assert (watch.steps, watch.idle) == ([], 4)
        net.step(T, 0.5)
        watch.finish()
    [step] = watch.steps
    assert len(step["forwards"]) == 4


def test_the_step_of_a_network_begins_with_its_own_forward_pass() -> None:
    """A network that was only asked does not belong to the step of the next one, which has other parameters."""
    watch = watch_of(2)
    with network_followed(watch, "forward", "step") as net, suppress(Enough):
        Network().forward(X[:5])
        train(net, 5)
    for values, step in zip(values_of(2), watch.steps, strict=True):
        [forward] = step["forwards"]
        error = (sigmoid(X @ values[0] + values[1]) - T) / 6
        assert np.array_equal(forward["x"], X)
        assert np.allclose(step["after"][0], values[0] - 0.5 * X.T @ error)


def test_a_network_that_begins_anew_after_its_first_call_has_taken_no_step_by_that() -> None:
    """Its parameters have nothing to do with those that were set; a second time it is what the program does."""
    watch = watch_of(2)
    with network_followed(watch, "forward", "step") as net, suppress(Enough):
        net.forward(X)
        net.w, net.b = (-value for value in values_of(2)[0])
        train(net, 5)
    for values, step in zip(values_of(2), watch.steps, strict=True):
        error = (sigmoid(X @ values[0] + values[1]) - T) / 6
        assert np.allclose(step["after"][0], values[0] - 0.5 * X.T @ error)
    search = watch_of(2)
    with network_followed(search, "forward") as net, suppress(Enough):
        for _ in range(5):
            net.forward(X)
            net.w, net.b = -net.w, -net.b
    assert np.array_equal(search.steps[0]["after"][0], -values_of(2)[0][0])


def test_objects_that_share_their_parameters_belong_to_one_step() -> None:
    """An object for each sample is no other network."""
    watch = watch_of(1)
    with network_followed(watch, "forward", "step") as net, suppress(Enough):
        for k in range(6):
            one = Network()
            one.w, one.b = net.w, net.b
            one.forward(X[k : k + 1])
        net.w -= 0.1
        net.forward(X)
    assert len(watch.steps[0]["forwards"]) == 6


def test_a_forward_pass_of_other_parameters_is_not_followed() -> None:
    """Where an array is gone, has another shape, or the function raises, no step is seen."""
    missing = [[["item", 0], ["item", 0], ["attr", "gone"]]]
    for paths in (missing, [PATHS[1], PATHS[0]]):
        watch = watch_of(2, paths=paths)
        with network_followed(watch, "forward", "step") as net:
            train(net)
        assert watch.steps == []
    key = (__file__, "strict", Others.strict.__code__.co_firstlineno)
    watch = StepWatch(HERE, key, (["argument", "x"], ["result", ""]), [[["item", 0], ["item", 2]]],
                      [[START[0] + 1]], [[0]])  # fmt: skip
    watch.enter(frame_of(Others.strict, Others(), X, START[0].copy()))
    assert watch.steps == []
    text = watch_of(1)
    text.enter(frame_of(Network.forward, Network(), "text"))
    assert text.steps == []


def test_steps_are_lost_when_parameters_change_their_shape() -> None:
    """A network that grows between two passes has no step that could be computed again."""
    watch = watch_of(2)
    with network_followed(watch, "forward") as net:
        net.forward(X)
        net.w = np.zeros((2, 3))
        net.forward(X)
    assert watch.steps == []


# ---- methods that train ----


def fit_frame(net: Network, x: Any = X, y: Any = T, **more: Any) -> Any:
    return frame_of(Network.fit, net, x, y, **more)


def test_a_program_ends_where_it_calls_a_method_that_trains() -> None:
    """That call has an object, samples and labels; functions of another name go on."""
    watch = TrainerWatch(HERE)
    with network_followed(watch, "predict", "fit") as net:
        net.predict(X)
        with pytest.raises(Enough):
            net.fit(X, T)
    watch.leave(fit_frame(net), (X, T))
    assert watch.trainer is not None
    assert watch.trainer.owner is net
    assert len(watch.list_datasets()) == 1
    few = TrainerWatch(HERE)
    few.enter(fit_frame(net, X[:2], T[:2]))
    few.enter(frame_of(Network.step, net, T, 0.5))
    assert few.trainer is None


def test_the_network_of_a_trainer_is_described_by_the_method_that_predicts() -> None:
    """Its parameters are named as a student names them."""
    candidate = candidate_of(Trainer(fit_frame(Network())))
    assert candidate is not None
    assert (candidate["name"], candidate["trainer"]) == ("predict", "fit")
    assert [array["name"] for array in candidate["arrays"]] == ["self.w", "self.b"]

    class Silent:
        def fit(self, x: Any, y: Any) -> None:
            """Train nothing."""

        def predict(self, x: Any) -> Any:
            raise ValueError

    assert candidate_of(Trainer(frame_of(Silent.fit, Silent(), X, T))) is None


@pytest.mark.parametrize("as_lists", [False, True])
def test_a_trainer_takes_one_step_on_one_batch_at_a_time(
    as_lists: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever its number of epochs, and wherever that stands, it trains for one.

    Steps from parameters that are equal, or hardly differ, are taken on the same samples.
    """
    x, y = (X.tolist(), T.tolist()) if as_lists else (X, T)
    trainer = Trainer(fit_frame(Network(), x, y, epochs=7))
    candidate = {**FORWARD, "name": "predict"}
    first, second = values_of(2)
    drawn = [first, second, first, [array + 2.0**-49 for array in second]]
    steps = train_in_steps(trainer, candidate, drawn, [[0, 1], [0]])
    assert capsys.readouterr().out == ""
    for start, values, step in zip((0, 1, 0, 1), drawn, steps, strict=True):
        rows = [(start + k) % 6 for k in range(LEAST_SAMPLES)]
        error = (sigmoid(X[rows] @ values[0] + values[1]) - T[rows]) / len(rows)
        assert np.allclose(step["after"][0], values[0] - 0.5 * X[rows].T @ error)
        for row, forward in zip(rows, step["forwards"], strict=True):
            assert np.array_equal(forward["x"], X[row : row + 1])
            assert np.array_equal(forward["labels"][0], T[row])


def test_a_trainer_may_have_its_data_since_it_was_made() -> None:
    """A network that holds samples and labels, and its number of epochs, trains on some samples, too."""

    class Holder(Network):
        def __init__(self) -> None:
            super().__init__()
            self.data, self.truth, self.epochs = X, T, 50

        def train(self) -> None:
            for _ in range(self.epochs):
                self.forward(self.data)
                self.step(self.truth, 0.5)

    trainer = Trainer(frame_of(Holder.train, Holder()))
    assert trainer.is_complete
    values = [values_of(2)[k] for k in (0, 1, 0)]
    first, _, last = train_in_steps(trainer, {**FORWARD, "name": "predict"}, values, [[0, 1], [0]])
    for before, step in ((values[0], first), (values[2], last)):
        x, t = X[:LEAST_SAMPLES], T[:LEAST_SAMPLES]
        error = (sigmoid(x @ before[0] + before[1]) - t) / len(x)
        assert np.allclose(step["after"][0], before[0] - 0.5 * x.T @ error)


def test_a_trainer_without_outputs_takes_no_step() -> None:
    """What a method gives may be no outputs for one sample; then nothing is said."""
    candidate = {**FORWARD, "name": "predict", "y": ["entry", 3]}

    class Pairs(Network):
        def predict(self, x: Any) -> Any:
            return (x, x)

    trainer = Trainer(frame_of(Pairs.fit, Pairs(), X, T))
    assert train_in_steps(trainer, candidate, values_of(1), [[0], [0]]) == []


# ---- what was learned ----


def test_the_last_call_of_each_network_answers_on_each_data_set() -> None:
    """Outputs are those of the parameters that the program ended with."""
    watch = LastCalls(HERE, FORWARD)
    with network_followed(watch, "forward", "step") as net:
        train(net)
        watch.add_datasets(load_data())
        net.forward(X[:5])
    watch.leave(frame_of(load_data), load_data())
    answers = [one for one in watch.answers() if np.array_equal(one["arrays"][0], net.w)]
    assert [answer["dataset"] for answer in answers] == [0, 0]
    for answer in answers:
        assert np.allclose(answer["outputs"], net.predict(X))
        assert np.array_equal(answer["arrays"][0], net.w)


def test_the_network_of_a_method_that_trains_answers_by_another_method() -> None:
    """The call that is kept is that of the trainer, and the outputs are those of the prediction."""
    watch = LastCalls(HERE, {**FORWARD, "name": "predict", "trainer": "fit"})
    net = Network(1)
    with followed(watch, (Network, "fit")):
        net.fit(X, T)
    watch.add_datasets((X, T))
    [answer] = watch.answers()
    assert np.allclose(answer["outputs"], net.predict(X))


def test_global_variables_are_kept_as_the_call_met_them() -> None:
    """A function without arguments has its samples and weights there, and a next network has others."""
    held: dict[str, Any] = {"np": np, "x": X, "w": START[0]}
    exec("def forward():\n    return 1 / (1 + np.exp(-(x @ w)))\n", held)
    frame = frame_of(held["forward"])
    call = ForwardCall(frame)
    assert call.samples_place()[0] == ["global", "x"]
    [(path, _)] = call.parameters(["result", ""], 6)
    candidate = {
        "file": "<string>", "name": "forward", "line": 1, "trainer": "", "paths": [path],
        "x": ["global", "x"], "y": ["result", ""],
    }  # fmt: skip
    watch = LastCalls(["<string>"], candidate)
    watch.enter(frame)
    held.update(x=X[:5], w=-START[0])
    watch.add_datasets((X, T))
    [answer] = watch.answers()
    assert np.allclose(answer["outputs"], sigmoid(X @ START[0]))
    assert held["x"].shape == (5, 2)


def test_a_network_that_raises_gives_no_answer() -> None:
    """Nor does a program of which no forward pass is known."""
    watch = LastCalls(HERE, {**FORWARD, "paths": [[["item", 0], ["item", 9]]]})
    with network_followed(watch, "forward") as net:
        net.forward(X)
    watch.add_datasets((X, T))
    assert list(watch.answers()) == []
    unknown = LastCalls(HERE, None)
    unknown.enter(frame_of(Network.forward, net, X))
    assert list(unknown.answers()) == []
