# %%
# # Lab1: Back-propagation
# 學號 0856001
# %%
import numpy as np
import matplotlib.pyplot as plt
import torch
# %matplotlib inline
# %%
def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs = []
    labels = []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        distance = (pt[0]-pt[1])/1.414
        if pt[0] > pt[1]:
            labels.append(0)
        else:
            labels.append(1)
    return np.array(inputs), np.array(labels).reshape(n, 1)

def generate_XOR_easy():
    inputs = []
    labels = []
    for i in range(11):
        inputs.append([0.1*i, 0.1*i])
        labels.append(0)
        if 0.1*i == 0.5:
            continue
        inputs.append([0.1*i, 1-0.1*i])
        labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)
# %%
def show_result(x, y, pred_y):
    plt.subplot(1,2,1)
    plt.title('Ground truth', fontsize=18)
    for i in range(x.shape[0]):
        if y[i] == 0:
            plt.plot(x[i][0], x[i][1], 'ro')
        else:
            plt.plot(x[i][0], x[i][1], 'bo')
    plt.subplot(1,2,2)
    plt.title('Predict result', fontsize=18)
    for i in range(x.shape[0]):
        if pred_y[i] == 0:
            plt.plot(x[i][0], x[i][1], 'ro')
        else:
            plt.plot(x[i][0], x[i][1], 'bo')
    plt.show()
# %%
class MyNet:
    def __init__(self, n1=10, n2=10):
        self.W1 = np.random.uniform(-1, 1, (2, n1))
        self.W2 = np.random.uniform(-1, 1, (n1, n2))
        self.W3 = np.random.uniform(-1, 1, (n2, 1))

    def sigmoid(self, x):
        return 1/(1+np.exp(-x))

    def forward_pass(self, X):
        self.Z1 = X @ self.W1
        self.A1 = self.sigmoid(self.Z1)
        self.Z2 = self.A1 @ self.W2
        self.A2 = self.sigmoid(self.Z2)
        self.Z3 = self.A2 @ self.W3
        return self.sigmoid(self.Z3)

    def sigmoid_prime(self, z):
        return self.sigmoid(z) * (1 - self.sigmoid(z))

    def backward_pass(self, X, y, y_pred, lr):
        # y first, then prediction
        delta3 = -(y - y_pred) * self.sigmoid_prime(self.Z3)
        delta2 = delta3 @ self.W3.T * self.sigmoid_prime(self.Z2)
        delta1 = delta2 @ self.W2.T * self.sigmoid_prime(self.Z1)
        self.W3 -= lr * self.A2.T @ delta3
        self.W2 -= lr * self.A1.T @ delta2
        self.W1 -= lr * X.T @ delta1
# %%
def log_loss_mean(history):
    return torch.tensor(history[-100:]).mean().item()
# %%
x, y = generate_linear()
net = MyNet()
history = []
for epoch in range(5000):
    y_pred = net.forward_pass(x)
    history.append(np.mean((y - y_pred)**2) / 2)
    net.backward_pass(x, y, y_pred, 0.1)
    if epoch % 100 == 0:
        print('epoch', epoch, 'loss', history[-1])
# %%
show_result(x, y, np.round(net.forward_pass(x)))
plt.plot(history)
plt.show()
# %%
x, y = generate_XOR_easy()
net = MyNet()
history = []
for epoch in range(30000):
    y_pred = net.forward_pass(x)
    history.append(np.mean((y - y_pred)**2) / 2)
    net.backward_pass(x, y, y_pred, 0.3)
# %%
show_result(x, y, np.round(net.forward_pass(x)))
plt.plot(history)
plt.show()
