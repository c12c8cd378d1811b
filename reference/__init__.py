"""The lab, solved: a two-hidden-layer network and its back-propagation in numpy.

    layers.py     Linear, Sigmoid, ReLU (and Tanh, Softmax): forward and backward
    losses.py     MSE, BinaryCrossEntropy (and CrossEntropy)
    network.py    TLNN: six layers in a row and a loss
    data.py       the two toy data sets
    training.py   gradient descent, and the share of right answers
    plots.py      the two figures
    main.py       trains on both data sets and saves the figures

Every module imports only from those above it.
"""
