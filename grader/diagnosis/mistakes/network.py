"""Mistakes of the whole network: what stands after its layers, and which way its gradient goes."""

from __future__ import annotations

from dataclasses import dataclass

Activations = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class WrongForward:
    """A wrong way forward: the expression of ``x`` that stands after each linear layer."""

    slug: str
    activations: Activations
    formula: str
    explanation: str
    advice: str


@dataclass(frozen=True, slots=True)
class WrongBackward:
    """A wrong way back.

    Parameters
    ----------
    start
        The gradient that it starts from: an expression of the prediction y and the truth t.
    derivatives
        For each of the three sigmoids, whether its derivative is multiplied in.
    times
        How many steps it takes.
    """

    slug: str
    formula: str
    explanation: str
    advice: str
    start: str = "2 * (y - t) / size"
    derivatives: tuple[bool, bool, bool] = (True, True, True)
    times: int = 1


S = "sigmoid(x)"
SIGMOIDS = (S, S, S)
RELU = "max(0, x)"
ACTIVATION = (
    "After each linear layer, the last one too, comes a sigmoid: in .layers and in forward."
)
BETWEEN_0_AND_1 = "A sigmoid at the output keeps predictions between 0 and 1."

FORWARDS = (
    WrongForward("net_first_activation_missing", ("x", S, S), "one without the first sigmoid",
        "There is no activation between the first two linear layers.", ACTIVATION),
    WrongForward("net_second_activation_missing", (S, "x", S), "one without the second sigmoid",
        "There is no activation between the last two linear layers.", ACTIVATION),
    WrongForward("net_hidden_activations_missing", ("x", "x", S), "one without hidden sigmoids",
        "The hidden layers have no activation: together they are one linear layer.", ACTIVATION),
    WrongForward("net_output_activation_missing", (S, S, "x"), "one without the last sigmoid",
        "There is no sigmoid at the output, so predictions are not kept between 0 and 1.", ACTIVATION),
    WrongForward("net_activations_missing", ("x", "x", "x"), "one without any sigmoid",
        "The network has no activation anywhere: it is one linear layer.", ACTIVATION),
    WrongForward("net_output_activation_twice", (S, S, "sigmoid(sigmoid(x))"), "one with two sigmoids at the end",
        "The output goes through two sigmoids.", "One sigmoid follows the last linear layer."),
    WrongForward("net_relu_in_hidden_layers", (RELU, RELU, S), "one with ReLU in the hidden layers",
        "The hidden layers have ReLU as their activation.", "The activations of this network are sigmoids."),
    WrongForward("net_tanh_in_hidden_layers", ("tanh(x)", "tanh(x)", S), "one with tanh in the hidden layers",
        "The hidden layers have tanh as their activation.", "The activations of this network are sigmoids."),
    WrongForward("net_relu_at_output", (S, S, RELU), "one with ReLU at the output",
        "The output has ReLU as its activation.", BETWEEN_0_AND_1),
    WrongForward("net_tanh_at_output", (S, S, "tanh(x)"), "one with tanh at the output",
        "The output has tanh as its activation.", BETWEEN_0_AND_1),
    WrongForward("net_softmax_at_output", (S, S, "ones_like(x)"), "one that always answers 1",
        "There is a softmax at the output; of a single number it is always 1.", BETWEEN_0_AND_1),
)  # fmt: skip

OF_ITS_LOSS = "Let backward start from the gradient of the very loss that cal_loss returns."
WHAT_GOES_IN = "The last layer's backward gets what the backward of the loss returns."
DERIVATIVES = "Call the backward of each sigmoid, too: it multiplies the gradient by y * (1 - y)."

BACKWARDS = (
    WrongBackward("net_steps_twice", "two steps at once",
        "Every backward takes two steps.",
        "Call each layer's backward once per step; it already does the update.", times=2),
    WrongBackward("net_gradient_of_cross_entropy", "the step for binary cross-entropy",
        "Two losses are mixed: cal_loss returns one, backward starts from the gradient of cross-entropy.",
        OF_ITS_LOSS, start="(y - t) / (y * (1 - y)) / size"),
    WrongBackward("net_gradient_of_mse", "the step for the mean squared error",
        "Two losses are mixed: cal_loss returns one, and backward starts from the gradient of MSE.",
        OF_ITS_LOSS),
    WrongBackward("net_starts_from_one", "the step of a gradient of 1 at the output",
        "backward starts from 1 instead of the gradient of the loss.",
        WHAT_GOES_IN, start="ones"),
    WrongBackward("net_starts_from_prediction", "the step of the prediction taken as a gradient",
        "backward starts from the prediction instead of the gradient of the loss.",
        WHAT_GOES_IN, start="y"),
    WrongBackward("net_loss_grad_averaged", "the step of the mean gradient of the loss, the same for every sample",
        "The gradient of the loss is averaged over the batch before it goes back.",
        "Every sample has its own row in the gradient; the sum over samples is taken in each layer.",
        start="mean(2 * (y - t) / size) + zeros"),
    WrongBackward("net_derivatives_missing", "the step without the derivative of any sigmoid",
        "backward leaves out the derivatives of all activations.",
        DERIVATIVES, derivatives=(False, False, False)),
    WrongBackward("net_hidden_derivatives_missing", "the step without the derivatives of the hidden sigmoids",
        "backward leaves out the derivatives of the hidden activations.",
        DERIVATIVES, derivatives=(False, False, True)),
    WrongBackward("net_output_derivative_missing", "the step without the derivative of the last sigmoid",
        "backward leaves out the derivative of the activation at the output.",
        DERIVATIVES, derivatives=(True, True, False)),
)  # fmt: skip

FORWARD_FORMULA = "Your prediction is that of a network like this one, but {formula}."
BACKWARD_FORMULA = "Your parameters take {formula}, in {fits} of {of} {of:trial|trials}."
STAYED = "{names} stayed as they were in {fits} of {of} {of:step|steps}."

TEXTS = {
    "net_lr_not_passed": (
        "Every layer is updated with the same learning rate, whatever lr the network is given.",
        "TLNN.backward must pass its lr on to the backward of each layer.",
        "The whole step equals {factor} times {formula} in {fits} of {of} {of:trial|trials}."),
    "net_layer_not_updated": (
        "Some layers are never updated.",
        "backward goes through all layers, from the last to the very first, and passes the learning rate to each of them.",
        STAYED),
    "net_only_last_layer_learns": (
        "Only the last layer is updated.",
        "The gradient that a layer's backward returns goes into the layer before it, down to the first.",
        STAYED),
    "net_lr_scaled_per_layer": (
        "The layers are updated with different learning rates.",
        "Pass the same lr to every layer, and do not change it on the way.",
        "In {fits} of {of} {of:step|steps} these moved by a multiple of the right step: {names}."),
    **{one.slug: (one.explanation, one.advice, FORWARD_FORMULA) for one in FORWARDS},
    **{one.slug: (one.explanation, one.advice, BACKWARD_FORMULA) for one in BACKWARDS},
}  # fmt: skip
"""Slug -> explanation, advice, template of the evidence."""
