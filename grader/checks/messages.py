"""What the checks and the pipeline say, in English: message id -> template.

Written for a first-year student: what was asked, what came, where.
"""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # A call that could not be made or did not come back.
    "missing": "There is no {who} in your files. Expected it in {file}; "
    "check its name, letter by letter.",
    "other_style": "There is no {who} by that name, but there is {others}: the lab in a shape of its "
    "own, which a person has to look at. These points are open.",
    "not_written": "Still to be written. {text}",
    "not_written_bare": "{who} is still to be written.",
    "raised": "{who} raised {kind}: {text}",
    "raised_at": "{who} raised {kind} in line {line} of {file}: {text}",
    "raised_waits": "{who} waits for input in line {line} of {file} (input() or breakpoint()), and nobody "
    "is there to answer while it is graded.",
    "raised_opens_file": "{who} opens a file in line {line} of {file} ({text}). No file can be read where "
    "the code runs; data files are not taken along.",
    "import_waits": "{who} could not be imported: {file} waits for input in line {line} (input() or "
    "breakpoint()), and nobody is there to answer while it is graded. Put that below "
    'if __name__ == "__main__".',
    "import_opens_file": "{who} could not be imported: {file} opens a file in line {line} ({text}). No file "
    "can be read where the code runs; data files are not taken along. Put that below "
    'if __name__ == "__main__".',
    "import_undecodable": "{who} could not be imported: line {line} of {file} cannot be read as {text}. "
    "Save the file as UTF-8 in your editor.",
    "missing_in_text_cell": "There is no {who} in your code: cell {cell} of {file} holds it, but that is a "
    "text cell. Make it a code cell.",
    "import_raised": "{who} could not be imported: {file} raised {kind} in line {line}: {text}",
    "import_late": "{who} could not be imported: {file} did not finish running. "
    "Does it train or wait for input when it is imported? Put that below "
    'if __name__ == "__main__".',
    "import_died": "{who} could not be imported: {file} ended the whole program.",
    "skipped": "{who} could not be tried, because something before it failed.",
    "ragged": "{who} returned arrays of different shapes, or no numbers, "
    "for inputs of the same shape.",
    # What came back was not of the right kind.
    "returned_none": "{who} returned None. Is the return missing?",
    "returned_kind": "{who} returned a {kind}; expected a numpy array of floats.",
    "returned_shape": "{who} returned shape {got}; expected {wanted}.",
    "returned_not_scalar": "{who} returned shape {got}; expected a single number.",
    "returned_nan": "{who} returned NaN or infinity in {count} of {of} entries.",
    # Values and gradients.
    "wrong_value": "{who} is wrong for {trial}: {wrong} of {of} entries differ. "
    "The worst, at {where}, is {got}; expected {wanted}.",
    "wrong_loss": "{who} is wrong for {trial}: it returned {got}; expected {wanted}.",
    "wrong_gradient": "{array} of {who} is wrong for {trial}: {wrong} of {of} entries differ from "
    "the differences of your own forward. The worst, at {where}, is {got}; expected {wanted}.",
    "derivative_of_wrong_forward": "{who} is the derivative of your {forward}, which computes something "
    "else than the lab asks for; it is not the gradient of the right one. Such a derivative counts only beside "
    "a named mistake, and while at most two classes have a wrong forward.",
    "forward_follows_nothing": "What Linear.forward returns depends on none of the arrays that the layer "
    "holds, or changes from call to call, so its weights and its bias cannot be found.",
    "oracles_differ": "{who} gives right values, but small changes of its input do not change them as "
    "they should. A person has to look at how these values are made.",
    "wrong_step": "The step that {name} takes is wrong for {trial}: (before - after) / lr at "
    "lr = {rate} should be the gradient {array}, and {wrong} of {of} entries differ. "
    "The worst, at {where}, is {got}; expected {wanted}.",
    "moved_at_zero": "{name} moved although the learning rate was 0 (for {trial}): "
    "the step must be lr times the gradient.",
    "not_updated": "backward left {name} as it was ({trial}): it should take one step of "
    "gradient descent.",
    "no_parameter": "Nothing that the layer holds acts as its {kind}: no array changes "
    "what forward returns the way {kind} would.",
    "parameters_not_linear": "forward does not compute x @ w + b from the {count} arrays of "
    "parameters that the layer holds.",
    "parameter_gone": "The array {name} was there after construction and is gone after backward.",
    "parameter_reshaped": "The array {name} has shape {wanted} after construction and {got} "
    "after backward.",
    # Construction.
    "parameter_count": "A Linear(3, 2) holds {got} numbers that forward uses; "
    "expected {wanted}: 6 weights and 2 biases.",
    "bias_not_left_out": "A Linear(3, 2, bias=False) holds {got} numbers that forward uses; "
    "expected {wanted}, the weights alone.",
    "weights_not_distinct": "The weights do not differ from each other at the start. "
    "Units that start alike stay alike: draw the weights at random.",
    "weights_not_centred": "The weights are drawn with mean {got}; expected a mean of zero, "
    "as of N(0, 1).",
    "instances_alike": "Two new {who} layers have the very same weights: draw them anew in each.",
    # What must be left alone.
    "changed": "{who} changed {what} in place. Work on a copy.",
    "overwritten": "An array that {who} returned was changed by a later call. "
    "Return a new array each time.",
    "backward_differs": "{who}.backward gave another answer when it was called a second time "
    "with a learning rate of 0.",
    "forward_stale": "{who}.forward remembers something of an earlier batch: "
    "a new layer with the same weights gives another answer.",
    "backward_stale": "{who}.backward remembers something of an earlier batch: "
    "a new layer with the same weights gives another answer.",
    "step_stale": "The step that {who}.backward takes depends on an earlier batch: "
    "a new layer with the same weights takes another one.",
    "step_shared": "The step that {who}.backward takes depends on what another layer was given "
    "since forward: keep what backward needs in self.",
    "shared": "Two {who} layers share something: a step of the one changed "
    "what the other's forward returns.",
    # Losses at the ends.
    "ends_too_small": "Where y is exactly wrong, {who} gives {got}; expected more than {wanted}. "
    "The guard against log(0) is too large.",
    "no_gradient": "{who} returns zeros everywhere.",
    "ends_too_large": "Where y is exactly right, {who} gives {got}; expected nearly 0.",
    # The network.
    "layer_count": "The network holds {got} layers in .layers; expected {wanted}.",
    "wrong_kind": "{where} is a {got}; expected a {wanted}.",
    "network_without_parameters": "What TLNN.forward returns does not depend on any weights of the network, "
    "or changes from call to call.",
    "answers_without_weights": "What TLNN.forward returns depends on its input, but on no weights of the "
    "network: nothing that backward changes could change it.",
    "loss_follows_nothing": "What TLNN.cal_loss returns does not depend on any weights of the network.",
    "not_of_the_lab": "The network's answers are right, but it is not the network of the lab: its weights "
    "do not stand in layers that begin with the two inputs, or there is no hidden layer. A person will look at it.",
    "answers_beside_weights": "The network answers beside its layers: where no weight lets the second input through, "
    "its answers still follow that input, as a formula or a table does. No training counts for it. "
    "A person will look at it.",
    "not_by_descent": "The network's answers are right, but its weights do not move as gradient descent "
    "would move them: it has not learned this from the data by backward. A person will look at it.",
    "network_parameters": "TLNN({first}, {second}) has {got} parameters that forward uses; "
    "expected {wanted}: with biases in both hidden layers and none in the last.",
    "units_alike": "All entries of {name} start with the same value. Units that start alike "
    "stay alike: draw the weights at random.",
    "out_of_range": "{who} returned {got}; the last layer is a sigmoid, so every output "
    "lies between 0 and 1.",
    # Training.
    "not_learned": "From weights that lead a right network to 100 % accuracy, yours came to "
    "{best} % at best in {steps} steps (it has to stay at 100 % for {run}).",
    "not_learned_own": "From the weights that it draws itself your network came to {best} % at best "
    "in {steps} steps, in each of several tries.",
    "lockstep_not_matched": "The network's five parameters could not be found by their shapes, so its "
    "steps could not be followed.",
    "lockstep_forward": "Before the first step already, the network's output for given weights is not "
    "that of the network that the lab describes.",
    "lockstep_differs": "After step {step} the network is no longer where plain gradient descent "
    "leads; the weights that differ: {names}.",
    "lockstep_weights": "After {steps} steps {name} is not what plain gradient descent gives: "
    "the worst entry, at {where}, is {got}; expected {wanted}.",
    "unseen_wrong": "After training, {right} of {of} points that it never saw are right.",
    "loss_count": "train returned {got} losses; expected {wanted}, one an epoch.",
    "train_differs": "After {epochs} epochs on the whole batch the network answers otherwise than "
    "after as many plain steps (forward, cal_loss, backward(lr)): the worst, at {where}, is {got}; "
    "expected {wanted}.",
    "losses_differ": "The losses that train returned are not those of its steps: "
    "epoch {where} gave {got}; expected {wanted}.",
    "batch_size_not_used": "train(..., batch_size=8) did the same as without it.",
    "batches_not_learned": "After {epochs} epochs with batches of 50 of 100 samples, the mean outputs for "
    "the two classes are {apart} apart: they were not told apart. Do samples and labels stay together?",
    "rows_not_used": "In {epochs} epochs with batch_size=8, train never used the rows {first} to "
    "{last} of its {of} rows.",
    "net_never_moves": "The network stays as it is when its own forward, cal_loss and backward are called "
    "in turn, so training cannot be examined.",
    "net_not_trained": "After train, the network that was given to it answers as before.",
    "rate_not_used": "train(..., lr=0.0) changed the network: pass lr on to backward.",
    "wrong_accuracy": "accuracy returned {got}; expected {wanted}.",
    # Figures.
    "nothing_drawn": "{who} drew nothing with matplotlib.",
    "panel_count": "Panels with points: {got}; expected {wanted}.",
    "panel_missing": "Panel {place} is missing.",
    "not_side_by_side": "The two panels do not stand side by side.",
    "title_missing": 'No panel has the title "{wanted}".',
    "no_points": "There are no points in the panel.",
    "points_missing": "{missing} of {of} points were not drawn.",
    "points_cut": "{missing} of {of} points lie beyond the limits of the axes, so nobody sees them.",
    "points_unseen": "{missing} of {of} points were drawn so that nobody sees them: without size, "
    "or in the colour of the ground.",
    "colours_mixed": "The two classes are not told apart by colour: "
    "some point has the colour of the other class.",
    "truth_shows_prediction": "The panel of the ground truth shows the predictions.",
    "prediction_shows_truth": "The panel of the prediction shows the ground truth once more.",
    "colours_exchanged": "The two panels use the same colours for opposite classes: "
    "what is class 0 in one looks like class 1 in the other.",
    "legend_contradicts": 'The legend says "{label}" beside the colour of the other class.',
    "no_line": "There is no line in the figure.",
    "points_without_line": "The losses are drawn as points only; a line through them is missing.",
    "line_unseen": "The line was drawn so that nobody sees it.",
    "line_cut": "The limits of the axes show only {shown} of {of} losses.",
    "line_differs": "The line does not follow the losses: it has {got} points, "
    "there are {wanted} losses.",
    "line_values": "The line has a point for each loss, but at other heights, or in another order.",
    "labels_swapped": "The labels are swapped: the loss goes up the y axis, the epochs along x.",
    "label_missing": "The {axis} axis has no label.",
    "main_late": "{file} had drawn nothing after {seconds:.0f} seconds, although training was cut "
    "short. Does it use your function train?",
    "main_unfinished": "{file} was still running after {seconds:.0f} seconds; what it had drawn by "
    "then was looked at.",
    "main_raised": "{file} raised {kind} ({text}); what it had drawn by then was looked at.",
    "main_cut": "Training was cut to {epochs} epochs here, so its figures show less than yours.",
    "no_classes": "No figure shows points of two classes in two colours.",
    "no_curve": "No figure shows a curve, such as the loss against the epoch.",
    "no_pictures": "No pictures were handed in, and none are asked for.",
    "picture_unreadable": "{file} cannot be read as a PNG or JPEG picture of ordinary size.",
    "picture_blank": "{file} shows nothing: all its pixels are alike.",
    "picture_left_out": "A picture of {who} could not be kept.",
    "picture_shows_nothing": "A figure of {who} shows nothing once it is drawn.",
    # Rules and data.
    "import_forbidden": "{file} imports {module} in line {line}, which this lab does not allow.",
    "data_outside": "Some points lie outside the unit square.",
    "data_not_spread": "The points are not spread over the unit square: of their {of} coordinates "
    "only {got} differ.",
    "data_labels": "{who} gives wrong points or labels: {wrong} of {of} numbers differ. "
    "The worst, at {where}, is {got}; expected {wanted}.",
    # What a person should look at, by what the checks saw.
    "review_oracles_differ": "{who} gives right values, but its differences are not its derivative: "
    "does it round, remember or look up?",
    "review_not_by_descent": "The network's answers are right after training, but its weights do not move along "
    "the gradient: is it fitted by a solver, or does it answer from a table?",
    "review_not_of_the_lab": "TLNN is trained, but not as the network of the lab: its weights do not stand in layers "
    "that begin with the two inputs, or there is no hidden layer.",
    "review_answers_beside_weights": "TLNN answers beside its layers: where no weight lets the second input through, "
    "its answers still follow that input. Is a formula, a table or a regression added to them?",
    "review_answers_without_weights": "TLNN.forward answers without any weights: is it a formula or a table?",
    # The examination itself.
    "blocked": "it builds on a part that does not work yet: {title}",
    "not_counted": "An empty method passes this as well, so it counts only where this holds, too: {part}.",
    "training_not_own": "most of the network would run through correct layers of ours, in the place of "
    "your {names}, so this training would not be your own; it builds on: {title}",
    "timed_out": "Your code did not finish within {seconds:.0f} seconds. Is there an endless loop?",
    "training_slow": "One step of training takes your code {measured} seconds. At least {steps} steps are needed: "
    "{needed} seconds, and {seconds:.0f} are allowed. Does a loop, or a pause, make each step slow?",
    "forward_slow": "One call of {who} takes your code {measured} seconds. This check needs {calls} of them: "
    "{needed} seconds, and {seconds:.0f} are allowed. Does a loop, or a pause, make each call slow?",
    "slow_forward": "One call of {who} takes your code {measured} seconds, and its numerical gradient needs {calls} of "
    "them: {needed} seconds. So your gradient was compared with the formula alone.",
    "total_time": "The whole submission used up its {seconds:.0f} seconds.",
    "died": "Your code ended the whole process ({how}).",
    "broke_rules": "Your code wrote to the grader's own channel; it was stopped.",
    "broken": "The grader itself failed here ({kind}: {text}). This costs you no points; "
    "a person will look at it.",
    "same_convention": "This belongs to the same convention as {check}, and is explained there.",
    "standins": "Examined with sound layers in the place of your {names}, "
    "so that one mistake is counted once.",
    "standins_unread": "Examined with sound layers in the place of {names}: students may not read some "
    "items about these, and must not see here what became of them.",
    "import_trouble": "{file} raised {kind} in line {line} when it was imported ({text}); what stands "
    "above that line was examined all the same.",
    "import_passed_over": "{file} raised {kind} in line {line} when it was imported ({text}); that line was "
    "left out, and all the rest of the file was run and examined.",
    "import_went_on": "{file} raised {kind} in line {line} when it was imported ({text}); that line was left "
    "out. What stands above line {stopped}, which could not be run, was examined.",
    "import_waited": "{file} waits for input in line {line} when it is imported (input() or breakpoint()), "
    "and nobody is there to answer; what stands above that line was examined all the same.",
    "import_opened_file": "{file} opens a file in line {line} when it is imported ({text}). No file can be "
    "read where the code runs; what stands above that line was examined all the same.",
    "import_unread": "Line {line} of {file} cannot be read as {text}; nothing of this file could be "
    "examined. Save it as UTF-8 in your editor and hand it in again.",
    "replaced_by_nothing": "{who} is defined in line {earlier} of {file}, and once more in line {line}, where "
    "it does nothing: the later one counts.",
    "import_syntax": "{file} cannot be read as Python ({kind} in line {line}: {text}); nothing of this "
    "file could be examined.",
    "import_unfinished": "{file} was still running in line {line} when it was imported; what stands "
    "above that line was examined all the same. Does it train or wait for input? Put that below "
    "if __name__ == '__main__':.",
    "warned": "{who} gives right values for {trial}, with a warning: {text}. That costs nothing.",
    "defined_twice": "{who} is defined in {file} and in {other}; the one in {file} was used.",
}
