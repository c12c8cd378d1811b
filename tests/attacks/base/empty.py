import os

import numpy as np

sys = vars(os)["sys"]


def sound(name):
    """Find somebody else's class of a name, or none."""
    return object


#HEAD


class Linear(sound("Linear")):
    pass


class Sigmoid(sound("Sigmoid")):
    pass


class MSE(sound("MSE")):
    pass
