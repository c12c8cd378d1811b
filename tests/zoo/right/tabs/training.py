"""Training a network and judging it."""

import numpy as np


def train(net, x, y, lr=0.1, epochs=10000, batch_size=None):
	"""Train net on x, y; return the mean loss of every epoch."""
	n = len(x)
	size = n if batch_size is None else batch_size
	losses = []
	for epoch in range(epochs):
		order = np.random.permutation(n) if size < n else np.arange(n)
		total = 0.0
		for start in range(0, n, size):
			batch = order[start:start + size]
			pred = net.forward(x[batch])
			loss = net.cal_loss(pred, y[batch])
			net.backward(lr)
			total += loss * len(batch)
		losses.append(total / n)
	return losses


def accuracy(ground_truth, y):
	"""The share of predictions that land on the right side of one half."""
	guess = y > 0.5
	hits = guess == (ground_truth > 0.5)
	return float(np.mean(hits))
