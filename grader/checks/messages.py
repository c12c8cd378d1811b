"""What the checks and the pipeline say, in English: message id -> template.

Written for a first-year student: what was asked, what came, where.
"""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # A call that could not be made or did not come back.
    "missing": "Your files have no {who}. It should be in {file}; check the spelling of its name.",
    "other_style": "There is no {who}, but there is {others}: your code is organised "
    "differently, so a teaching assistant will grade this part.",
    "not_written": "This is not written yet. {text}",
    "not_written_bare": "{who} is not written yet.",
    "raised": "{who} raised {kind}: {text}",
    "raised_at": "{who} raised {kind} in line {line} of {file}: {text}",
    "raised_waits": "{who} waits for input in line {line} of {file} (input() or breakpoint()). "
    "Nobody can type anything during grading; remove this call.",
    "raised_opens_file": "{who} opens a file in line {line} of {file} ({text}). The code "
    "cannot read any file during grading, and data files are not copied.",
    "raised_without_package": "{who} uses the package {package} in line {line} of {file} ({text}), "
    "and this package is not installed where the code is graded. The lab needs only numpy and "
    "matplotlib: write this line without {package}.",
    "import_waits": "{who} could not be imported: {file} waits for input in line {line} "
    "(input() or breakpoint()), and nobody can type anything during grading. Move this code "
    'below if __name__ == "__main__".',
    "import_opens_file": "{who} could not be imported: {file} opens a file in line {line} "
    "({text}). The code cannot read any file during grading, and data files are not copied. Move "
    'this code below if __name__ == "__main__".',
    "import_undecodable": "{who} could not be read, because {file} is not saved as {text}: see "
    "line {line}.",
    "import_not_python": "{who} could not be read, because {file} is not valid Python: see line "
    "{line}.",
    "missing_in_text_cell": "Your code has no {who}: cell {cell} of {file} contains it, but "
    "that is a text cell. Change it to a code cell.",
    "import_raised": "{who} could not be imported: {file} raised {kind} in line {line}: {text}",
    "import_late": "{who} could not be imported: {file} did not finish running. Does it train, "
    'or wait for input, when it is imported? Move that code below if __name__ == "__main__".',
    "import_died": "{who} could not be imported: {file} ended the Python process.",
    "skipped": "{who} was not run, because an earlier step failed.",
    "ragged": "{who} returned arrays of different shapes, or values that are not numbers, for "
    "inputs of the same shape.",
    # What came back was not of the right kind.
    "returned_none": "{who} returned None. Is the return statement missing?",
    "returned_kind": "{who} returned a {kind}; expected a numpy array of floats.",
    "returned_shape": "{who} returned an array of shape {got}; expected {wanted}.",
    "returned_number": "{who} returned a single number; expected an array of shape {wanted}.",
    "returned_not_scalar": "{who} returned an array of shape {got}; expected a single number.",
    "returned_nan": "{who} returned NaN or infinity in {count} of {of} {of:entry|entries}.",
    # Values and gradients.
    "wrong_value": "{who} is wrong for {trial}: {wrong} of {of} {of:entry|entries} "
    "{wrong:differs|differ}. The worst, at {where}, is {got}; expected {wanted}.",
    "wrong_loss": "{who} is wrong for {trial}: it returned {got}; expected {wanted}.",
    "wrong_gradient": "{array} of {who} is wrong for {trial}: {wrong} of {of} {of:entry|entries} "
    "{wrong:does|do} not match the numerical gradient of your forward. The worst, at {where}, is "
    "{got}; expected {wanted}.",
    "derivative_of_wrong_forward": "{who} is the derivative of your {forward}, but your "
    "{forward} does not compute what the lab asks for, so this is not the correct gradient. It "
    "earns points only if the report names the mistake in {forward}, and if at most two classes "
    "have a wrong forward.",
    "forward_follows_nothing": "The output of Linear.forward does not depend on any array of "
    "the layer, or it changes from call to call, so the weights and the bias cannot be "
    "identified.",
    "oracles_differ": "{who} returns correct values, but small changes of the input do not "
    "change them as they should. A teaching assistant will look at how these values are computed.",
    "wrong_step": "The update of {name} is wrong for {trial}: (before - after) / lr at lr = "
    "{rate} should be the gradient {array}, but {wrong} of {of} {of:entry|entries} "
    "{wrong:differs|differ}. The worst, at {where}, is {got}; expected {wanted}.",
    "moved_at_zero": "{name} changed although the learning rate was 0 (for {trial}): the "
    "update must be lr times the gradient.",
    "not_updated": "backward did not update {name} ({trial}): it should take one step of "
    "gradient descent.",
    "no_parameter": "No array in the layer behaves like its {kind}: changing one does not change "
    "the output of forward as its {kind} would.",
    "parameter_is_number": "{name} is a single number ({value}), not an array, so the {kind} of "
    "the layer cannot be updated entry by entry. Create an array of floats: w has shape "
    "(in_features, out_features), and b has one entry per output.",
    "parameter_of_integers": "{name} is an array of integers ({dtype}), which cannot hold the "
    "result of an update. Create the {kind} as an array of floats.",
    "parameters_not_linear": "forward does not compute x @ w + b with the layer's {count} "
    "parameter {count:array|arrays}.",
    "bias_absent": "This layer has no bias, so the update of its weights counts for that of the bias "
    "as well.",
    "parameter_gone": "The layer has the array {name} after construction, but no longer after "
    "backward.",
    "parameter_reshaped": "The array {name} has shape {wanted} after construction, but {got} "
    "after backward.",
    # Construction.
    "parameter_count": "forward of a Linear(3, 2) uses {got} {got:parameter|parameters}; "
    "expected {wanted}: 6 weights and 2 biases.",
    "bias_not_left_out": "forward of a Linear(3, 2, bias=False) uses {got} "
    "{got:parameter|parameters}; expected {wanted}: only the weights.",
    "weights_not_distinct": "The initial weights are all equal. Units that start equal stay "
    "equal: initialise the weights at random.",
    "weights_not_centred": "The initial weights have a mean of {got}; expected a mean of zero, "
    "as for N(0, 1).",
    "instances_alike": "Two new {who} objects have exactly the same weights: draw new random "
    "weights for each object.",
    # What must be left alone.
    "changed": "{who} changed {what} in place. Work on a copy.",
    "overwritten": "A later call changed an array that {who} had returned. Return a new array "
    "each time.",
    "backward_differs": "The second call of {who}.backward, with a learning rate of 0, "
    "returned another result.",
    "forward_stale": "State left over from an earlier batch changes the result of "
    "{who}.forward: a new layer with the same weights returns another result.",
    "backward_stale": "State left over from an earlier batch changes the result of "
    "{who}.backward: a new layer with the same weights returns another result.",
    "step_stale": "State left over from an earlier batch changes the update of {who}.backward: "
    "a new layer with the same weights makes another update.",
    "step_shared": "The update of {who}.backward depends on the input of another layer since "
    "forward: store what backward needs in self.",
    "shared": "Two {who} objects share state: using one of them changed the result of the other.",
    # Losses at the ends.
    "ends_too_small": "Where y is completely wrong, {who} returns {got}; expected more than "
    "{wanted}. The constant that avoids log(0) is too large.",
    "no_gradient": "{who} returns only zeros.",
    "ends_too_large": "Where y is exactly right, {who} returns {got}; expected nearly 0.",
    # The student's own tests.
    "tests_missing": "Your files have no {file}, so no test of yours was run.",
    "tests_empty": "{file} has no function whose name begins with test_, and no gradient_check.",
    "tests_blame_right": "Every test of yours fails with right layers, so none of them counts. {test} "
    "raised {text}",
    "tests_not_counted": "These tests fail with right layers, or not every time, so they do not "
    "count: {tests}.",
    "tests_without_end": "With {count} wrong {count:layer|layers} your tests did not come to an end, "
    "which does not count as a mistake that they noticed.",
    "mistake_got_away": "Your tests pass although {who} has this mistake: {what}.",
    # The network.
    "layer_count": "The network has {got} {got:layer|layers} in .layers; expected {wanted}.",
    "wrong_kind": "{where} is a {got}; expected a {wanted}.",
    "network_without_parameters": "The output of TLNN.forward does not depend on any weights "
    "of the network, or it changes from call to call.",
    "answers_without_weights": "The output of TLNN.forward depends on its input, but not on "
    "any weights of the network, so no update of backward can change it.",
    "loss_follows_nothing": "The loss that TLNN.cal_loss returns does not depend on any "
    "weights of the network.",
    "not_of_the_lab": "The outputs of the network are correct, but it is not the network of "
    "the lab: its weights are not in layers, and two hidden layers have another number of "
    "weights. A teaching assistant will look at it.",
    "answers_beside_weights": "The output of the network does not come from its layers alone: "
    "even where no weight passes the second input on, the output still depends on that input, as "
    "with a formula or a table. No training counts for it. A teaching assistant will look at it.",
    "not_by_descent": "The outputs of the network are correct, but its weights do not change "
    "as in gradient descent: it did not learn this from the data with backward. A teaching "
    "assistant will look at it.",
    "network_parameters": "forward of a TLNN({first}, {second}) uses {got} "
    "{got:parameter|parameters}; expected {wanted}: both hidden layers have a bias, and the last "
    "layer has none.",
    "units_alike": "All initial entries of {name} are equal. Units that start equal stay "
    "equal: initialise the weights at random.",
    "out_of_range": "{who} returned {got}; the last layer is a sigmoid, so every output is "
    "between 0 and 1.",
    # Training.
    "not_learned": "Starting from weights with which a correct network reaches 100 % accuracy, "
    "yours reached only {best} % in {steps} {steps:step|steps} (it has to stay at 100 % for {run} "
    "steps).",
    "not_learned_own": "With its own random initial weights, your network reached at most "
    "{best} % in {steps} {steps:step|steps}, in each of several runs.",
    "lockstep_not_matched": "The five parameters of the network could not be identified by "
    "their shapes, so its training steps could not be compared.",
    "lockstep_forward": "Before the first step, the output of the network for given weights is "
    "already different from that of the network that the lab describes.",
    "lockstep_differs": "After step {step} the weights differ from those of plain gradient "
    "descent; the weights that differ: {names}.",
    "lockstep_weights": "After {steps} steps {name} differs from the result of plain gradient "
    "descent: the worst entry, at {where}, is {got}; expected {wanted}.",
    "unseen_wrong": "After training, the network classifies {right} of {of} new points correctly.",
    "loss_count": "train returned {got} {got:loss|losses}; expected {wanted}, one per epoch.",
    "train_differs": "After {epochs} epochs on the whole batch, the outputs of the network "
    "differ from those after the same number of plain steps (forward, cal_loss, backward(lr)): the "
    "worst, at {where}, is {got}; expected {wanted}.",
    "losses_differ": "The losses that train returned are not the losses of its steps: epoch "
    "{epoch} (counted from 0) has {got}; expected {wanted}.",
    "batch_size_not_used": "train(..., batch_size=8) gave the same result as without batch_size.",
    "batches_not_learned": "After {epochs} epochs with batches of 50 of 100 samples, the mean "
    "outputs of the two classes differ only by {apart}: the network did not learn to separate "
    "them. Do samples and labels stay together?",
    "rows_not_used": "In {epochs} epochs with batch_size=8, train never used the rows {first} "
    "to {last} of its {of} rows.",
    "net_never_moves": "The weights of the network do not change when its own forward, "
    "cal_loss and backward are called, so training cannot be checked.",
    "net_not_trained": "After train, the network gives the same outputs as before.",
    "rate_not_used": "train(..., lr=0.0) changed the network: pass lr to backward.",
    "wrong_accuracy": "accuracy returned {got}; expected {wanted}.",
    # Figures.
    "nothing_drawn": "{who} drew nothing with matplotlib.",
    "panel_count": "The figure has {got} {got:subplot|subplots} with points; expected {wanted}.",
    "panel_missing": "Subplot {place} is missing.",
    "not_side_by_side": "The two subplots are not side by side.",
    "title_missing": 'No subplot has the title "{wanted}".',
    "no_points": "The subplot contains no points.",
    "points_missing": "{missing} of {of} {of:point|points} {missing:is|are} not drawn.",
    "points_cut": "{missing} of {of} {of:point|points} {missing:is|are} invisible: outside the "
    "limits of the axes.",
    "points_unseen": "{missing} of {of} {of:point|points} {missing:is|are} invisible: size zero, "
    "or the background colour.",
    "colours_mixed": "The colours do not separate the two classes: at least one point has the "
    "colour of the other class.",
    "truth_shows_prediction": "The subplot of the ground truth shows the predictions.",
    "prediction_shows_truth": "The subplot of the prediction shows the ground truth again.",
    "colours_exchanged": "The two subplots use the same colours for opposite classes: class 0 "
    "in one subplot has the colour of class 1 in the other.",
    "legend_contradicts": 'The legend shows "{label}" beside the colour of the other class.',
    "no_line": "The figure has no line.",
    "points_without_line": "The losses are drawn only as points; the line through them is missing.",
    "line_unseen": "The line is invisible.",
    "line_cut": "The limits of the axes show only {shown} of {of} {of:loss|losses}.",
    "line_differs": "The line does not match the losses: it has {got} {got:point|points}, but "
    "there {wanted:is|are} {wanted} {wanted:loss|losses}.",
    "line_values": "The line has a point for each loss, but with other values, or in another "
    "order.",
    "labels_swapped": "The labels are swapped: the loss belongs on the y axis, the epochs on "
    "the x axis.",
    "label_missing": "The {axis} axis has no label.",
    "main_late": "{file} had drawn nothing after {seconds:.0f} {seconds:second|seconds}, although "
    "training was shortened. Does it use your function train?",
    "main_unfinished": "{file} was still running after {seconds:.0f} {seconds:second|seconds}; the "
    "figures that it had drawn by then were checked.",
    "main_raised": "{file} raised {kind} ({text}); the figures that it had drawn by then were "
    "checked.",
    "main_given": "{file} requires arguments of the command line, and nobody gives any during "
    "grading: it was given {arguments}.",
    "main_asked": "{file} waits for input in line {line}, and nobody can type anything during "
    "grading: it was given an empty line.",
    "main_asked_in_vain": "{file} waits for input in line {line}. Nobody can type anything during "
    "grading, so it was given an empty line; then it raised {kind} ({text}) and had drawn nothing. "
    "Use a value of your own where the line is empty.",
    "main_arguments": "{who} needs arguments of the command line in line {line} of {file}, and "
    "during grading there are none. Give each a value that is used where it is missing.",
    "main_cut": "Training was shortened to {epochs} epochs here, so its figures show less than "
    "yours.",
    "no_classes": "No figure shows points of two classes in two colours.",
    "no_curve": "No figure shows a curve, such as the loss per epoch.",
    "no_pictures": "You handed in no pictures, and the lab does not ask for any.",
    "picture_unreadable": "{file} cannot be read as a PNG or JPEG picture of ordinary size.",
    "picture_blank": "{file} is blank: all its pixels are equal.",
    "picture_left_out": "A figure of {who} could not be stored.",
    "picture_shows_nothing": "A figure of {who} is blank.",
    # Rules and data.
    "import_of_missing_file": "{file} imports {module} in line {line}, but you did not hand in the "
    "file {module}.py.",
    "import_forbidden": "{file} imports {module} in line {line}; this lab does not allow it.",
    "data_outside": "Some points are outside the unit square.",
    "data_not_spread": "The points are not spread over the unit square: only {got} of their "
    "{of} coordinates are different.",
    "data_labels": "{who} returns wrong points or labels: {wrong} of {of} numbers "
    "{wrong:differs|differ}. The worst, at {where}, is {got}; expected {wanted}.",
    # What a person should look at, by what the checks saw.
    "review_oracles_differ": "{who} returns correct values, but their numerical gradient is "
    "not the derivative: does it round, store earlier results, or look values up in a table?",
    "review_not_by_descent": "The outputs of the network are correct after training, but its "
    "weights do not change along the gradient: does it fit the weights with a solver, or look "
    "the outputs up in a table?",
    "review_not_of_the_lab": "TLNN is trained, but it is not the network of the lab: its "
    "weights are not in layers, and two hidden layers have another number of weights.",
    "review_answers_beside_weights": "The output of TLNN does not come from its layers alone: "
    "even where no weight passes the second input on, the output still depends on it. Does the "
    "code add a formula, a table or a regression?",
    "review_answers_without_weights": "TLNN.forward uses no weights: is it a formula or a table?",
    # The examination itself.
    "blocked": "Fix first: {title}",
    "not_counted": "An empty method passes this check, too, so it counts only if this test "
    "passes as well: {part}.",
    "training_not_own": "Correct layers would replace your {names} in most of the network, so "
    "this training would not be your own. Fix first: {title}",
    "timed_out": "Your code did not finish within {seconds:.0f} {seconds:second|seconds}. Is "
    "there an endless loop?",
    "training_slow": "One training step of your code takes {measured} {measured:second|seconds}. "
    "Training needs at least {steps} {steps:step|steps}, so {needed} {needed:second|seconds}, but "
    "only {seconds:.0f} are allowed. Does a loop, or a pause, make each step slow?",
    "forward_slow": "One call of {who} takes {measured} {measured:second|seconds} in your code. "
    "This check needs {calls} {calls:call|calls}, so {needed} {needed:second|seconds}, but only "
    "{seconds:.0f} are allowed. Does a loop, or a pause, make each call slow?",
    "slow_forward": "One call of {who} takes {measured} {measured:second|seconds} in your "
    "code, and its numerical gradient needs {calls} {calls:call|calls}: {needed} "
    "{needed:second|seconds}. So your gradient was compared "
    "only with the formula.",
    "total_time": "The whole submission used up its {seconds:.0f} {seconds:second|seconds}.",
    "died": "Your code ended the Python process ({how}).",
    "broke_rules": "Your code wrote to the channel that belongs to the grader; it was stopped.",
    "broken": "The grader itself failed here ({kind}: {text}). You lose no points for it; a "
    "teaching assistant will look at it.",
    "same_convention": "This has the same cause as {check}; the explanation is there.",
    "standins": "Here a correct version replaces your {names}, so you lose points for a "
    "mistake only once.",
    "standins_unread": "Here a correct version replaces {names}. Some items about these "
    "classes are hidden from students, so students do not see this note.",
    "warned": "{who} returns correct values for {trial}, but with a warning: {text}. You lose "
    "no points for it.",
    "defined_twice": "{who} is defined in {file} and in {other}; the one in {file} was used.",
}
