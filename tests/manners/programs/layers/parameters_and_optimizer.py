import numpy as np
import matplotlib.pyplot as plt
from tensorboardX import SummaryWriter

class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)

class Module:
    def parameters(self):
        return []
    def __call__(self, *args):
        return self.forward(*args)

class Linear(Module):
    def __init__(self, in_dim, out_dim, bias=True):
        bound = 1 / np.sqrt(in_dim)
        # like pytorch: (out, in)
        self.weight = Parameter(np.random.uniform(-bound, bound, (out_dim, in_dim)))
        self.bias = Parameter(np.random.uniform(-bound, bound, (out_dim,))) if bias else None

    def parameters(self):
        return [self.weight] + ([self.bias] if self.bias is not None else [])

    def forward(self, x):
        self.input = x
        out = x @ self.weight.data.T
        return out + self.bias.data if self.bias is not None else out

    def backward(self, grad_output):
        self.weight.grad += grad_output.T @ self.input
        if self.bias is not None:
            self.bias.grad += grad_output.sum(axis=0)
        return grad_output @ self.weight.data

class Sigmoid(Module):
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y
    def backward(self, grad_output):
        return grad_output * self.y * (1 - self.y)

class ReLU(Module):
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask
    def backward(self, grad_output):
        return grad_output * self.mask

class Sequential(Module):
    def __init__(self, *modules):
        self.modules = modules
    def parameters(self):
        return [p for m in self.modules for p in m.parameters()]
    def forward(self, x):
        for m in self.modules:
            x = m(x)
        return x
    def backward(self, grad):
        for m in reversed(self.modules):
            grad = m.backward(grad)
        return grad

class MSELoss(Module):
    def forward(self, pred, label):
        self.diff = pred - label
        return (self.diff ** 2).mean()
    def backward(self):
        return 2 * self.diff / self.diff.size

class SGD:
    def __init__(self, params, lr, momentum=0.0):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.buf = [np.zeros_like(p.data) for p in params]
    def zero_grad(self):
        for p in self.params:
            p.grad = np.zeros_like(p.data)
    def step(self):
        for i, p in enumerate(self.params):
            self.buf[i] = self.momentum * self.buf[i] + p.grad
            p.data -= self.lr * self.buf[i]

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    return pts, np.where(pts[:, 0] > pts[:, 1], 0, 1).reshape(n, 1)

def build(hidden=16, act=ReLU):
    return Sequential(Linear(2, hidden), act(), Linear(hidden, hidden), act(), Linear(hidden, 1), Sigmoid())

def main():
    writer = SummaryWriter('runs/lab1')
    x, y = generate_linear()
    model = build()
    criterion = MSELoss()
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    for epoch in range(3000):
        pred = model(x)
        loss = criterion(pred, y)
        optimizer.zero_grad()
        model.backward(criterion.backward())
        optimizer.step()
        writer.add_scalar('train/loss', loss, epoch)
        if epoch % 50 == 0:
            print('[%d] loss %.5f' % (epoch, loss))
    writer.close()
    print('accuracy', np.mean((model(x) > 0.5) == y))

if __name__ == '__main__':
    main()
