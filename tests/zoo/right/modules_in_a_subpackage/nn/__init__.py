from .linear import Linear
from .activation import ReLU, Sigmoid
from .loss import BinaryCrossEntropy, MSE
