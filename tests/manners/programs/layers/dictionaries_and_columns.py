# -*- coding: utf-8 -*-
import numpy as np
import matplotlib.pyplot as plt

class AffineLayer:
    # 輸入 x 的形狀: (特徵數, 樣本數)
    def __init__(self, n_out, n_in):
        self.params = {'W': np.random.randn(n_out, n_in), 'b': np.zeros((n_out, 1))}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return self.params['W'].dot(x) + self.params['b']

    def backward(self, dout):
        self.grads['W'] = dout.dot(self.x.T)
        self.grads['b'] = dout.sum(axis=1, keepdims=True)
        return self.params['W'].T.dot(dout)

class SigmoidLayer:
    params = {}
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out
    def backward(self, dout):
        return dout * self.out * (1 - self.out)

class CrossEntropy:
    def forward(self, t, y):
        # t: 正確答案, y: 預測
        self.t, self.y = t, y
        return -np.mean(t * np.log(y + 1e-10) + (1 - t) * np.log(1 - y + 1e-10))
    def backward(self):
        return (self.y - self.t) / (self.y * (1 - self.y) + 1e-10) / self.t.size

class Momentum:
    def __init__(self, lr=0.1, momentum=0.9):
        self.lr, self.momentum, self.v = lr, momentum, {}
    def update(self, layers):
        for i, layer in enumerate(layers):
            for key in layer.params:
                v = self.v.get((i, key), 0)
                v = self.momentum * v - self.lr * layer.grads[key]
                self.v[(i, key)] = v
                layer.params[key] += v

class ThreeLayerNet:
    def __init__(self, h=5):
        self.layers = [AffineLayer(h, 2), SigmoidLayer(), AffineLayer(h, h), SigmoidLayer(),
                       AffineLayer(1, h), SigmoidLayer()]
        self.last = CrossEntropy()
    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
    def loss(self, x, t):
        return self.last.forward(t, self.predict(x))
    def gradient(self, x, t):
        self.loss(x, t)
        d = self.last.backward()
        for layer in reversed(self.layers):
            d = layer.backward(d)

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

if __name__ == '__main__':
    x, t = generate_XOR_easy()
    x, t = x.T, t.T
    net, opt = ThreeLayerNet(), Momentum(0.1)
    rec = []
    for i in range(5000):
        net.gradient(x, t)
        opt.update(net.layers)
        rec.append(net.loss(x, t))
        if i % 100 == 0:
            print('第%d次 loss: %.5f' % (i, rec[-1]))
    print('正確率', np.mean((net.predict(x) > 0.5) == t))
    plt.plot(rec)
    plt.show()
