import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.metrics import accuracy_score

class DenseSigmoid:
    def __init__(self, in_features, out_features, bias=True, seed=None):
        if seed is not None:
            np.random.seed(seed)
        self.weight = np.random.randn(in_features, out_features)
        self.bias = np.zeros(out_features) if bias else None
        self.grads = {}

    def __call__(self, x):
        self.x = x
        z = x @ self.weight
        if self.bias is not None:
            z = z + self.bias
        self.y = 1 / (1 + np.exp(-z))
        return self.y

    def backward(self, dy):
        dz = dy * self.y * (1 - self.y)
        self.grads['weight'] = self.x.T @ dz
        if self.bias is not None:
            self.grads['bias'] = dz.sum(0)
        return dz @ self.weight.T

    def step(self, lr):
        self.weight = self.weight - lr * self.grads['weight']
        if self.bias is not None:
            self.bias = self.bias - lr * self.grads['bias']

class Model:
    def __init__(self, n=8):
        self.fc1 = DenseSigmoid(2, n)
        self.fc2 = DenseSigmoid(n, n)
        self.fc3 = DenseSigmoid(n, 1)

    def __call__(self, x):
        return self.fc3(self.fc2(self.fc1(x)))

    def backward(self, dy):
        self.fc1.backward(self.fc2.backward(self.fc3.backward(dy)))

    def step(self, lr):
        self.fc1.step(lr)
        self.fc2.step(lr)
        self.fc3.step(lr)

class BCE:
    def __call__(self, pred, y):
        return -np.mean(y * np.log(pred + 1e-12) + (1 - y) * np.log(1 - pred + 1e-12))
    def backward(self, y_pred, y):
        return (y_pred - y) / (y_pred * (1 - y_pred) + 1e-12) / len(y)

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs, labels = [], []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        labels.append(0 if pt[0] > pt[1] else 1)
    return np.array(inputs), np.array(labels).reshape(n, 1)

if __name__ == '__main__':
    x, y = generate_linear()
    model, criterion = Model(), BCE()
    log = []
    for epoch in range(8000):
        pred = model(x)
        loss = criterion(pred, y)
        model.backward(criterion.backward(pred, y))
        model.step(0.1)
        log.append({'epoch': epoch, 'loss': loss})
        if epoch % 200 == 0:
            print(f'epoch {epoch} loss {loss:.5f}')
    print('accuracy', accuracy_score(y, (model(x) > 0.5).astype(int)))
    df = pd.DataFrame(log)
    df.to_csv('log.csv')
    df.plot(x='epoch', y='loss')
    plt.show()
