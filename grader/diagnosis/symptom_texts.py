"""What to tell of the mistakes that a message shows: slug -> what is wrong, and what to do."""

from __future__ import annotations

from grader.diagnosis.structure import STRUCTURE

SYMPTOMS = {
    **STRUCTURE,
    "mutates_argument": (
        "An array that somebody else still uses is changed in place.",
        "A second name is no copy: use np.copy, or an expression that makes a new array.",
    ),
    "returns_aliased_buffer": (
        "An array that was returned earlier is changed by a later call.",
        "Return a new array from every call.",
    ),
    "instances_share": (
        "Two objects of the class share what each should have for itself.",
        "Keep it on self, made in __init__; not on the class, and not in a default argument.",
    ),
    "instances_alike": (
        "Every new object starts with the same numbers.",
        "Draw them anew for every object: no fixed seed in __init__, nothing kept on the class.",
    ),
    "stale_memory": (
        "Something of an earlier call lives on and changes the answer to a later one.",
        "What backward needs is set anew in every forward, and nothing of it adds up.",
    ),
    "backward_spoils_memory": (
        "A second backward gives another answer than the first: backward changes what it needs.",
        "Let backward only read what forward remembered; put results under other names.",
    ),
    "parameter_not_updated": (
        "A parameter is never updated.",
        "backward takes one step for each parameter: it moves it against its gradient.",
    ),
    "bias_flag_ignored": (
        "bias=False is ignored: there is a bias all the same.",
        "Make no bias, and add and update none, where the flag is False.",
    ),
    "bias_flag_inverted": (
        "The flag bias works the wrong way round: True makes no bias, and False makes one.",
        "Look at the condition, or at the order of its two results.",
    ),
    "bias_not_used": (
        "Beside the weights, the layer holds no bias array that forward adds.",
        "Make an array with one entry for each output, and add it in forward.",
    ),
    "symmetric_init": (
        "Weights that should differ start with the same value.",
        "Draw each weight at random: units that start alike get the same gradient and stay alike.",
    ),
    "init_not_centred": (
        "The weights do not have mean zero at the start.",
        "With np.random.rand they lie between 0 and 1; with np.random.randn their mean is zero.",
    ),
    "train_lr_ignored": (
        "train does not pass its learning rate on: at lr = 0 the network still changed.",
        "Hand the lr of train to the backward of the network.",
    ),
    "train_forgets": (
        "train ends in the same place wherever the network starts: it begins anew.",
        "Do not construct the network again, or draw its weights again, while it is trained.",
    ),
    "train_steps_twice": (
        "train takes every step twice.",
        "One forward, one loss and one backward for each step.",
    ),
    "saturated_init": (
        "The weights are so large at the start that the sigmoids are saturated: their derivative is "
        "nearly 0.",
        "Draw weights from N(0, 1), or smaller ones: with them this network learns.",
    ),
    "train_leaves_network": (
        "The network that train was given answers afterwards as before.",
        "Train that very object, no copy and no new one; each step needs forward, loss and "
        "backward.",
    ),
    "train_batch_size_ignored": (
        "train does not use its batch_size.",
        "Take batch_size samples, with their labels, for each step.",
    ),
    "train_loss_count": (
        "train returns another number of losses than there are epochs.",
        "Append one number an epoch: the mean loss of that epoch.",
    ),
    "guard_too_large": (
        "The guard against log(0) is so large that it changes the loss.",
        "1e-7 is enough to keep the logarithm finite.",
    ),
    "ends_not_finite": (
        "Where the prediction is exactly 0 or 1, NaN or infinity comes out.",
        "Keep the prediction a little away from 0 and from 1, in forward and in backward; 1 - 1e-20 "
        "is still 1 for a float.",
    ),
    "overflow_nan": (
        "Large inputs turn into NaN or infinity.",
        "exp(1000) is too large for a float, and exp(-1000) is 0: write the formula so that neither "
        "spoils the result.",
    ),
    "return_missing": (
        "The method returns nothing.",
        "Is there a return at its end, on the right level of indentation?",
    ),
    "returns_tuple": (
        "The method returns several things where one array is asked for.",
        "backward returns the gradient at its input alone; the layer keeps and uses the others.",
    ),
}
