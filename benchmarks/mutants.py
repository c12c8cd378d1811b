"""Wrong programs as people write them, by mistakes that the language of edits does not have.

Each is an edit of the zoo's base, or of a right rewriting of it, which stands in ``rewritings``; the lines
that it changes are where the mistake was planted. ``python -m benchmarks.repairs --mutants`` prints how many
of them are located, and ``python -m benchmarks.places --mutants`` how many by the source alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.rewritings import REWRITINGS, Edit
from grader.audit import zoo


class Mutant(NamedTuple):
    """One wrong program: what it is called, whose it is, and the edit of the base or of a rewriting."""

    name: str
    subject: str
    file: str
    old: str
    new: str
    rewriting: str = ""


_DX, _DW, _W = "dx = prev_grad @ self.w.T", "dw = self.x.T @ prev_grad", "self.w = self.w - lr * dw"
_DB, _OUT = "db = prev_grad.sum(axis=0)", "out = x @ self.w"
_SLOPE, _MASK = "slope = self.y * (1.0 - self.y)", "self.positive = x > 0"
_GRAD, _ERROR = (
    "grad = 2.0 * (self.y - self.truth) / self.y.size",
    "return float(np.mean(error ** 2))",
)

MUTANTS = (
    Mutant("dx_by_solve", "Linear", "layers.py", _DX, "dx = np.linalg.lstsq(self.w.T, prev_grad.T, rcond=None)[0].T"),
    Mutant("dx_sorted", "Linear", "layers.py", _DX, "dx = np.sort(prev_grad @ self.w.T, axis=0)"),
    Mutant("dx_rolled", "Linear", "layers.py", _DX, "dx = np.roll(prev_grad @ self.w.T, 1, axis=0)"),
    Mutant("dx_unit_rows", "Linear", "layers.py", _DX,
           "dx = prev_grad @ (self.w / np.linalg.norm(self.w, axis=1, keepdims=True)).T"),
    Mutant("dw_of_signs", "Linear", "layers.py", _DW, "dw = np.sign(self.x).T @ np.sign(prev_grad)"),
    Mutant("dw_upper_half", "Linear", "layers.py", _DW, "dw = np.triu(self.x.T @ prev_grad)"),
    Mutant("dw_centred", "Linear", "layers.py", _DW, "dw = (self.x - self.x.mean(axis=0)).T @ prev_grad"),
    Mutant("dw_weight_decay", "Linear", "layers.py", _W, "self.w = self.w - lr * (dw + 0.05 * self.w) * 0.9"),
    Mutant("dw_step_of_power", "Linear", "layers.py", _W, "self.w = self.w - lr ** 1.5 * dw - 0.003"),
    Mutant("db_of_medians", "Linear", "layers.py", _DB, "db = np.median(prev_grad, axis=0) * 3"),
    Mutant("db_of_extremes", "Linear", "layers.py", _DB, "db = prev_grad.max(axis=0) + prev_grad.min(axis=0)"),
    Mutant("out_of_centred", "Linear", "layers.py", _OUT, "out = (x - x.mean()) @ self.w / (1 + x.std())"),
    Mutant("out_of_clipped", "Linear", "layers.py", _OUT, "out = np.clip(x, -1, 1) @ np.clip(self.w, -1, 1)"),
    Mutant("slope_by_gauss", "Sigmoid", "layers.py", _SLOPE, "slope = np.exp(-4 * (self.y - 0.5) ** 2) / 4"),
    Mutant("slope_by_steps", "Sigmoid", "layers.py", _SLOPE, "slope = np.sort(self.y, axis=0) / 4"),
    Mutant("slope_with_floor", "Sigmoid", "layers.py", _SLOPE, "slope = np.maximum(self.y - self.y ** 2, 0.2) + 0.01"),
    Mutant("mask_by_mean", "ReLU", "layers.py", _MASK, "self.positive = x > x.mean() + 0.1 * x.std()"),
    Mutant("mask_by_bits", "ReLU", "layers.py", _MASK, "self.positive = (np.floor(x).astype(int) & 1) == 0"),
    Mutant("loss_by_quantile", "MSE", "losses.py", _ERROR, "return float(np.quantile(error ** 2, 0.6) * 1.1)"),
    Mutant("loss_by_huber", "MSE", "losses.py", _ERROR,
           "return float(np.mean(np.where(abs(error) < 1, error ** 2, 2 * abs(error) - 1)))"),
    Mutant("grad_by_huber", "MSE", "losses.py", _GRAD, "grad = 2.0 * np.tanh(self.y - self.truth) / self.y.size"),
    Mutant("grad_with_momentum", "MSE", "losses.py", _GRAD, "grad = (1.8 * (self.y - self.truth) + 0.2) / self.y.size"),
    # In the methods of the base.
    Mutant("forward_keeps_output", "Linear", "layers.py", _OUT, "out = self.x = x @ self.w"),
    Mutant("returns_before_bias", "Linear", "layers.py", "        if self.b is not None:\n            db =",
           "        return dx\n        if self.b is not None:\n            db ="),
    Mutant("bias_of_first_row", "Linear", "layers.py", _DB, "db = prev_grad[:1].mean(axis=0)"),
    Mutant("dw_by_reshape", "Linear", "layers.py", _DW,
           "dw = np.dot(prev_grad.T, self.x).reshape(self.w.shape)"),
    Mutant("dx_by_reshape", "Linear", "layers.py", _DX,
           "dx = np.dot(self.w, prev_grad.T).reshape(self.x.shape)"),
    Mutant("dw_by_einsum", "Linear", "layers.py", _DW, 'dw = np.einsum("ni,mo->io", self.x, prev_grad)'),
    Mutant("weights_in_half_precision", "Linear", "layers.py", _W, "self.w = (self.w - lr * dw).astype(np.float16)"),
    Mutant("step_clipped", "Linear", "layers.py", _W, "self.w = np.clip(self.w - lr * dw, -1, 1)"),
    Mutant("abs_missing", "Sigmoid", "layers.py", "e = np.exp(-np.abs(x))", "e = np.exp(-x)"),
    Mutant("sigmoid_rounded_up", "Sigmoid", "layers.py", "np.where(x >= 0, 1.0, e) / (1.0 + e)",
           "np.maximum(np.where(x >= 0, 1.0, e) / (1.0 + e), 0.05)"),
    Mutant("slope_of_sigmoid_of_output", "Sigmoid", "layers.py", _SLOPE,
           "slope = (1 / (1 + np.exp(-self.y))) * (1 - self.y)"),
    Mutant("mask_of_any", "ReLU", "layers.py", _MASK, "self.positive = (x > 0).any(axis=0)"),
    Mutant("relu_of_six", "ReLU", "layers.py", "return np.where(self.positive, x, 0.0)",
           "return np.clip(np.where(self.positive, x, 0.0), 0, 2.5)"),
    Mutant("tanh_as_series", "Tanh", "layers.py", "self.t = np.tanh(x)", "self.t = x - x ** 3 / 3"),
    Mutant("tanh_slope_by_cosh", "Tanh", "layers.py", "return prev_grad * (1.0 - self.t ** 2)",
           "return prev_grad / np.cosh(self.t) ** 2"),
    Mutant("leaky_by_power", "LeakyReLU", "layers.py", "np.where(x > 0, 1.0, 0.01)", "np.where(x > 0, 1.0, 0.01 * x)"),
    Mutant("leaky_condition_on_gradient", "LeakyReLU", "layers.py", "return prev_grad * self.side",
           "return np.where(prev_grad > 0, prev_grad, prev_grad * self.side)"),
    Mutant("softmax_by_norm", "Softmax", "layers.py", "powers / powers.sum(axis=1, keepdims=True)",
           "powers / np.linalg.norm(powers, axis=1, keepdims=True)"),
    Mutant("softmax_log_domain", "Softmax", "layers.py", "powers = np.exp(shifted)",
           "powers = np.log1p(np.exp(shifted))"),
    Mutant("inner_of_rows_mean", "Softmax", "layers.py", "inner = (prev_grad * self.p).sum(axis=1, keepdims=True)",
           "inner = np.mean(np.mean(prev_grad * self.p, axis=0), axis=0)"),
    Mutant("mse_nested_means", "MSE", "losses.py", _ERROR, "return float(np.sum(np.mean(error ** 2, axis=0)))"),
    Mutant("mse_integer_division", "MSE", "losses.py", _ERROR, "return float(np.sum(error ** 2) // error.size)"),
    Mutant("mse_truth_as_integers", "MSE", "losses.py", "self.truth = ground_truth",
           "self.truth = ground_truth.astype(int)"),
    Mutant("bce_epsilon_outside", "BinaryCrossEntropy", "losses.py", "right = self.label * np.log(self.q)",
           "right = self.label * (np.log(self.q) + 1e-3)"),
    Mutant("bce_clipped_inside", "BinaryCrossEntropy", "losses.py", "self.q = np.clip(y, EPS, 1.0 - EPS)",
           "self.q = np.clip(y, 0.1, 0.9)"),
    Mutant("bce_bottom_with_epsilon", "BinaryCrossEntropy", "losses.py", "bottom = self.q * (1.0 - self.q)",
           "bottom = self.q * (1.0 - self.q) + np.sqrt(EPS) * 1e4"),
    Mutant("ce_counts_classes", "CrossEntropy", "losses.py", "return prev_grad * each / len(each)",
           "return prev_grad * each / np.count_nonzero(self.onehot, axis=0).sum() / 2.5"),
    Mutant("ce_floor_too_high", "CrossEntropy", "losses.py", "np.maximum(y, EPS)", "np.maximum(y, 0.2)"),
    Mutant("net_skips_every_other", "TLNN", "network.py", "for layer in self.layers:\n            x",
           "for layer in self.layers[::2]:\n            x"),
    Mutant("net_default_units", "TLNN", "network.py", "Linear(layer_1_units, layer_2_units)",
           "Linear(layer_1_units, max(layer_2_units, 4))"),
    Mutant("net_clips_gradient", "TLNN", "network.py", "grad = layer.backward(grad, lr)",
           "grad = np.clip(layer.backward(grad, lr), -0.01, 0.01)"),
    Mutant("net_rate_decays", "TLNN", "network.py", "grad = layer.backward(grad, lr)",
           "grad, lr = layer.backward(grad, lr), lr * 0.9"),
    Mutant("train_stops_early", "training", "training.py", "        losses.append(total / n)",
           "        losses.append(total / n)\n        if len(losses) == 3:\n            break"),
    Mutant("train_of_permuted_labels", "training", "training.py", "loss = net.cal_loss(pred, y[batch])",
           "loss = net.cal_loss(pred, np.sort(y[batch], axis=0))"),
    Mutant("accuracy_of_rounded_sum", "training", "training.py", "hits = guess == (ground_truth > 0.5)",
           "hits = np.sum(guess) == np.sum(ground_truth > 0.5)"),
    # In rewritten ones.
    Mutant("rows_but_the_last", "Linear", "layers.py", "for i in range(x.shape[0]):", "for i in range(x.shape[0] - 1):",
           "forward_by_samples"),
    Mutant("loop_over_columns", "Linear", "layers.py", "for i in range(x.shape[0]):",
           "for i in range(min(x.shape)):", "forward_by_samples"),
    Mutant("rows_added_up", "Linear", "layers.py", "out[i] = np.dot(x[i], self.w)",
           "out[: i + 1] += np.dot(x[i], self.w)", "forward_by_samples"),
    Mutant("dw_of_last_sample", "Linear", "layers.py", "dw += np.outer(self.x[i], prev_grad[i])",
           "dw = np.outer(self.x[i], prev_grad[i])", "backward_by_samples"),
    Mutant("dw_neighbours", "Linear", "layers.py", "dw += np.outer(self.x[i], prev_grad[i])",
           "dw += np.outer(self.x[i], prev_grad[i - 1])", "backward_by_samples"),
    Mutant("dx_from_one", "Linear", "layers.py", "dx[i] = self.w @ prev_grad[i]",
           "dx[i] = self.w @ prev_grad[0]", "backward_by_samples"),
    Mutant("db_by_hand", "Linear", "layers.py", "self.b -= lr * np.sum(prev_grad, axis=0)",
           "self.b -= lr * np.sum(prev_grad) / n", "backward_by_samples"),
    Mutant("dot_the_other_way", "Linear", "layers.py", "grad_w = np.dot(self.x.T, prev_grad)",
           "grad_w = np.dot(prev_grad.T, self.x).reshape(self.w.shape)", "backward_by_dot"),
    Mutant("step_normed", "Linear", "layers.py", "self.w -= lr * grad_w",
           "self.w -= lr * grad_w / (np.linalg.norm(grad_w) + 1e-8)", "backward_by_dot"),
    Mutant("bias_in_its_gradient", "Linear", "layers.py", "grad_b = np.sum(prev_grad, axis=0)",
           "grad_b = np.sum(prev_grad, axis=0) + self.b", "backward_by_dot"),
    Mutant("old_weights_not_copied", "Linear", "layers.py", "old_w = self.w.copy()", "old_w = self.w",
           "backward_with_old_weights"),
    Mutant("old_weights_rounded", "Linear", "layers.py", "old_w = self.w.copy()", "old_w = np.round(self.w, 1)",
           "backward_with_old_weights"),
    Mutant("branches_swapped", "Sigmoid", "layers.py", "e = np.exp(x[~above])", "e = np.exp(-x[~above])",
           "sigmoid_by_branches"),
    Mutant("branch_left_at_half", "Sigmoid", "layers.py", "y[~above] = e / (1 + e)", "y[~above] = 0.5",
           "sigmoid_by_branches"),
    Mutant("keeps_input", "Sigmoid", "layers.py", "self.y = y\n", "self.y = x\n", "sigmoid_by_branches"),
    Mutant("relu_in_place_of_input", "ReLU", "layers.py", "out = x.copy()", "out = x", "relu_in_place"),
    Mutant("relu_gradient_of_itself", "ReLU", "layers.py", "dx[self.x <= 0] = 0", "dx[dx <= 0] = 0", "relu_in_place"),
    Mutant("relu_kept_as_integers", "ReLU", "layers.py", "self.x = x\n        out = x.copy()",
           "self.x = x.astype(int)\n        out = x.copy()",
           "relu_in_place"),
    Mutant("derivative_of_sigmoid", "Tanh", "layers.py", "derivative = 1 - np.square(self.out)",
           "derivative = self.out * (1 - self.out) + 0.5", "tanh_of_output"),
    Mutant("tanh_kept_rounded", "Tanh", "layers.py", "self.out = out", "self.out = np.round(out, 1)", "tanh_of_output"),
    Mutant("leaky_slope_over_mask", "LeakyReLU", "layers.py", "dx[~self.mask] *= 0.01", "dx[self.mask] *= 0.01",
           "leaky_by_mask"),
    Mutant("leaky_sets_slope", "LeakyReLU", "layers.py", "out[~self.mask] *= 0.01", "out[~self.mask] = 0.01",
           "leaky_by_mask"),
    Mutant("jacobian_without_outer", "Softmax", "layers.py", "jacobian = np.diag(p) - np.outer(p, p)",
           "jacobian = np.diag(p - p ** 2)", "softmax_by_jacobian"),
    Mutant("jacobian_returned_early", "Softmax", "layers.py", "prev_grad[i]\n        return dx",
           "prev_grad[i]\n            return dx",
           "softmax_by_jacobian"),
    Mutant("total_restarts", "MSE", "losses.py", "total += (a - b) ** 2", "total = (a - b) ** 2", "mse_by_entries"),
    Mutant("total_of_pairs", "MSE", "losses.py", "return total / y.size", "return total / (y.size - 1)",
           "mse_by_entries"),
    Mutant("difference_of_means", "MSE", "losses.py", "self.diff = y - ground_truth",
           "self.diff = y - ground_truth.mean(axis=0)", "mse_of_difference"),
    Mutant("count_of_columns", "MSE", "losses.py", "self.n = y.shape[0] * y.shape[1]",
           "self.n = y.shape[0] + y.shape[1]",
           "mse_of_difference"),
    Mutant("bce_terms_mixed", "BinaryCrossEntropy", "losses.py", "negative = (1 - self.label) / (1 - self.q)",
           "negative = (1 - self.label) / (1 + self.q)", "bce_by_terms"),
    Mutant("bce_where", "BinaryCrossEntropy", "losses.py", "positive = -self.label / self.q",
           "positive = np.where(self.q > 0.5, -self.label / self.q, -self.label)", "bce_by_terms"),
    Mutant("ce_wrong_class", "CrossEntropy", "losses.py", "self.classes = np.argmax(ground_truth, axis=1)",
           "self.classes = np.argmax(y, axis=1)", "ce_by_classes"),
    Mutant("ce_chosen_not_logged", "CrossEntropy", "losses.py", "return float(-np.mean(np.log(chosen)))",
           "return float(np.mean(1 - chosen))", "ce_by_classes"),
    Mutant("ce_every_class", "CrossEntropy", "losses.py", "grad[self.rows, self.classes] = ",
           "grad[:, self.classes] = ",
           "ce_by_classes"),
    Mutant("net_uses_layer_twice", "TLNN", "network.py", "h = self.layers[3].forward(h)",
           "h = self.layers[1].forward(h)",
           "network_by_hand"),
    Mutant("net_adds_input", "TLNN", "network.py", "h = self.layers[4].forward(h)",
           "h = self.layers[4].forward(h) + x.mean()", "network_by_hand"),
    Mutant("net_stops_at_one", "TLNN", "network.py", "range(len(self.layers) - 1, -1, -1)",
           "range(len(self.layers) - 1, 0, -1)", "network_by_index"),
    Mutant("net_goes_forward", "TLNN", "network.py", "range(len(self.layers) - 1, -1, -1)",
           "range(len(self.layers))", "network_by_index"),
    Mutant("count_rounded_down", "training", "training.py", "count = (n + size - 1) // size", "count = n // size - 1",
           "train_by_count"),
    Mutant("end_one_too_early", "training", "training.py", "begin, end = k * size, min((k + 1) * size, n)",
           "begin, end = k * size, min((k + 1) * size, n - 1)", "train_by_count"),
    Mutant("total_of_counts", "training", "training.py", "total += loss * (end - begin)", "total += loss * begin",
           "train_by_count"),
    Mutant("accuracy_returns_early", "training", "training.py", "            correct += 1\n    return",
           "            correct += 1\n        return", "accuracy_by_count"),
    Mutant("accuracy_of_ones", "training", "training.py", "if predicted == ground_truth[i, 0]:",
           "if predicted and ground_truth[i, 0]:", "accuracy_by_count"),
)  # fmt: skip


def programs(base: zoo.Files) -> Iterator[tuple[zoo.Files, zoo.Wrong]]:
    """Yield the right program and the wrong one of each mutant; raises ValueError where a text is not there once."""
    for mutant in MUTANTS:
        edits = [REWRITINGS[mutant.rewriting]] if mutant.rewriting else []
        right = edited(base, edits)
        wrong = edited(right, [Edit(mutant.file, mutant.old, mutant.new)])
        yield right, zoo.Wrong(mutant.name, mutant.subject, "", (), wrong, (mutant.name,))


def edited(files: zoo.Files, edits: list[Edit]) -> zoo.Files:
    """Return files with edits of texts that each occur once; raises ValueError where one does not."""
    for file, old, new in edits:
        text = files[file].decode()
        if text.count(old) != 1:
            raise ValueError(old)
        files = {**files, file: text.replace(old, new).encode()}
    return files
