"""One call of a student's function: where its samples and outputs stand, and what its outputs depend on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.forward_calls import ForwardCall, jacobian
from tests.sandbox.child.followed import frame_of

X = np.random.default_rng(1).uniform(size=(6, 2))
SCALE = np.array([[0.5], [0.25]])


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


class Network:
    """A network of one layer, whose outputs are returned, and kept."""

    def __init__(self) -> None:
        self.w, self.b = np.array([[0.4], [-0.3]]), np.array([0.1])
        self.samples = X

    def forward(self, x: Any) -> Any:
        """Return the outputs."""
        return sigmoid(x @ self.w + self.b)

    def keep(self, x: Any) -> None:
        """Keep the outputs."""
        self.out = sigmoid(x @ self.w)

    def run(self) -> Any:
        """Return the outputs for the samples that the object holds."""
        return sigmoid(self.samples @ self.w + self.b)

    def scaled(self, x: Any, by: Any) -> Any:
        """Return the outputs with another factor."""
        return sigmoid(x @ self.w * by)


def call_of(function: Any, *args: Any, **kwargs: Any) -> ForwardCall:
    return ForwardCall(frame_of(function, *args, **kwargs))


def close(value: Any, expected: Any) -> bool:
    """Return whether there are outputs, and they are as expected."""
    return value is not None and np.allclose(value, expected)


def with_everything(x: Any, *more: Any, bias: Any, **rest: Any) -> Any:
    return sigmoid(x @ more[0] + bias + rest["shift"])


def as_dictionary(x: Any, w: Any) -> Any:
    return {"hidden": np.tanh(x) * 3, "y": sigmoid(x @ w)}


def of_globals(x: Any) -> Any:
    return sigmoid(x @ SCALE)


def test_samples_stand_in_an_argument_or_in_the_object() -> None:
    """An argument holds them; where there is none, an attribute of the object that may be the data."""
    net = Network()
    place, samples = call_of(Network.forward, net, X.T).samples_place()
    assert place == ["argument", "x"]
    assert samples is not None
    assert np.array_equal(samples, X)
    place, samples = call_of(Network.run, net).samples_place()
    assert place == ["attribute", "samples"]
    assert samples is not None
    assert np.array_equal(samples, X)
    assert call_of(Network.forward, net, "text").samples_place() == (None, None)
    net.samples = X[:1]
    assert call_of(Network.run, net).samples_place() == (None, None)


def test_outputs_stand_in_the_result_an_entry_or_an_attribute() -> None:
    """What has one number for each sample is an output: shares before others, the last of many."""
    net = Network()
    call = call_of(Network.keep, net, X)
    assert call.outputs_place(net.forward(X), 6) == ["result", ""]
    assert call.outputs_place((X * 9, net.forward(X)), 6) == ["entry", 1]
    assert call.outputs_place(as_dictionary(X, net.w), 6) == ["entry", 1]
    assert call_of(of_globals, X).outputs_place(None, 6) is None
    net.keep(X)
    assert call.outputs_place(None, 6) == ["attribute", "out"]
    assert call.outputs_place(np.array([0.0, 1, 1, 0, 1, 0]), 6) is None, "labels"
    assert call.outputs_place([1, 2], 6) is None


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (call_of(Network.forward, Network(), X), ["self.w", "self.b"]),
        (call_of(with_everything, X, SCALE, bias=np.ones(1), shift=np.zeros(1)),
         ["argument 1", "bias", "shift"]),
        (call_of(as_dictionary, X, SCALE), ["w"]),
        (call_of(of_globals, X), ["SCALE"]),
        (call_of(Network.scaled, Network(), X[:1], np.array([2.0])), ["by", "self.w"]),
    ],
)  # fmt: skip
def test_parameters_are_the_arrays_that_outputs_depend_on(
    call: ForwardCall, names: list[str]
) -> None:
    """They stand in the object, in arguments of every kind, or in global variables; data are none."""
    samples = call.samples_place()[1]
    assert samples is not None
    result = call.function(*call.positional, **call.keywords)
    place = call.outputs_place(result, len(samples))
    assert place is not None
    parameters = call.parameters(place, len(samples))
    assert [call.spell(path) for path, _ in parameters] == names


def test_free_variables_are_parameters_too() -> None:
    """A function inside another one uses that one's arrays, and dictionaries of them."""
    weights: dict[str, Any] = {"w": SCALE.copy(), "rest": [np.zeros(1)]}

    def forward(x: Any) -> Any:
        return sigmoid(x @ weights["w"] + weights["rest"][0])

    call = call_of(forward, X)
    parameters = call.parameters(["result", ""], 6)
    assert [call.spell(path) for path, _ in parameters] == ["weights['w']", "weights['rest'][0]"]


def test_an_output_that_is_kept_is_no_parameter() -> None:
    """The attribute in which a call leaves its outputs moves with the weights, and is none itself."""
    net = Network()
    net.keep(X)
    call = call_of(Network.keep, net, X)
    assert [call.spell(path) for path, _ in call.parameters(["attribute", "out"], 6)] == ["self.w"]


def test_calls_that_do_not_agree_have_no_parameters() -> None:
    """Of a function that draws at random nothing can be said."""
    rng = np.random.default_rng(3)

    def noisy(x: Any, w: Any) -> Any:
        return sigmoid(x @ w + rng.standard_normal())

    assert call_of(noisy, X, SCALE).parameters(["result", ""], 6) == []


def test_another_call_gets_its_samples_as_the_first_one_did() -> None:
    """Samples are given in columns where they were, one by one where they were, in their argument."""
    net = Network()
    others = np.random.default_rng(2).uniform(size=(4, 2))
    expected = net.forward(others)

    def in_columns(x: Any) -> Any:
        return sigmoid(net.w.T @ x + net.b)

    def by_keyword(*, x: Any) -> Any:
        return net.forward(x)

    result = ["result", ""]
    for call in (
        call_of(Network.forward, net, X),
        call_of(in_columns, X.T),
        call_of(Network.forward, net, X[0]),
        call_of(by_keyword, x=X),
    ):
        assert close(call.answer(["argument", "x"], result, others), expected)
    kept = call_of(Network.run, net)
    assert close(kept.answer(["attribute", "samples"], result, others), expected)
    assert kept.answer(["attribute", "b"], result, others) is None
    odd = call_of(lambda x: np.zeros(7), X[0])
    assert odd.answer(["argument", "x"], result, others) is None


def test_a_call_on_copies_leaves_the_program_alone() -> None:
    """A copy has an object of its own; what cannot be copied is called itself."""
    net = Network()
    call = call_of(Network.forward, net, X)
    twin: Any = call.copy()
    assert twin.owner is not net
    twin.owner.w[...] = 9
    assert net.w[0, 0] == 0.4

    class Uncopied:
        def __deepcopy__(self, memo: Any) -> Any:
            raise RuntimeError

        def forward(self, x: Any) -> Any:
            return x

    call = call_of(Uncopied.forward, Uncopied(), X)
    assert call.copy() is call


def test_a_method_is_called_with_samples_alone() -> None:
    """A method that requires more, or is none of the class, cannot be called so."""
    net = Network()
    call = ForwardCall.of_method(net, "forward", X)
    assert close(call.outputs(["result", ""], 6), net.forward(X))
    with pytest.raises(TypeError):
        ForwardCall.of_method(net, "scaled", X)
    with pytest.raises(AttributeError):
        ForwardCall.of_method(net, "nothing", X)


def test_differences_are_taken_entry_by_entry() -> None:
    """The outputs move by an entry as their formula says, and the entry is put back."""
    net = Network()
    call = call_of(Network.forward, net, X)
    before = net.w.copy()
    rows = jacobian(net.w, [0, 1], 1e-6, call, ["result", ""], 6)
    y = net.forward(X)
    expected = (y * (1 - y))[np.newaxis] * X.T[:, :, np.newaxis]
    assert np.allclose(rows, expected, atol=1e-8)
    assert np.array_equal(net.w, before)
    assert jacobian(net.w, [0], 1e-6, call_of(lambda: None), ["result", ""], 6) is None


def scores_or_loss(x: Any, w: Any, y: Any = None) -> Any:
    scores = x @ w
    return scores if y is None else (float(np.sum((scores - y) ** 2)), {"w": x.T @ (scores - y)})


def test_outputs_may_come_where_no_labels_are_given() -> None:
    """One function returns outputs without labels, and with them a loss and its gradients."""
    labels = (X[:, 1:] > X[:, :1]).astype(np.float64)
    for call in (
        call_of(scores_or_loss, X, SCALE, labels),
        call_of(scores_or_loss, X, SCALE, y=labels),
    ):
        place = call.unlabelled_place(6)
        assert place == ["unlabelled", "y"]
        assert close(call.outputs(place, 6), X @ SCALE)
        assert call.value(["argument", "y"]) is labels
        assert [path for path, _ in call.parameters(place, 6)] == [[["item", 0], ["item", 1]]]
    assert call_of(scores_or_loss, X, SCALE).unlabelled_place(6) is None
    assert call_of(with_labels, X, labels).unlabelled_place(6) is None


def with_labels(x: Any, y: Any) -> Any:
    return x[:, :1] + y


def test_a_generator_that_goes_on_is_a_call_without_what_it_deleted() -> None:
    """A profiler sees each time that it goes on; its arguments may be deleted, or other values, by then."""

    def batches(x: Any, w: Any, *args: Any, **more: Any) -> Any:
        return (x, w, args, more)

    frame = frame_of(batches, X, SCALE)
    frame.f_locals.update(args=3, more=None)
    del frame.f_locals["x"]
    call = ForwardCall(frame)
    assert call.owner is None
    assert np.array_equal(call.value(["argument", "w"]), SCALE)
    del frame.f_locals["w"]
    assert ForwardCall(frame).positional == []
