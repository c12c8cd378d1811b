"""What the checks of a whole program say, in English: message id -> template."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "program_without_network": "No function of the program was recognised as the forward pass of "
    "a network: one that returns an output for each sample, and whose output follows arrays that "
    "training changes. A teaching assistant will grade this part.",
    "program_without_network_raised": "The program ended with {type} before a network was "
    "recognised: {text} (line {line} of {file}). A teaching assistant will grade this part.",
    "program_without_layers": "The outputs of {who} follow arrays of the program, but these do not "
    "form layers that lead from two features to the outputs. A teaching assistant will grade this "
    "part.",
    "program_without_steps": "{who} is the forward pass, but the program was not seen to change "
    "the parameters between two of its calls. A teaching assistant will grade this part.",
    "program_never_steps": "{who} is the forward pass, but the program never changes its "
    "parameters: after {calls} {calls:call|calls} they are what they were at the start. Is the "
    "update called, and is the learning rate passed on?",
    "program_layers_unknown": "The outputs of {who} are not those of layers with known activations, "
    "and two hidden layers were not seen. A teaching assistant will grade this part.",
    "program_linear": "The hidden layers of {who} have no activation.",
    "review_program_linear": "The hidden layers of {who} have no activation: together they are one "
    "layer.",
    "program_few_layers": "The network has {hidden} hidden {hidden:layer|layers}; the lab asks for "
    "two.",
    "program_steps_unknown": "The steps of the program are not those of gradient descent on a "
    "loss that is known here, or they could not be compared. A teaching assistant will grade "
    "this part.",
    "program_not_descent": "No parameter moves along the gradient of the squared error or of the "
    "cross-entropy. The outputs that were compared are those of {who}.",
    "program_uphill": "Every parameter moves along its gradient, but uphill: the loss grows. The "
    "sign of the update is wrong.",
    "program_step_zero": "{name} never changes, although the loss depends on it.",
    "program_step_scaled": "{name} moves along its gradient, but {ratio} times as far as the "
    "other parameters do.",
    "program_step_wrong": "{name} does not move along its gradient. Its largest entry moves by "
    "{got}; expected {wanted} at the scale of the parameters that are right.",
    "program_rate_not_passed": "{outer} is called with the learning rate {given}, but {inner}, which "
    "it calls, with {value}. Pass the rate on.",
    "program_not_learned": "The program ends with {percent} % of the {data} data right; expected "
    "at least {least} %.",
    "program_learning_unknown": "It could not be seen whether the program learns: it did not "
    "end, or its network could not be asked. A teaching assistant will grade this part.",
    "left_to_program": "The program is examined as a whole; see its figures there.",
    "program_no_figures": "The program drew no figure.",
    "program_figures_alone": "The program drew figures, but no network was recognised that they show. "
    "A teaching assistant will grade this part.",
    "program_raised": "The program ended with {kind}: {text}",
    "program_cut": "A long loop of the program was cut short here.",
    "program_printed": "The last accuracy that the program printed is {percent} %; its network "
    "could not be asked.",
    "review_program_printed": "Whether the program learns is known only from the accuracy that it "
    "printed, {percent} %.",
    "program_late": "The program did not end within {seconds:.0f} {seconds:second|seconds}; what "
    "it did until then was examined.",
    "program_role_forward": "Forward pass: {who} in {file}, line {line}.",
    "program_role_form": "Network: layers x W + b, with the activations {activations}.",
    "program_form_unknown": "The outputs of {who} are not those of layers with known activations, "
    "so its steps were compared with differences of its own outputs.",
    "review_program_form": "The outputs of {who} are not those of layers with known activations: "
    "is it a network?",
    "program_without_logarithm": "The steps of {who} are those of the cross-entropy, but the code takes no "
    "logarithm.",
    "review_program_without_logarithm": "The steps of {who} are those of the cross-entropy, but the code takes "
    "no logarithm: if its loss is the squared error, the derivative of the last activation is left out.",
    "program_jumps": "The steps of the parameters of {who} jump by {jump} of their size where the "
    "parameters change by 1e-15.",
    "review_program_jumps": "The steps of the parameters of {who} jump by {jump} of their size where "
    "the parameters change by 1e-15. The result of a formula changes smoothly; a numerical gradient "
    "jumps like this.",
    "program_at_once": "The network of {who} became right at once, not step by step.",
    "review_program_at_once": "The network of {who} became right at once, not step by step: are its "
    "weights stored?",
    "program_otherwise": "When the program runs, the steps of {who} follow no gradient.",
    "review_program_otherwise": "Watched, the steps of {who} follow the gradient; when the program "
    "runs they do not.",
    "program_slow": "A step of {who} takes dozens of times as long as its forward pass.",
    "review_program_slow": "A step of {who} takes dozens of times as long as its forward pass. With "
    "formulas it takes a few times as long; perhaps it computes a numerical gradient.",
    "program_missed": "The program ends with {percent} % of another {data} data set right.",
    "review_program_missed": "The program learned one {data} data set, but ends with {percent} % of "
    "another right. Are the labels of the first those of the lab?",
    "program_role_parameters": "Parameters: {names}.",
    "program_role_rule": "Training: {rule} on the {loss}.",
    "program_role_stand_in": "Your code has a structure of its own. This item was judged by your "
    "program as a whole: {title}",
}
