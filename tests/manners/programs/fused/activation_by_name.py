import numpy as np
import matplotlib.pyplot as plt


class Layer:
    """ 一層 = 線性 + 激活函數 """
    def __init__(self, n_in, n_out, activation='sigmoid', lr=0.1):
        self.w = np.random.randn(n_in, n_out)
        self.b = np.random.randn(1, n_out)
        self.activation = activation
        self.lr = lr

    def act(self, z):
        if self.activation == 'sigmoid':
            return 1 / (1 + np.exp(-z))
        elif self.activation == 'tanh':
            return np.tanh(z)
        elif self.activation == 'relu':
            return np.maximum(0, z)
        return z

    def act_derivative(self):
        if self.activation == 'sigmoid':
            return self.a * (1 - self.a)
        elif self.activation == 'tanh':
            return 1 - self.a ** 2
        elif self.activation == 'relu':
            return (self.z > 0).astype(float)
        return np.ones_like(self.z)

    def forward(self, x):
        self.x = x
        self.z = x @ self.w + self.b
        self.a = self.act(self.z)
        return self.a

    def backward(self, grad):
        delta = grad * self.act_derivative()
        dw = self.x.T @ delta
        db = np.sum(delta, axis=0, keepdims=True)
        dx = delta @ self.w.T
        # 更新權重
        self.w -= self.lr * dw
        self.b -= self.lr * db
        return dx


class Network:
    def __init__(self, lr=0.1, hidden=6, activation='sigmoid'):
        self.layers = [Layer(2, hidden, activation, lr),
                       Layer(hidden, hidden, activation, lr),
                       Layer(hidden, 1, 'sigmoid', lr)]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)


def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs, labels = [], []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        labels.append(0 if pt[0] > pt[1] else 1)
    return np.array(inputs), np.array(labels).reshape(n, 1)


def generate_XOR_easy():
    inputs, labels = [], []
    for i in range(11):
        inputs.append([0.1 * i, 0.1 * i])
        labels.append(0)
        if 0.1 * i == 0.5:
            continue
        inputs.append([0.1 * i, 1 - 0.1 * i])
        labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)


def mse_loss(y, y_pred):
    return ((y - y_pred) ** 2).mean()


def mse_loss_derivative(y, y_pred):
    return 2 * (y_pred - y) / y.shape[0]


if __name__ == '__main__':
    x, y = generate_XOR_easy()
    net = Network(lr=0.5)
    loss = []
    for epoch in range(20000):
        y_pred = net.forward(x)
        loss.append(mse_loss(y, y_pred))
        net.backward(mse_loss_derivative(y, y_pred))
        if epoch % 500 == 0:
            print('epoch: {}, 誤差 = {:.6f}'.format(epoch, loss[-1]))
    print('準確率', np.mean((net.forward(x) > 0.5) == y))
    plt.plot(loss)
    plt.title('XOR loss')
    plt.show()
