import numpy as np
import matplotlib.pyplot as plt

lr = 0.3
class Net():
    def __init__(self):
        # weight
        self.W1 = np.random.rand(10, 2)
        self.W2 = np.random.rand(10, 10)
        self.W3 = np.random.rand(1, 10)
        # bias
        self.B1 = np.random.rand(10, 1)
        self.B2 = np.random.rand(10, 1)
        self.B3 = np.random.rand(1, 1)

    def forward_pass(self, x):
        self.x = x
        self.H1 = self.sigmoid(self.W1 @ x + self.B1)
        self.H2 = self.sigmoid(self.W2 @ self.H1 + self.B2)
        self.Y = self.sigmoid(self.W3 @ self.H2 + self.B3)
        return self.Y

    def sigmoid(self, x):
        return 1.0 / (1.0 + np.exp(-x))

    def derivative_sigmoid(self, x):
        return np.multiply(x, 1.0 - x)

    def cal_loss(self, gt):
        return np.matmul((gt - self.Y), (gt - self.Y).T) / gt.shape[1]

    def backpropagation(self, gt):
        dY = (-2 / gt.shape[1]) * (gt - self.Y)
        dZ3 = dY * self.derivative_sigmoid(self.Y)
        dZ2 = (self.W3.T @ dZ3) * self.derivative_sigmoid(self.H2)
        dZ1 = (self.W2.T @ dZ2) * self.derivative_sigmoid(self.H1)
        self.grad = {'W3': dZ3 @ self.H2.T, 'B3': np.sum(dZ3, axis=1, keepdims=True),
                     'W2': dZ2 @ self.H1.T, 'B2': np.sum(dZ2, axis=1, keepdims=True),
                     'W1': dZ1 @ self.x.T, 'B1': np.sum(dZ1, axis=1, keepdims=True)}

    def weight_update(self):
        for name, g in self.grad.items():
            setattr(self, name, getattr(self, name) - lr * g)

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs, labels = [], []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        labels.append(0 if pt[0] > pt[1] else 1)
    return np.array(inputs), np.array(labels).reshape(n, 1)

if __name__ == '__main__':
    x, y = generate_linear()
    net = Net()
    losses = []
    for epoch in range(30000):
        net.forward_pass(x.T)
        net.backpropagation(y.T)
        net.weight_update()
        loss = net.cal_loss(y.T)
        losses.append(float(loss))
        if epoch % 500 == 0:
            print('epoch %d loss : %f' % (epoch, loss))
    pred = net.forward_pass(x.T).T
    for i in range(len(pred)):
        print('Iter%d | Ground truth: %.1f | prediction: %.5f |' % (i + 1, y[i][0], pred[i][0]))
    print('accuracy', np.mean(np.round(pred) == y))
    plt.plot(losses)
    plt.show()
