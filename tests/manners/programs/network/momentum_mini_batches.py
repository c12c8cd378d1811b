import argparse
import numpy as np
import matplotlib.pyplot as plt

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    labels = (pts[:, 0] <= pts[:, 1]).astype(int)
    return pts, labels.reshape(n, 1)

def generate_XOR_easy():
    inputs = []
    labels = []
    for i in range(11):
        inputs.append([0.1*i, 0.1*i])
        labels.append(0)
        if 0.1*i == 0.5:
            continue
        inputs.append([0.1*i, 1-0.1*i])
        labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)

class Net(object):
    def __init__(self, units, learning_rate, momentum=0.9, batch_size=20):
        self.lr = learning_rate
        self.mu = momentum
        self.batch_size = batch_size
        sizes = [2] + units + [1]
        # xavier
        self.weights = [np.random.randn(a, b) / np.sqrt(a) for a, b in zip(sizes[:-1], sizes[1:])]
        self.biases = [np.zeros((1, b)) for b in sizes[1:]]
        self.vw = [np.zeros_like(w) for w in self.weights]
        self.vb = [np.zeros_like(b) for b in self.biases]

    def activation(self, z):
        return np.tanh(z)

    def activation_prime(self, a):
        return 1 - a ** 2

    def feed_forward(self, x):
        self.acts = [x]
        for i, (w, b) in enumerate(zip(self.weights, self.biases)):
            z = self.acts[-1].dot(w) + b
            if i == len(self.weights) - 1:
                self.acts.append(1 / (1 + np.exp(-z)))
            else:
                self.acts.append(self.activation(z))
        return self.acts[-1]

    def back_prop(self, y):
        out = self.acts[-1]
        delta = (out - y) * out * (1 - out)
        grad_w = []
        grad_b = []
        for i in reversed(range(len(self.weights))):
            grad_w.insert(0, self.acts[i].T.dot(delta) / len(y))
            grad_b.insert(0, delta.sum(axis=0, keepdims=True) / len(y))
            if i > 0:
                delta = delta.dot(self.weights[i].T) * self.activation_prime(self.acts[i])
        return grad_w, grad_b

    def update(self, grad_w, grad_b):
        for i in range(len(self.weights)):
            self.vw[i] = self.mu * self.vw[i] - self.lr * grad_w[i]
            self.vb[i] = self.mu * self.vb[i] - self.lr * grad_b[i]
            self.weights[i] += self.vw[i]
            self.biases[i] += self.vb[i]

    def train(self, x, y, epochs):
        curve = []
        for ep in range(epochs):
            order = np.random.permutation(len(x))
            for k in range(0, len(x), self.batch_size):
                idx = order[k:k + self.batch_size]
                self.feed_forward(x[idx])
                gw, gb = self.back_prop(y[idx])
                self.update(gw, gb)
            loss = 0.5 * np.mean((self.feed_forward(x) - y) ** 2)
            curve.append(loss)
            if ep % 100 == 0:
                print("epoch %d loss: %.6f" % (ep, loss))
        return curve

def main(args):
    x, y = generate_linear() if args.data == 'linear' else generate_XOR_easy()
    net = Net([args.units, args.units], args.lr)
    curve = net.train(x, y, args.epochs)
    pred = net.feed_forward(x)
    print("acc:", np.mean((pred > 0.5) == y))
    plt.plot(curve)
    plt.savefig('result/%s/learning_curve.png' % args.data)
    plt.show()

if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--data', default='linear', choices=['linear', 'xor'])
    parser.add_argument('--units', type=int, default=6)
    parser.add_argument('--lr', type=float, default=0.1)
    parser.add_argument('--epochs', type=int, default=5000)
    main(parser.parse_args())
