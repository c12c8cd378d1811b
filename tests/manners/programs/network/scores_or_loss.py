import numpy as np
import matplotlib.pyplot as plt


class ThreeLayerNet(object):
    """affine - relu - affine - relu - affine, with a softmax loss. X is (N, D), y holds class numbers."""

    def __init__(self, input_dim=2, hidden_dims=(20, 20), num_classes=2, reg=0.0, std=0.3):
        self.params = {}
        self.reg = reg
        dims = [input_dim] + list(hidden_dims) + [num_classes]
        for i in range(len(dims) - 1):
            self.params['W%d' % (i + 1)] = std * np.random.randn(dims[i], dims[i + 1])
            self.params['b%d' % (i + 1)] = np.zeros(dims[i + 1])

    def loss(self, X, y=None):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        W3, b3 = self.params['W3'], self.params['b3']
        N = X.shape[0]

        h1 = np.maximum(0, X.dot(W1) + b1)
        h2 = np.maximum(0, h1.dot(W2) + b2)
        scores = h2.dot(W3) + b3
        if y is None:
            return scores

        shifted = scores - np.max(scores, axis=1, keepdims=True)
        probs = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)
        loss = -np.mean(np.log(probs[np.arange(N), y]))
        loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))

        grads = {}
        dscores = probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N
        grads['W3'] = h2.T.dot(dscores) + self.reg * W3
        grads['b3'] = np.sum(dscores, axis=0)
        dh2 = dscores.dot(W3.T)
        dh2[h2 <= 0] = 0
        grads['W2'] = h1.T.dot(dh2) + self.reg * W2
        grads['b2'] = np.sum(dh2, axis=0)
        dh1 = dh2.dot(W2.T)
        dh1[h1 <= 0] = 0
        grads['W1'] = X.T.dot(dh1) + self.reg * W1
        grads['b1'] = np.sum(dh1, axis=0)
        return loss, grads

    def train(self, X, y, learning_rate=0.5, learning_rate_decay=1.0, num_iters=100, batch_size=50, verbose=False):
        num_train = X.shape[0]
        iterations_per_epoch = max(num_train // batch_size, 1)
        loss_history = []
        for it in range(num_iters):
            idx = np.random.choice(num_train, batch_size)
            X_batch, y_batch = X[idx], y[idx]
            loss, grads = self.loss(X_batch, y=y_batch)
            loss_history.append(loss)
            for p in self.params:
                self.params[p] -= learning_rate * grads[p]
            if verbose and it % 100 == 0:
                print('iteration %d / %d: loss %f' % (it, num_iters, loss))
            if it % iterations_per_epoch == 0:
                learning_rate *= learning_rate_decay
        return {'loss_history': loss_history}

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)


def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    return pts, (pts[:, 0] <= pts[:, 1]).astype(int)


def generate_XOR_easy():
    inputs, labels = [], []
    for i in range(11):
        inputs.append([0.1 * i, 0.1 * i])
        labels.append(0)
        if 0.1 * i == 0.5:
            continue
        inputs.append([0.1 * i, 1 - 0.1 * i])
        labels.append(1)
    return np.array(inputs), np.array(labels)


for name, (X, y) in [('linear', generate_linear()), ('XOR', generate_XOR_easy())]:
    net = ThreeLayerNet()
    stats = net.train(X, y, learning_rate=0.3, num_iters=3000, batch_size=len(X) // 2, verbose=True)
    print(name, 'accuracy:', np.mean(net.predict(X) == y))
    plt.figure()
    plt.plot(stats['loss_history'])
    plt.xlabel('iteration')
    plt.figure()
    for k, (title, labels) in enumerate([('Ground truth', y), ('Predict result', net.predict(X))]):
        plt.subplot(1, 2, k + 1)
        plt.title(title)
        plt.plot(X[labels == 0, 0], X[labels == 0, 1], 'ro')
        plt.plot(X[labels == 1, 0], X[labels == 1, 1], 'bo')
plt.show()
