import numpy as np
from matplotlib import pyplot as plt

class Dense:
    # x is (features, batch)
    def __init__(self, input_size, output_size):
        self.weights = np.random.randn(output_size, input_size)
        self.bias = np.random.randn(output_size, 1)

    def forward(self, input):
        self.input = input
        return np.dot(self.weights, self.input) + self.bias

    def backward(self, output_gradient, learning_rate):
        weights_gradient = np.dot(output_gradient, self.input.T)
        input_gradient = np.dot(self.weights.T, output_gradient)
        self.weights -= learning_rate * weights_gradient
        self.bias -= learning_rate * np.sum(output_gradient, axis=1, keepdims=True)
        return input_gradient

class Activation:
    def __init__(self, activation, activation_prime):
        self.activation = activation
        self.activation_prime = activation_prime

    def forward(self, input):
        self.input = input
        return self.activation(self.input)

    def backward(self, output_gradient, learning_rate):
        return np.multiply(output_gradient, self.activation_prime(self.input))

class Sigmoid(Activation):
    def __init__(self):
        def sigmoid(x):
            return 1 / (1 + np.exp(-x))

        def sigmoid_prime(x):
            s = sigmoid(x)
            return s * (1 - s)

        super().__init__(sigmoid, sigmoid_prime)

class MSE:
    def __call__(self, y_true, y_pred):
        return np.mean(np.power(y_true - y_pred, 2))

    def derivative(self, y_true, y_pred):
        return 2 * (y_pred - y_true) / np.size(y_true)

def predict(network, input):
    output = input
    for layer in network:
        output = layer.forward(output)
    return output

def train(network, loss, x_train, y_train, epochs=1000, learning_rate=0.01, verbose=True):
    errors = []
    for e in range(epochs):
        error = 0
        for x, y in zip(x_train, y_train):
            # one sample as a column
            x = np.reshape(x, (2, 1))
            y = np.reshape(y, (1, 1))
            output = predict(network, x)
            error += loss(y, output)
            grad = loss.derivative(y, output)
            for layer in reversed(network):
                grad = layer.backward(grad, learning_rate)
        error /= len(x_train)
        errors.append(error)
        if verbose and e % 10 == 0:
            print(f"{e + 1}/{epochs}, error={error}")
    return errors

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
    X, Y = generate_XOR_easy()
    network = [Dense(2, 6), Sigmoid(), Dense(6, 6), Sigmoid(), Dense(6, 1), Sigmoid()]
    errors = train(network, MSE(), X, Y, epochs=3000, learning_rate=0.5)
    Z = predict(network, X.T)
    print('accuracy', np.mean((Z.T > 0.5) == Y))
    plt.plot(errors)
    plt.savefig('./img/loss.jpg')
    plt.show()
