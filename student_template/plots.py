"""Two pictures: what the network answers, and how it learned.

Draw with pyplot and return the figure: main.py saves it. plt.show() is not needed.
"""

import matplotlib.pyplot as plt
import numpy as np


def show_result(x, y, pred_y):
    """Draw points x (N, 2) by ground truth y (N, 1) and, beside it, by pred_y (N, 1).

    Two panels side by side, titled "Ground truth" and "Predict result"; every point in
    both of them, the two classes in two colours.
    """
    raise NotImplementedError(
        "show_result: make two panels side by side with plt.subplots, draw every point "
        "in the colour of its class, set both titles, and return the figure"
    )


def show_learning_curve(losses):
    """Draw the loss against the epoch, with both axes labelled."""
    raise NotImplementedError(
        "show_learning_curve: plot the losses, label both axes, and return the figure"
    )
