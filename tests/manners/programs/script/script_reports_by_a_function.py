import numpy as np
import matplotlib.pyplot as plt
def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    return pts, (pts[:, 0] <= pts[:, 1]).astype(float).reshape(-1, 1)
def generate_XOR_easy():
    a, b = [], []
    for i in range(11):
        a.append([0.1*i, 0.1*i]); b.append(0)
        if i != 5:
            a.append([0.1*i, 1-0.1*i]); b.append(1)
    return np.array(a), np.array(b).reshape(21, 1)
def sig(z): return 1/(1+np.exp(-z))

x, y = generate_linear()
h, lr = 8, 0.3
w1, b1 = np.random.randn(2, h), np.zeros((1, h))
w2, b2 = np.random.randn(h, h), np.zeros((1, h))
w3, b3 = np.random.randn(h, 1), np.zeros((1, 1))
def predict(x):
    return sig(sig(sig(x @ w1 + b1) @ w2 + b2) @ w3 + b3)
losses = []
for i in range(3000):
    a1 = sig(x @ w1 + b1)
    a2 = sig(a1 @ w2 + b2)
    o = sig(a2 @ w3 + b3)
    d3 = (o - y) * o * (1 - o)
    d2 = d3 @ w3.T * a2 * (1 - a2)
    d1 = d2 @ w2.T * a1 * (1 - a1)
    w3 -= lr * a2.T @ d3; b3 -= lr * d3.sum(0, keepdims=True)
    w2 -= lr * a1.T @ d2; b2 -= lr * d2.sum(0, keepdims=True)
    w1 -= lr * x.T @ d1; b1 -= lr * d1.sum(0, keepdims=True)
    if i % 100 == 0:
        losses.append(np.mean((y - predict(x))**2))
        print('epoch', i, 'loss', losses[-1])
print('accuracy', np.mean((predict(x) > .5) == y))
plt.figure(); plt.plot(losses)
plt.figure(); plt.scatter(x[:,0], x[:,1], c=predict(x).ravel() > .5, cmap='bwr')
plt.show()
