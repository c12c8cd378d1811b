import numpy as np
import matplotlib.pyplot as plt

np.random.seed(1)

# after "a neural network in 11 lines of python"
def nonlin(x, deriv=False):
    if deriv == True:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))

class NN3:
    def __init__(self, alpha=0.5, hiddenSize=8):
        self.alpha = alpha
        # randomly initialize our weights with mean 0
        self.synapse_0 = 2 * np.random.random((2, hiddenSize)) - 1
        self.synapse_1 = 2 * np.random.random((hiddenSize, hiddenSize)) - 1
        self.synapse_2 = 2 * np.random.random((hiddenSize, 1)) - 1

    def predict(self, X):
        self.layer_0 = X
        self.layer_1 = nonlin(np.dot(self.layer_0, self.synapse_0))
        self.layer_2 = nonlin(np.dot(self.layer_1, self.synapse_1))
        self.layer_3 = nonlin(np.dot(self.layer_2, self.synapse_2))
        return self.layer_3

    def one_iteration(self, X, y):
        self.predict(X)
        # how much did we miss the target value?
        layer_3_error = y - self.layer_3
        layer_3_delta = layer_3_error * nonlin(self.layer_3, deriv=True)
        layer_2_error = layer_3_delta.dot(self.synapse_2.T)
        layer_2_delta = layer_2_error * nonlin(self.layer_2, deriv=True)
        layer_1_error = layer_2_delta.dot(self.synapse_1.T)
        layer_1_delta = layer_1_error * nonlin(self.layer_1, deriv=True)
        self.synapse_2 += self.alpha * self.layer_2.T.dot(layer_3_delta)
        self.synapse_1 += self.alpha * self.layer_1.T.dot(layer_2_delta)
        self.synapse_0 += self.alpha * self.layer_0.T.dot(layer_1_delta)
        return np.mean(np.abs(layer_3_error))

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

X, y = generate_XOR_easy()
for alpha in [0.1, 0.5, 1]:
    print("\nTraining With Alpha:" + str(alpha))
    net = NN3(alpha)
    history = []
    for j in range(30000):
        history.append(net.one_iteration(X, y))
        if j % 3000 == 0:
            print("Error after " + str(j) + " iterations: " + '%.6f' % history[-1])
    plt.plot(history, label=str(alpha))
plt.legend()
plt.show()
print('acc', np.mean((net.predict(X) > 0.5) == y))
