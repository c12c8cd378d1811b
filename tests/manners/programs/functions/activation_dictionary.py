import numpy as np
import matplotlib.pyplot as plt

# (function, derivative in terms of the output)
ACT = {
    'sigmoid': (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
    'tanh': (np.tanh, lambda a: 1 - a ** 2),
    'relu': (lambda z: np.maximum(0, z), lambda a: (a > 0) * 1.0),
}

def make_model(units=(2, 6, 6, 1), act='tanh'):
    return [{'w': np.random.randn(i, o) / np.sqrt(i), 'b': np.zeros(o),
             'act': act if o != 1 else 'sigmoid'} for i, o in zip(units[:-1], units[1:])]

def feed_forward(model, x):
    for layer in model:
        layer['in'] = x
        x = layer['out'] = ACT[layer['act']][0](x @ layer['w'] + layer['b'])
    return x

def feed_backward(model, target):
    err = model[-1]['out'] - target
    for layer in reversed(model):
        err = err * ACT[layer['act']][1](layer['out'])
        layer['gw'] = layer['in'].T @ err
        layer['gb'] = err.sum(axis=0)
        err = err @ layer['w'].T

def apply_gradients(model, rate):
    for layer in model:
        layer['w'] -= rate * layer['gw']
        layer['b'] -= rate * layer['gb']

def generate_XOR_easy():
    inputs, labels = [], []
    for i in range(11):
        inputs.append([0.1*i, 0.1*i])
        labels.append(0)
        if 0.1*i == 0.5:
            continue
        inputs.append([0.1*i, 1-0.1*i])
        labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)

def run(act, rate, epochs=8000):
    x, y = generate_XOR_easy()
    model = make_model(act=act)
    hist = []
    for e in range(epochs):
        out = feed_forward(model, x)
        hist.append(((out - y) ** 2).sum() / 2)
        feed_backward(model, y)
        apply_gradients(model, rate)
        if e % 200 == 0:
            print(act, 'epoch', e, 'loss', hist[-1])
    print(act, 'accuracy', np.mean((feed_forward(model, x) > 0.5) == y))
    plt.plot(hist, label=act)

if __name__ == '__main__':
    run('tanh', 0.05)
    run('sigmoid', 0.5)
    plt.legend()
    plt.show()
