import numpy as np
import matplotlib.pyplot as plt

# leaky relu on every element
leaky = np.vectorize(lambda v: v if v > 0 else 0.2 * v, otypes=[float])
leaky_slope = np.vectorize(lambda v: 1 if v > 0 else 0.2, otypes=[float])
sigmoid = lambda v: 1 / (1 + np.exp(-v))
sigmoid_slope = lambda v: sigmoid(v) * (1 - sigmoid(v))

class FCLayer:
    def __init__(self, n_in, n_out, f, df):
        self.theta = np.random.uniform(-1, 1, (n_in + 1, n_out))   # row 0 = bias
        self.f, self.df = f, df
        self.momentum = np.zeros_like(self.theta)

    def feed(self, x):
        self.inp = np.c_[np.ones(len(x)), x]
        self.net = self.inp @ self.theta
        return self.f(self.net)

    def feedback(self, err):
        self.delta = err * self.df(self.net)
        return self.delta @ self.theta[1:].T

    def change(self, eta, alpha=0.8):
        self.momentum = alpha * self.momentum - eta * self.inp.T @ self.delta / len(self.inp)
        self.theta += self.momentum

class Brain:
    def __init__(self, n=8):
        self.stack = [FCLayer(2, n, leaky, leaky_slope),
                      FCLayer(n, n, leaky, leaky_slope),
                      FCLayer(n, 1, sigmoid, sigmoid_slope)]

    def think(self, x):
        for l in self.stack:
            x = l.feed(x)
        return x

    def learn(self, x, t, eta):
        o = self.think(x)
        err = o - t
        for l in self.stack[::-1]:
            err = l.feedback(err)
        for l in self.stack:
            l.change(eta)
        return 0.5 * ((o - t) ** 2).mean()

def generate_XOR_easy():
    inputs, labels = [], []
    for i in range(11):
        inputs.append([0.1*i, 0.1*i])
        labels.append(0)
        if 0.1*i == 0.5:
            continue
        inputs.append([0.1*i, 1-0.1*i])
        labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)

if __name__ == '__main__':
    x, t = generate_XOR_easy()
    b = Brain()
    curve = [b.learn(x, t, 0.1) for _ in range(4000)]
    for k in range(0, len(curve), 100):
        print(k, 'loss', curve[k])
    print('hits', np.sum((b.think(x) > .5) == t), 'of', len(t))
    plt.plot(curve)
    plt.show()
