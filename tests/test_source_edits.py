"""Automatic edits of right programs: whoever is not noticed is read here, and is no mistake."""

from __future__ import annotations

import os
import re
from dataclasses import replace

import pytest

from grader.audit.trials import audit
from grader.audit.zoo import Wrong
from tests.source_edits import SUBJECTS, Edit, edits
from tests.zoo_rubric import ZOO, whole_rubric

pytestmark = pytest.mark.no_cover

PROGRAMS = (
    "base", "np_dot_everywhere", "einsum_everywhere", "sample_loop_backward", "weights_out_in",
    "accepts_single_samples", "flat_parameter_vector", "bias_as_a_row_of_w",
    "stored_gradients_then_update", "stored_gradients_then_step", "parameters_in_a_dictionary",
    "old_style", "mixins", "columns_inside", "closures", "dataclass_layers", "mse_in_loops",
    "mse_sum_over_size", "bce_gradient_in_two_terms", "bce_by_choice", "sigmoid_by_tanh",
    "sigmoid_recomputed_in_backward", "relu_by_maximum", "relu_by_product",
    "relu_by_clip_and_copy", "layers_in_tuple_by_index", "layers_under_separate_names",
    "network_passes_lr_by_name", "losses_share_a_base_class", "calls_folded_by_reduce",
    "single_precision",
)  # fmt: skip
"""Right programs of the zoo in different styles; a class that two of them share is edited once."""

EQUIVALENT = {
    "The normal distribution is symmetric: drawn with the other sign it is the same draw.": (
        r"\w+ Linear\.\w+: (self\..+) = (np\.random\.randn\(.*\).*) -> \1 = -\2",
    ),
    "Minus zero is zero.": (r".*: (.+) = (np\.zeros(_like)?\(.*\)|0|0\.0) -> \1 = -\2",),
    "Before forward nobody reads what backward needs.": (
        r".* Linear\.__init__: self\.x = None -> pass",
    ),
    "At exactly zero every slope from 0 to 1 is right for ReLU, and both branches give 0.": (
        r".* ReLU\.\w+: (.+) (>|<) 0 -> \1 \2= 0",
        r".* ReLU\.\w+: (.+) (>|<)= 0 -> \1 \2 0",
    ),
    "Both forms of this sigmoid give 0.5 at zero.": (r".* Sigmoid\.\w+: x >= 0 -> x > 0",),
    "The slope of the sigmoid is the same at x and at -x.": (
        r"sigmoid_recomputed_in_backward Sigmoid\.forward: self\.x = x -> self\.x = -x",
    ),
    "The sign of the error is lost in its square, and nothing else uses it.": (
        r".* MSE\.forward: error = (.+) -> error = -(\(\1\)|\1)",
        r".* MSE\.forward: y - ground_truth -> ground_truth - y",
    ),
    "A numpy number is as good as a float.": (r".*\.forward: float\((.+)\) -> \1",),
    "backward of a loss is the first: the gradient handed to it is 1.": (
        r".*\.backward: prev_grad \* (\w+) -> \1",
        r".*\.backward: (.+)\.backward\(prev_grad=1, lr=lr\) -> \1\.backward\((lr=lr|prev_grad=1)\)",
    ),
    "The larger of two numbers is the same in either order, and so is what lies between two.": (
        r".*: np\.maximum\((\w+), (\w+)\) -> np\.maximum\(\2, \1\)",
        r".*: np\.clip\((\w+), (\w+), (.+)\) -> np\.clip\(\2, \1, \3\)",
    ),
    "A product of numbers is the same in either order.": (
        r".*: np\.multiply\((.+), (.+)\) -> np\.multiply\(\2, \1\)",
    ),
    "The transpose of a row of numbers is itself.": (
        r"sample_loop_backward Linear\.backward: self\.w @ g -> self\.w @ g\.T",
    ),
    "The lab asks for batches only; this program's way with a single sample is its own.": (
        r"accepts_single_samples Linear\.forward: self\.single = .*",
        r"accepts_single_samples Linear\.\w+: (\w+ = )?np\.atleast_2d\((\w+)\) -> (pass|\2)",
        r"accepts_single_samples Linear\.\w+: 0 -> 1",
    ),
    "Minus True is true.": (
        r"bias_as_a_row_of_w Linear\.__init__: self\.bias = bias -> self\.bias = -bias",
    ),
    "Where the parameters start is open: a bias that starts from N(0, 1), or one weight at zero or"
    " one, still learns.": (
        r"bias_as_a_row_of_w Linear\.__init__: if bias: self\.w\[-1\] = 0 -> .*",
        r"bias_as_a_row_of_w Linear\.__init__: self\.w\[-1\] = 0 -> (self\.w\[-1\] = -0|pass)",
        r"bias_as_a_row_of_w Linear\.__init__: (0 -> 1|-1 -> 1|1 -> 2)( \(#\d\))?",
    ),
    "A sum over the rows has the same numbers with and without the axis, and numpy stretches it.": (
        r"mixins Linear\.backward: prev_grad\.sum\(0, keepdims=True\) -> prev_grad\.sum\(0\)",
        r"mixins Linear\.backward: True -> False",
    ),
    "After the last linear layer has taken its step, one more pass through the output's sigmoid"
    " moves nothing.": (r"layers_in_tuple_by_index TLNN\.backward: 1 -> 2 \(#2\)",),
    "More digits than this program keeps elsewhere are no mistake.": (
        r"single_precision Linear\.__init__: np\.zeros\(out_features, dtype=np\.float32\)"
        r" -> np\.zeros\(out_features\)",
        r"single_precision Linear\.backward: np\.float32\(lr\) -> lr( \(#\d\))?",
    ),
}
"""Why an edit that nobody notices is no mistake: what holds, and the edits of which it holds."""


def all_edits() -> list[Edit]:
    """Every edit of every program, always in the same order."""
    files = {right.name: right.files for right in ZOO.rights} | {"base": ZOO.base}
    known: set[str] = set()
    return [edit for name in PROGRAMS for edit in edits(name, files[name], known)]


def survivors(some: list[Edit], seed: int) -> list[str]:
    """The edits that lose no points in the class that was edited."""
    asked = whole_rubric()
    asked = replace(asked, items=tuple(replace(item, seconds=5.0) for item in asked.items))
    wrongs = tuple(Wrong(e.name, e.subject, e.says, (), dict(e.files), ()) for e in some)
    made = audit(
        replace(ZOO, singles=wrongs, pairs=(), rights=()),
        asked,
        seed=seed,
        jobs=os.cpu_count() or 1,
    )
    assert made.broken == ()
    return [tried.name for tried in made.let_through]


def explanation(name: str) -> str | None:
    """Why an edit is no mistake, if that is known."""
    return next(
        (why for why, forms in EQUIVALENT.items() if any(re.fullmatch(f, name) for f in forms)),
        None,
    )


def test_there_are_many_edits_of_every_class() -> None:
    """There are over 1,500 edits, at least 100 of each class, and each has a name of its own."""
    made = all_edits()
    assert len({edit.name for edit in made}) == len(made) > 1500
    assert min(sum(e.subject == subject for e in made) for subject in SUBJECTS) >= 100


@pytest.mark.timeout(300)
def test_a_sample_of_edits_is_noticed() -> None:
    """Of every twelfth edit, those that lose no points in their class are no mistakes."""
    left = survivors(all_edits()[::12], 1)
    assert [name for name in left if explanation(name) is None] == []


@pytest.mark.all_seeds
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_edit_is_noticed(seed: int) -> None:
    """All edits; and no explanation is left over that explains nothing."""
    left = survivors(all_edits(), seed)
    assert [name for name in left if explanation(name) is None] == []
    assert {explanation(name) for name in left} == set(EQUIVALENT)
