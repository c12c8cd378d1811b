"""The network with two hidden layers."""

from layers import Linear, Sigmoid
from losses import MSE


class TLNN:
    """Two inputs, two hidden layers, one output."""

    def __init__(self, layer_1_units=4, layer_2_units=4):
        self.layers = [
            Linear(2, layer_1_units),
            Sigmoid(),  # after the first hidden layer
            Linear(layer_1_units, layer_2_units),
            Sigmoid(),  # after the second hidden layer
            Linear(layer_2_units, 1, bias=False),
            Sigmoid(),  # at the output
        ]
        self.loss_func = MSE()

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def cal_loss(self, y, ground_truth):
        return self.loss_func.forward(y, ground_truth)

    def backward(self, lr=0.05):
        grad = self.loss_func.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        for layer in self.layers:
            layer.update(lr)
