import argparse
import numpy as np
import matplotlib.pyplot as plt

def affine_forward(x, w, b):
    return x.dot(w) + b, (x, w)

def affine_backward(dout, cache):
    x, w = cache
    return dout.dot(w.T), x.T.dot(dout), dout.sum(axis=0)

def sigmoid_forward(x):
    s = 1. / (1. + np.exp(-x))
    return s, s

def sigmoid_backward(dout, cache):
    return dout * cache * (1 - cache)

def mse_loss(scores, y):
    """returns loss and gradient, cs231n style"""
    n = y.shape[0]
    diff = scores - y
    return np.sum(diff ** 2) / n, 2 * diff / n

def loss_and_grads(params, x, y):
    caches = []
    out = x
    for i in range(3):
        out, c = affine_forward(out, params['w%d' % i], params['b%d' % i])
        out, s = sigmoid_forward(out)
        caches.append((c, s))
    loss, dout = mse_loss(out, y)
    grads = {}
    for i in reversed(range(3)):
        c, s = caches[i]
        dout = sigmoid_backward(dout, s)
        dout, grads['w%d' % i], grads['b%d' % i] = affine_backward(dout, c)
    return loss, grads, out

def sgd(params, grads, lr):
    for k in params:
        params[k] -= lr * grads[k]

def get_data(kind):
    if kind == 'linear':
        pts = np.random.uniform(0, 1, (100, 2))
        return pts, (pts[:, 0] <= pts[:, 1]).astype(int).reshape(-1, 1)
    xs, ys = [], []
    for i in range(11):
        xs.append([.1*i, .1*i]); ys.append(0)
        if i != 5:
            xs.append([.1*i, 1-.1*i]); ys.append(1)
    return np.array(xs), np.array(ys).reshape(-1, 1)

def init_params(h=8):
    dims = [2, h, h, 1]
    params = {}
    for i in range(3):
        params['w%d' % i] = np.random.randn(dims[i], dims[i+1])
        params['b%d' % i] = np.zeros(dims[i+1])
    return params

if __name__ == '__main__':
    ap = argparse.ArgumentParser()
    ap.add_argument('data', choices=['linear', 'xor'])
    ap.add_argument('--lr', type=float, required=True)
    ap.add_argument('--epochs', type=int, default=5000)
    a = ap.parse_args()
    x, y = get_data(a.data)
    params = init_params()
    hist = []
    for e in range(a.epochs):
        loss, grads, out = loss_and_grads(params, x, y)
        sgd(params, grads, a.lr)
        hist.append(loss)
        if e % 100 == 0:
            print('epoch %5d  loss %.5f  acc %.2f' % (e, loss, np.mean((out > .5) == y)))
    plt.plot(hist)
    plt.show()
