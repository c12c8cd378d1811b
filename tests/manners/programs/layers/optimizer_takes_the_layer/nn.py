import numpy as np


class FullyConnected:
    def __init__(self, name, n_in, n_out, initializer='normal', use_bias=True):
        self.name = name
        if initializer == 'normal':
            self.W = np.random.normal(0, 1, (n_in, n_out))
        else:
            self.W = np.random.rand(n_in, n_out)
        self.use_bias = use_bias
        self.b = np.zeros((1, n_out))
        self.grad_W = None
        self.grad_b = None

    def forward(self, inputs):
        self.inputs = inputs
        z = self.inputs.dot(self.W)
        if self.use_bias:
            z = z + self.b
        return z

    def backward(self, upstream):
        self.grad_W = self.inputs.T.dot(upstream)
        self.grad_b = np.sum(upstream, axis=0, keepdims=True)
        return upstream.dot(self.W.T)


class Sigmoid:
    def __init__(self, name):
        self.name = name

    def forward(self, inputs):
        self.s = 1. / (1. + np.exp(-inputs))
        return self.s

    def backward(self, upstream):
        return upstream * self.s * (1. - self.s)


class Tanh:
    def __init__(self, name):
        self.name = name

    def forward(self, inputs):
        self.t = np.tanh(inputs)
        return self.t

    def backward(self, upstream):
        return upstream * (1. - self.t ** 2)
