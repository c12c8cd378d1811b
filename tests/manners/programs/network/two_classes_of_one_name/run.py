import numpy as np
import matplotlib.pyplot as plt
from network import NeuralNetwork

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

if __name__ == '__main__':
    x, y = generate_XOR_easy()
    net = NeuralNetwork()
    loss = []
    for i in range(8000):
        p = net.forward(x)
        loss.append(np.sum((p - y) ** 2) / 2)
        net.backward(y, 0.3)
        if i % 200 == 0:
            print(i, 'loss', loss[-1])
    print('accuracy', np.mean((net.forward(x) > 0.5) == y))
    plt.plot(loss)
    plt.show()
