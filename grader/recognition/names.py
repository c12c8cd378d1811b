"""What students call things: the first sign of a role, which behaviour then confirms."""

from __future__ import annotations

import re

from grader.recognition.inventory import Parameter, Parameters


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


LINEAR = _words(r"linear|dense|fully_?conn|^fc|affine|inner_?product|^matmul")
LAYER = _words(r"layer")
OTHERS = _words(
    r"sigmoid|relu|tanh|softmax|loss|mse|entropy|error|activation|optim|sgd|adam|dataset"
)
"""Classes with one of these in their name are no linear layer, unless it is called so as well."""

FORWARD = _words(
    r"^(forward\w*|feed_?forward\w*|fprop|f_?prop\w*|__call__|call|updateOutput|predict|propagate|fp)$"
)
BACKWARD = _words(
    r"^(back_?(ward|prop|word)\w*|backprop\w*|b_?prop|bp|back|updateGradInput|propagate_back\w*)$"
)
ACCUMULATE = _words(r"^acc_?grad\w*$")
INPUT_GRADIENT = _words(r"^update_?grad_?input$|^grad_?input$")
ZERO = _words(r"^(zero_?grad\w*|reset_?grad\w*|clear_?grad\w*)$")
UPDATE = _words(r"update(?!output|gradinput)|^step|apply|optimi[sz]e|descen[dt]|learn")
DERIVATIVE = _words(
    r"deriv|prime|grad|back_?(ward|prop|word)|^d_?(?=sig|relu|re_lu|tanh|mse|loss|bce|cross|act|f$|l|x)|_d$|^df$"
    r"|^d$|delta|diff(?!erence)|slope"
)
APPLY = _words(
    r"^(forward\w*|feed_?forward\w*|__call__|call|activat\w*|apply|compute\w*|calc\w*|value|output"
    r"|fn|f|func|function|loss\w*|cost|error|eval\w*|updateOutput|fprop|get_?loss|get_?value)$"
)
"""Methods that compute the value of an activation or of a loss."""

IN = _words(r"^(n_?)?(in|input|prev|fan_?in|from)|(^|_)(in|input|inputs|prev)(_|$)|_in$|^i$|^m$")
OUT = _words(
    r"^(n_?)?(out|output|units?$|neurons?$|nodes?$|hidden|fan_?out|next|to_)"
    r"|(^|_)(out|output|outputs|units)(_|$)|^o$"
)
BIAS = _words(r"bias")
RATE = _words(r"^_*(lr|eta|alpha|rate|step_?size|learn(ing)?_?rate|l_?rate)$")
ACTIVATION = _words(r"act|non_?lin|transfer|func")
OPTIMISER = _words(r"optim|sgd|gradient_?descent|^adam|trainer|updater")
INITIALISER = _words(r"init|scheme|method|distribution")
EXTRA = _words(r"^(l1|l2|reg\w*|lam\w*|lmbda|weight_?decay|decay|drop\w*|noise)$")
MOMENTUM = _words(r"momentum|^beta_?\d?$|adam")
WEIGHTS = _words(r"^(w|weights?|kernel|theta)$")
OFFSET = _words(r"^(b|bias(es)?|offset)$")
SCALE = _words(r"std|sigma|scale|var|gain|momentum|lambda|reg|decay|l2|mean")
LABEL = _words(r"name|label|id$|idx|index|tag")
TRAINING = _words(r"train|mode|phase|is_test")
SEED = _words(r"seed|random_?state|^rng$")

X = _words(
    r"^_?(x|xs|x_?in|inputs?|inp|data|z|pre_?act\w*|last_?input|x_?input|in_?data|a_?prev|features"
    r"|input_?data)$"
)
GRAD = _words(r"grad|^d[a-z_]*$|delta|upstream|err|loss|^g$|back|prev|output_?g")
Y = _words(r"^(a|y|out|outputs?|s|act|activated|sig|sigmoid\w*)$")
TRUTH = _words(
    r"true|truth|^gt$|ground|label|target|^t$|^y_?t$|^y_?gt$|expect|desired|actual|answer|real|correct"
    r"|teacher|^ys$|gold"
)
# Not "hat": the sheet of one lab writes y_hat for the truth.
PREDICTION = _words(
    r"pred|^out|output|^p$|^a$|^yp$|^o$|prob|logit|estimat|result|model|^x$|input|^y_?p$|guess"
    r"|score|activat"
)

ROLES = {
    "Sigmoid": _words(r"sigmoid|logistic|^sigm"),
    "ReLU": _words(r"^(?!.*leaky).*(re_?lu|rectif)"),
    "Tanh": _words(r"tanh|hyperbolic"),
    "LeakyReLU": _words(r"leaky|lrelu"),
    "Softmax": _words(r"softmax"),
    "MSE": _words(r"(?<!r)mse|mean_?sq\w*|square|l2_?loss|quadratic|^l2$|^sse|_sse"),
    "BinaryCrossEntropy": _words(r"bce|binary|cross_?ent\w*|log_?loss|^ce$|^ce_?loss|^xent|^nll"),
    "CrossEntropy": _words(r"cross_?ent\w*|categorical|^ce$|^ce_?loss|^xent|^nll|^cce"),
}
"""What the classes and functions of a role are called."""

BINARY = _words(r"binary|bce")
CATEGORICAL = _words(r"categorical|softmax|multi")
LOSS = _words(r"loss|cost|criterion|objective|entropy")

SURE = {
    "MSE": _words(r"(?<!r)mse|mean_?sq"),
    "BinaryCrossEntropy": BINARY,
    "CrossEntropy": CATEGORICAL,
}
"""Names that leave no doubt which loss it is, so that one with wrong values is still that one."""

GENERIC = {"activation": ACTIVATION, "loss": LOSS}
"""Names of classes that play one of several roles, which a text chooses, or the submission's only loss."""

TEXTS = {
    "Sigmoid": ("sigmoid", "Sigmoid"),
    "ReLU": ("relu", "ReLU", "Relu"),
    "Tanh": ("tanh", "Tanh"),
    "LeakyReLU": ("leaky_relu", "LeakyReLU", "leakyrelu"),
    "Softmax": ("softmax", "Softmax"),
    "MSE": ("mse", "MSE", "mean_squared_error"),
    "BinaryCrossEntropy": (
        "bce",
        "binary_cross_entropy",
        "BCE",
        "cross_entropy",
        "binary_crossentropy",
    ),
    "CrossEntropy": ("cross_entropy", "categorical_crossentropy", "ce"),
}
"""How a constructor is asked for a role."""


def required(parameters: Parameters) -> tuple[Parameter, ...]:
    """The parameters that a call must give."""
    return tuple(p for p in parameters if p.required)


def rate_of(parameters: Parameters) -> Parameter | None:
    """The parameter that takes a learning rate, if there is one."""
    return next((p for p in parameters if RATE.match(p.name)), None)
