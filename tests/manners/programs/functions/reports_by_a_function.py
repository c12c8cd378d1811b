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

def init(h=8):
    return {'w1': np.random.randn(2, h), 'b1': np.zeros((1, h)), 'w2': np.random.randn(h, h), 'b2': np.zeros((1, h)), 'w3': np.random.randn(h, 1), 'b3': np.zeros((1, 1))}
def predict(x, p):
    return sig(sig(sig(x @ p['w1'] + p['b1']) @ p['w2'] + p['b2']) @ p['w3'] + p['b3'])
def train(x, y, p, epochs, lr=0.3):
    losses = []
    for i in range(epochs):
        a1 = sig(x @ p['w1'] + p['b1'])
        a2 = sig(a1 @ p['w2'] + p['b2'])
        o = sig(a2 @ p['w3'] + p['b3'])
        d3 = (o - y) * o * (1 - o)
        d2 = d3 @ p['w3'].T * a2 * (1 - a2)
        d1 = d2 @ p['w2'].T * a1 * (1 - a1)
        p['w3'] -= lr * a2.T @ d3; p['b3'] -= lr * d3.sum(0, keepdims=True)
        p['w2'] -= lr * a1.T @ d2; p['b2'] -= lr * d2.sum(0, keepdims=True)
        p['w1'] -= lr * x.T @ d1; p['b1'] -= lr * d1.sum(0, keepdims=True)
        if i % 10 == 0:
            losses.append(np.mean((y - predict(x, p))**2))
            if i % 100 == 0: print('epoch', i, 'loss', losses[-1])
    return losses
if __name__ == '__main__':
    for x, y in (generate_linear(), generate_XOR_easy()):
        p = init()
        losses = train(x, y, p, 5000)
        print('accuracy', np.mean((predict(x, p) > .5) == y))
        plt.figure(); plt.plot(losses)
        plt.figure(); plt.scatter(x[:,0], x[:,1], c=predict(x, p).ravel() > .5, cmap='bwr')
    plt.show()
