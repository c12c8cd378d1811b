# %%
import numpy as np
import matplotlib.pyplot as plt
# %%
def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs, labels = [], []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        if pt[0] > pt[1]:
            labels.append(0)
        else:
            labels.append(1)
    return np.array(inputs), np.array(labels).reshape(n, 1)

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
# %%
def sigmoid(x):
    return 1.0/(1.0 + np.exp(-x))

def derivative_sigmoid(x):
    return np.multiply(x, 1.0 - x)

def init(units):
    return np.random.randn(2, units), np.random.randn(units, units), np.random.randn(units, 1)
# %%
def forward(x, w1, w2, w3):
    h1 = sigmoid(x @ w1)
    h2 = sigmoid(h1 @ w2)
    y = sigmoid(h2 @ w3)
    return h1, h2, y

def MSE(y_hat, y):
    return np.mean((y_hat - y)**2)

def dMSE(y_hat, y):
    return -2*(y_hat - y)/y.shape[0]
# %%
def backward(x, h1, h2, y, y_hat, w2, w3):
    dy = dMSE(y_hat, y) * derivative_sigmoid(y)
    gw3 = h2.T @ dy
    dh2 = dy @ w3.T * derivative_sigmoid(h2)
    gw2 = h1.T @ dh2
    dh1 = dh2 @ w2.T * derivative_sigmoid(h1)
    gw1 = x.T @ dh1
    return gw1, gw2, gw3
# %%
def train(x, y_hat, units=5, lr=0.8, epochs=10000):
    w1, w2, w3 = init(units)
    losses = []
    for e in range(epochs):
        h1, h2, y = forward(x, w1, w2, w3)
        losses.append(MSE(y_hat, y))
        g1, g2, g3 = backward(x, h1, h2, y, y_hat, w2, w3)
        w1, w2, w3 = w1 - lr*g1, w2 - lr*g2, w3 - lr*g3
        if e % 100 == 0:
            print('epoch', e, 'loss', losses[-1])
    return (w1, w2, w3), losses
# %%
x, y = generate_linear()
weights, losses = train(x, y)
plt.plot(losses)
plt.show()
# %%
x, y = generate_XOR_easy()
weights, losses = train(x, y)
print('accuracy', np.mean((forward(x, *weights)[2] > 0.5) == y))
plt.plot(losses)
plt.show()
