# 深度學習 Lab1 反向傳播
import numpy as np
import matplotlib.pyplot as plt

np.random.seed(0)

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

def sigmoid(x):
    return 1/(1+np.exp(-x))

class Model:
    """兩層隱藏層的神經網路, 每一行(column)是一筆資料"""
    def __init__(self, n_input=2, n_hidden1=8, n_hidden2=8, n_output=1):
        self.params = {}
        self.params['W1'] = np.random.randn(n_hidden1, n_input)
        self.params['b1'] = np.zeros((n_hidden1, 1))
        self.params['W2'] = np.random.randn(n_hidden2, n_hidden1)
        self.params['b2'] = np.zeros((n_hidden2, 1))
        self.params['W3'] = np.random.randn(n_output, n_hidden2)
        self.params['b3'] = np.zeros((n_output, 1))
        self.cache = {}
        self.grads = {}

    def forward(self, X):
        # X: (2, m)
        p = self.params
        A1 = sigmoid(p['W1'] @ X + p['b1'])
        A2 = sigmoid(p['W2'] @ A1 + p['b2'])
        A3 = sigmoid(p['W3'] @ A2 + p['b3'])
        self.cache = {'A0': X, 'A1': A1, 'A2': A2, 'A3': A3}
        return A3

    def compute_loss(self, Y):
        m = Y.shape[1]
        return np.sum((self.cache['A3'] - Y)**2) / m

    def backward(self, Y):
        m = Y.shape[1]
        c = self.cache
        dA = 2 * (c['A3'] - Y) / m   # MSE 的微分
        for i in (3, 2, 1):
            dZ = dA * c['A%d' % i] * (1 - c['A%d' % i])
            self.grads['W%d' % i] = dZ @ c['A%d' % (i-1)].T
            self.grads['b%d' % i] = np.sum(dZ, axis=1, keepdims=True)
            dA = self.params['W%d' % i].T @ dZ

    def step(self, learning_rate):
        for k in self.params:
            self.params[k] -= learning_rate * self.grads[k]

def train(x, y, epochs=20000, lr=0.8):
    model = Model()
    history = []
    X, Y = x.T, y.T
    for e in range(epochs):
        model.forward(X)
        loss = model.compute_loss(Y)
        model.backward(Y)
        model.step(lr)
        history.append(loss)
        if e % 200 == 0:
            print(f'第 {e} 回合 loss = {loss:.5f}')
    return model, history

if __name__ == "__main__":
    for f in [generate_linear, generate_XOR_easy]:
        x, y = f()
        model, history = train(x, y)
        pred = model.forward(x.T).T
        print(pred)
        print('正確率:', np.mean(np.round(pred) == y))
        plt.plot(history)
        plt.xlabel('epoch'); plt.ylabel('loss')
        plt.show()
        show_result(x, y, np.round(pred))
