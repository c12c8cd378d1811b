import numpy as np
import matplotlib.pyplot as plt

class Dense:
    """ like keras: only the number of units is given """
    def __init__(self, units, activation=None, initializer='xavier', optimizer=None, name='dense'):
        self.units = units
        self.activation = activation
        self.initializer = initializer
        self.optimizer = optimizer
        self.name = name
        self.kernel = None

    def build(self, n_in):
        scale = {'xavier': np.sqrt(1 / n_in), 'he': np.sqrt(2 / n_in)}[self.initializer]
        self.kernel = np.random.randn(n_in, self.units) * scale
        self.bias = np.zeros(self.units)

    def __call__(self, x):
        if self.kernel is None:
            self.build(x.shape[-1])
        self.x = x
        out = x @ self.kernel + self.bias
        return self.activation(out) if self.activation else out

    def backward(self, grad):
        if self.activation:
            grad = self.activation.backward(grad)
        dx = grad @ self.kernel.T
        self.kernel = self.optimizer.apply(self.kernel, self.x.T @ grad)
        self.bias = self.optimizer.apply(self.bias, grad.sum(axis=0))
        return dx

class SigmoidActivation:
    def __call__(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out
    def backward(self, grad):
        return grad * self.out * (1 - self.out)

class SGD:
    def __init__(self, lr=0.1):
        self.lr = lr
    def apply(self, param, grad):
        return param - self.lr * grad

class Model:
    def __init__(self, lr=0.5):
        opt = SGD(lr)
        self.layers = [Dense(6, SigmoidActivation(), optimizer=opt, name='h1'),
                       Dense(6, SigmoidActivation(), optimizer=opt, name='h2'),
                       Dense(1, SigmoidActivation(), optimizer=opt, name='out')]
    def __call__(self, x):
        for l in self.layers:
            x = l(x)
        return x
    def backward(self, grad):
        for l in self.layers[::-1]:
            grad = l.backward(grad)

def mse(y_true, y_pred):
    return np.sum((y_true - y_pred) ** 2) / len(y_true)

def mse_derivative(y_true, y_pred):
    return 2 * (y_pred - y_true) / len(y_true)

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    return pts, np.array([[int(a <= b)] for a, b in pts])

def main():
    x, y = generate_linear()
    model = Model()
    ls = []
    for e in range(10000):
        p = model(x)
        ls.append(mse(y, p))
        model.backward(mse_derivative(y, p))
        if e % 200 == 0:
            print('epoch', e, 'loss', ls[-1])
    print('acc', np.mean((model(x) > 0.5) == y))
    plt.plot(ls)
    plt.show()

if __name__ == '__main__':
    main()
