"""A network is a row of layers: forward runs along it, backward runs back."""

from layers import Linear, Sigmoid
from losses import MSE


class TLNN:
    """Two inputs, two hidden layers, one output between 0 and 1."""

    def __init__(self, layer_1_units=4, layer_2_units=4):
        """Make the layers and the loss.

        self.layers: Linear, Sigmoid, Linear, Sigmoid, Linear (no bias), Sigmoid, in a
                     list; from 2 features over layer_1_units and layer_2_units to 1
        self.loss_func: an MSE
        """
        raise NotImplementedError(
            "TLNN.__init__: put the six layers in order into self.layers, "
            "and an MSE into self.loss_func"
        )

    def forward(self, x):
        """Turn points x (N, 2) into predictions (N, 1)."""
        raise NotImplementedError(
            "TLNN.forward: hand the batch from layer to layer, and return what the last one says"
        )

    def cal_loss(self, y, ground_truth):
        """Return the loss of predictions y (N, 1), one float."""
        raise NotImplementedError("TLNN.cal_loss: ask self.loss_func for the loss")

    def backward(self, lr=0.05):
        """Let every layer take its step, for the last forward and cal_loss."""
        raise NotImplementedError(
            "TLNN.backward: begin with the gradient of the loss, hand it from the last "
            "layer back to the first, and pass lr on to each"
        )
