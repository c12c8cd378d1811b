import numpy as np
from nn import FullyConnected, Sigmoid, Tanh
from loss import MSE
from optim import GD


class Model:
    def __init__(self, units=(2, 7, 7, 1), optimizer=None):
        self.optimizer = optimizer or GD(0.5)
        self.net = []
        for i, (a, b) in enumerate(zip(units, units[1:])):
            self.net.append(FullyConnected('fc%d' % (i + 1), a, b, initializer='normal'))
            self.net.append(Sigmoid('out') if b == 1 else Tanh('tanh%d' % (i + 1)))

    def forward(self, x):
        for layer in self.net:
            x = layer.forward(x)
        return x

    def backward(self, loss):
        grad = loss.backward()
        for layer in reversed(self.net):
            grad = layer.backward(grad)

    def update(self):
        for layer in self.net:
            if hasattr(layer, 'W'):
                self.optimizer.step(layer)

    def train_step(self, x, y):
        loss = MSE(self.forward(x), y)
        self.backward(loss)
        self.update()
        return loss.value
