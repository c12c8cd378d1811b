"""What parameters of a student's functions are called: epochs, learning rates, sizes of batches."""

from __future__ import annotations

import re

EPOCHS = re.compile(r"epoch|iter|step|loop|times", re.IGNORECASE)
"""Names that tell of repeated training: of a parameter, or in the head of a loop."""

EPOCH_COUNT = re.compile(
    r"^(?!.*(?:step_?size|decay|warm|print|log|every|interval)).*(?:epoch|iter|step|loop|times|round)"
    r"|^(?:n_?)?max$",
    re.IGNORECASE,
)
"""Names of a number that says for how long to train, not when to print or to change the rate."""

BATCH_SIZE = re.compile(r"^_?(?:mini_?)?batch_?(?:size)?$|^bs$", re.IGNORECASE)

_START = r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))"  # of a word: "lr" in base_lr and baseLr
_CERTAIN = r"l_?r(?:ate)?|eta|learn(?:ing)?[\s_-]?rate|step[\s_-]?size"
CERTAIN_RATE = re.compile(rf"{_START}(?i:{_CERTAIN})(?![a-z])")
"""Names that hold a learning rate and nothing else: ``alpha`` may be the slope of an activation."""

RATE = re.compile(rf"{_START}(?i:{_CERTAIN}|alpha|rate|learn(?:ing)?)(?![a-z])")
"""Names that may hold a learning rate, as words: ``beta`` and ``theta`` hold none. Where nothing else may
stand beside it, ``fullmatch`` asks."""
