import numpy as np
import matplotlib.pyplot as plt

def sigmoid(x):
    return 1/(1+np.exp(-x))

def derivative_sigmoid(y):
    return y*(1.0-y)

def loss(y, y_hat):
    return np.mean((y - y_hat)**2)

def derivative_loss(y, y_hat):
    return (y - y_hat)*(2/y.shape[0])

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

class layer():
    def __init__(self, input_size, output_size):
        # bias folded in as one more input
        self.w = np.random.normal(0, 1, (input_size+1, output_size))

    def forward(self, x):
        x = np.append(x, np.ones((x.shape[0], 1)), axis=1)
        self.forward_gradient = x
        self.y = sigmoid(np.matmul(x, self.w))
        return self.y

    def backward(self, derivative_C):
        self.backward_gradient = np.multiply(derivative_sigmoid(self.y), derivative_C)
        return np.matmul(self.backward_gradient, self.w[:-1].T)

    def update(self, learning_rate):
        self.gradient = np.matmul(self.forward_gradient.T, self.backward_gradient)
        self.w -= learning_rate*self.gradient
        return self.gradient

class NN():
    def __init__(self, sizes, learning_rate=0.1):
        self.learning_rate = learning_rate
        sizes2 = sizes[1:] + [0]
        self.l = []
        for a, b in zip(sizes, sizes2):
            if (a+1)*b == 0:
                continue
            self.l += [layer(a, b)]

    def forward(self, x):
        _x = x
        for l in self.l:
            _x = l.forward(_x)
        return _x

    def backward(self, dC):
        _dC = dC
        for l in self.l[::-1]:
            _dC = l.backward(_dC)

    def update(self):
        gradients = []
        for l in self.l:
            gradients += [l.update(self.learning_rate)]
        return gradients

if __name__ == '__main__':
    nn_linear = NN([2, 4, 4, 1], 1)
    nn_XOR = NN([2, 4, 4, 1], 1)
    epoch_count = 10000
    loss_threshold = 0.005
    x_linear, y_linear = generate_linear()
    x_XOR, y_XOR = generate_XOR_easy()
    for name, nn, x, y_hat in (('linear', nn_linear, x_linear, y_linear), ('XOR', nn_XOR, x_XOR, y_XOR)):
        for i in range(epoch_count):
            y = nn.forward(x)
            L = loss(y, y_hat)
            nn.backward(derivative_loss(y, y_hat))
            nn.update()
            if i % 200 == 0:
                print('[{:4d}] {} loss : {:.6f}'.format(i, name, L))
            if L < loss_threshold:
                break
        print(name, 'accuracy', np.mean((nn.forward(x) > 0.5) == y_hat))
