"""Right methods in the manners in which people write them: each takes the place of one of the zoo's base.

A mutant may be an edit of one of these. ``tests/pipeline/test_mutants.py`` holds that they are right.
"""

from __future__ import annotations

from typing import NamedTuple


class Edit(NamedTuple):
    """A file, a text that occurs once in it, and what takes its place."""

    file: str
    old: str
    new: str


_FORWARD = """\
        self.x = x
        out = x @ self.w
        if self.b is not None:
            out = out + self.b
        return out
"""
_BACKWARD = """\
        dx = prev_grad @ self.w.T
        dw = self.x.T @ prev_grad
        self.w = self.w - lr * dw
        if self.b is not None:
            db = prev_grad.sum(axis=0)
            self.b = self.b - lr * db
        return dx
"""

REWRITINGS = {
    "forward_by_samples": Edit("layers.py", _FORWARD, """\
        self.x = x
        out = np.zeros((x.shape[0], self.w.shape[1]))
        for i in range(x.shape[0]):
            out[i] = np.dot(x[i], self.w)
        if self.b is not None:
            out += self.b
        return out
"""),
    "backward_by_samples": Edit("layers.py", _BACKWARD, """\
        n = prev_grad.shape[0]
        dw = np.zeros_like(self.w)
        for i in range(n):
            dw += np.outer(self.x[i], prev_grad[i])
        dx = np.zeros_like(self.x)
        for i in range(n):
            dx[i] = self.w @ prev_grad[i]
        self.w -= lr * dw
        if self.b is not None:
            self.b -= lr * np.sum(prev_grad, axis=0)
        return dx
"""),
    "backward_by_dot": Edit("layers.py", _BACKWARD, """\
        grad_w = np.dot(self.x.T, prev_grad)
        grad_b = np.sum(prev_grad, axis=0)
        grad_x = np.dot(prev_grad, self.w.T)
        self.w -= lr * grad_w
        if self.b is not None:
            self.b -= lr * grad_b
        return grad_x
"""),
    "backward_with_old_weights": Edit("layers.py", _BACKWARD, """\
        old_w = self.w.copy()
        self.w -= lr * self.x.T.dot(prev_grad)
        if self.b is not None:
            self.b -= lr * prev_grad.sum(0)
        return prev_grad.dot(old_w.T)
"""),
    "sigmoid_by_branches": Edit("layers.py", """\
        e = np.exp(-np.abs(x))
        self.y = np.where(x >= 0, 1.0, e) / (1.0 + e)
        return self.y
""", """\
        y = np.zeros_like(x)
        above = x >= 0
        y[above] = 1 / (1 + np.exp(-x[above]))
        e = np.exp(x[~above])
        y[~above] = e / (1 + e)
        self.y = y
        return y
"""),
    "relu_in_place": Edit("layers.py", """\
        self.positive = x > 0
        return np.where(self.positive, x, 0.0)

    def backward(self, prev_grad, lr=0.1):
        return np.where(self.positive, prev_grad, 0.0)
""", """\
        self.x = x
        out = x.copy()
        out[x <= 0] = 0
        return out

    def backward(self, prev_grad, lr=0.1):
        dx = prev_grad.copy()
        dx[self.x <= 0] = 0
        return dx
"""),
    "tanh_of_output": Edit("layers.py", """\
        self.t = np.tanh(x)
        return self.t

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * (1.0 - self.t ** 2)
""", """\
        out = np.tanh(x)
        self.out = out
        return out

    def backward(self, prev_grad, lr=0.1):
        derivative = 1 - np.square(self.out)
        grad = np.multiply(prev_grad, derivative)
        return grad
"""),
    "leaky_by_mask": Edit("layers.py", """\
        self.side = np.where(x > 0, 1.0, 0.01)
        return x * self.side

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.side
""", """\
        self.mask = x > 0
        out = x.copy()
        out[~self.mask] *= 0.01
        return out

    def backward(self, prev_grad, lr=0.1):
        dx = prev_grad.copy()
        dx[~self.mask] *= 0.01
        return dx
"""),
    "softmax_by_jacobian": Edit("layers.py", """\
        inner = (prev_grad * self.p).sum(axis=1, keepdims=True)
        return self.p * (prev_grad - inner)
""", """\
        dx = np.zeros_like(prev_grad)
        for i in range(len(prev_grad)):
            p = self.p[i]
            jacobian = np.diag(p) - np.outer(p, p)
            dx[i] = jacobian @ prev_grad[i]
        return dx
"""),
    "mse_by_entries": Edit("losses.py", """\
        error = y - ground_truth
        return float(np.mean(error ** 2))
""", """\
        total = 0.0
        for a, b in zip(y.ravel(), ground_truth.ravel()):
            total += (a - b) ** 2
        return total / y.size
"""),
    "mse_of_difference": Edit("losses.py", """\
        self.y = y
        self.truth = ground_truth
        error = y - ground_truth
        return float(np.mean(error ** 2))

    def backward(self, prev_grad=1, lr=0.1):
        grad = 2.0 * (self.y - self.truth) / self.y.size
        return prev_grad * grad
""", """\
        self.diff = y - ground_truth
        self.n = y.shape[0] * y.shape[1]
        return np.sum(self.diff ** 2) / self.n

    def backward(self, prev_grad=1, lr=0.1):
        return prev_grad * 2 * self.diff / self.n
"""),
    "bce_by_terms": Edit("losses.py", """\
        top = self.q - self.label
        bottom = self.q * (1.0 - self.q)
        return prev_grad * top / bottom / self.q.size
""", """\
        positive = -self.label / self.q
        negative = (1 - self.label) / (1 - self.q)
        grad = (positive + negative) / self.q.size
        return prev_grad * grad
"""),
    "ce_by_classes": Edit("losses.py", """\
        picked = self.onehot * np.log(self.prob)
        return float(-picked.sum(axis=1).mean())

    def backward(self, prev_grad=1, lr=0.1):
        each = -self.onehot / self.prob
        return prev_grad * each / len(each)
""", """\
        self.rows = np.arange(len(y))
        self.classes = np.argmax(ground_truth, axis=1)
        chosen = self.prob[self.rows, self.classes]
        return float(-np.mean(np.log(chosen)))

    def backward(self, prev_grad=1, lr=0.1):
        grad = np.zeros_like(self.prob)
        chosen = self.prob[self.rows, self.classes]
        grad[self.rows, self.classes] = -1.0 / chosen / len(self.prob)
        return prev_grad * grad
"""),
    "network_by_hand": Edit("network.py", """\
        for layer in self.layers:
            x = layer.forward(x)
        return x
""", """\
        h = self.layers[0].forward(x)
        h = self.layers[1].forward(h)
        h = self.layers[2].forward(h)
        h = self.layers[3].forward(h)
        h = self.layers[4].forward(h)
        return self.layers[5].forward(h)
"""),
    "network_by_index": Edit("network.py", """\
        grad = self.loss_func.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad, lr)
""", """\
        grad = self.loss_func.backward()
        for i in range(len(self.layers) - 1, -1, -1):
            grad = self.layers[i].backward(grad, lr)
"""),
    "train_by_count": Edit("training.py", """\
        total = 0.0
        for start in range(0, n, size):
            batch = order[start:start + size]
            pred = net.forward(x[batch])
            loss = net.cal_loss(pred, y[batch])
            net.backward(lr)
            total += loss * len(batch)
        losses.append(total / n)
""", """\
        total = 0.0
        count = (n + size - 1) // size
        for k in range(count):
            begin, end = k * size, min((k + 1) * size, n)
            chosen = order[begin:end]
            loss = net.cal_loss(net.forward(x[chosen]), y[chosen])
            net.backward(lr)
            total += loss * (end - begin)
        losses.append(total / n)
"""),
    "accuracy_by_count": Edit("training.py", """\
    guess = y > 0.5
    hits = guess == (ground_truth > 0.5)
    return float(np.mean(hits))
""", """\
    correct = 0
    for i in range(len(y)):
        predicted = 1 if y[i, 0] > 0.5 else 0
        if predicted == ground_truth[i, 0]:
            correct += 1
    return correct / len(y)
"""),
}  # fmt: skip
"""Name -> the edit of the base."""
