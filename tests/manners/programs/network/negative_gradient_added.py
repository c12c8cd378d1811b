import numpy as np
import matplotlib.pyplot as plt

class DNN:
    def __init__(self, lr=0.1):
        self.lr = lr
        self.w1 = np.random.normal(size=(2, 6))
        self.w2 = np.random.normal(size=(6, 6))
        self.w3 = np.random.normal(size=(6, 1))
        self.b1 = np.zeros((1, 6))
        self.b2 = np.zeros((1, 6))
        self.b3 = np.zeros((1, 1))

    def tanh(self, x):
        return np.tanh(x)

    def sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def feedforward(self, x):
        self.x = x
        self.l1 = self.tanh(np.dot(x, self.w1) + self.b1)
        self.l2 = self.tanh(np.dot(self.l1, self.w2) + self.b2)
        self.output = self.sigmoid(np.dot(self.l2, self.w3) + self.b3)
        return self.output

    def backprop(self, y):
        # error = y - output, so everything here is the NEGATIVE gradient
        d3 = 2 * (y - self.output) * self.output * (1 - self.output)
        self.d_w3 = np.dot(self.l2.T, d3)
        self.d_b3 = np.sum(d3, axis=0, keepdims=True)
        d2 = np.dot(d3, self.w3.T) * (1 - self.l2 ** 2)
        self.d_w2 = np.dot(self.l1.T, d2)
        self.d_b2 = np.sum(d2, axis=0, keepdims=True)
        d1 = np.dot(d2, self.w2.T) * (1 - self.l1 ** 2)
        self.d_w1 = np.dot(self.x.T, d1)
        self.d_b1 = np.sum(d1, axis=0, keepdims=True)

    def update_weights(self):
        self.w1 += self.lr * self.d_w1
        self.w2 += self.lr * self.d_w2
        self.w3 += self.lr * self.d_w3
        self.b1 += self.lr * self.d_b1
        self.b2 += self.lr * self.d_b2
        self.b3 += self.lr * self.d_b3

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs = []
    labels = []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        if pt[0] > pt[1]:
            labels.append(0)
        else:
            labels.append(1)
    return np.array(inputs), np.array(labels).reshape(n, 1)

if __name__ == "__main__":
    x, y = generate_linear()
    model = DNN(lr=0.01)
    all_loss = []
    for epoch in range(5000):
        model.feedforward(x)
        model.backprop(y)
        model.update_weights()
        loss = np.sum((y - model.output) ** 2)
        all_loss.append(loss)
        if epoch % 100 == 0:
            print("Epoch : %d, loss : %f" % (epoch, loss))
    prediction = model.feedforward(x)
    for i in range(len(x)):
        print("Iter%d | Ground truth: %.1f | prediction: %.5f" % (i, y[i][0], prediction[i][0]))
    plt.plot(all_loss)
    plt.show()
