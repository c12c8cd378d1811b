import matplotlib.pyplot as plt
import numpy as np

class GenData:
    @staticmethod
    def _gen_linear(n=100):
        data = np.random.uniform(0, 1, (n, 2))
        inputs = []
        labels = []
        for point in data:
            inputs.append([point[0], point[1]])
            if point[0] > point[1]:
                labels.append(0)
            else:
                labels.append(1)
        return np.array(inputs), np.array(labels).reshape((-1, 1))

    @staticmethod
    def _gen_xor(n=100):
        data_x = np.linspace(0, 1, n // 2)
        inputs = []
        labels = []
        for x in data_x:
            inputs.append([x, x])
            labels.append(0)
            if x == 1 - x:
                continue
            inputs.append([x, 1 - x])
            labels.append(1)
        return np.array(inputs), np.array(labels).reshape((-1, 1))

    @staticmethod
    def fetch_data(mode, n):
        assert mode == 'Linear' or mode == 'XOR'
        data_gen_func = {
            'Linear': GenData._gen_linear,
            'XOR': GenData._gen_xor
        }[mode]
        return data_gen_func(n)

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def der_sigmoid(y):
    """ y : the value after sigmoid """
    return y * (1 - y)

class SimpleNet:
    def __init__(self, hidden_size, num_step=2000, print_interval=100):
        self.num_step = num_step
        self.print_interval = print_interval
        self.learning_rate = 0.1
        self.hidden1_weights = np.random.randn(2, hidden_size)
        self.hidden2_weights = np.random.randn(hidden_size, hidden_size)
        self.hidden3_weights = np.random.randn(hidden_size, 1)

    @staticmethod
    def plot_result(data, gt_y, pred_y):
        assert data.shape[0] == gt_y.shape[0]
        plt.figure()
        plt.subplot(1, 2, 1)
        plt.title('Ground Truth', fontsize=18)
        for idx in range(data.shape[0]):
            plt.plot(data[idx][0], data[idx][1], 'ro' if gt_y[idx] == 0 else 'bo')
        plt.subplot(1, 2, 2)
        plt.title('Prediction', fontsize=18)
        for idx in range(data.shape[0]):
            plt.plot(data[idx][0], data[idx][1], 'ro' if pred_y[idx] == 0 else 'bo')
        plt.show()

    def forward(self, inputs):
        self.input = inputs
        self.a1 = sigmoid(self.input @ self.hidden1_weights)
        self.a2 = sigmoid(self.a1 @ self.hidden2_weights)
        self.output = sigmoid(self.a2 @ self.hidden3_weights)
        return self.output

    def backward(self):
        grad_z3 = self.error * der_sigmoid(self.output)
        grad_w3 = self.a2.T @ grad_z3
        grad_z2 = (grad_z3 @ self.hidden3_weights.T) * der_sigmoid(self.a2)
        grad_w2 = self.a1.T @ grad_z2
        grad_z1 = (grad_z2 @ self.hidden2_weights.T) * der_sigmoid(self.a1)
        grad_w1 = self.input.T @ grad_z1

        self.hidden1_weights -= self.learning_rate * grad_w1
        self.hidden2_weights -= self.learning_rate * grad_w2
        self.hidden3_weights -= self.learning_rate * grad_w3

    def train(self, inputs, labels):
        assert inputs.shape[0] == labels.shape[0]
        n = inputs.shape[0]
        for epochs in range(self.num_step):
            for idx in range(n):
                # operations in each training step:
                #   1. forward passing
                #   2. compute loss
                #   3. propagate gradient backward to the front
                self.output = self.forward(inputs[idx:idx+1, :])
                self.error = self.output - labels[idx:idx+1, :]
                self.backward()
            if epochs % self.print_interval == 0:
                print('Epochs {}: '.format(epochs))
                self.test(inputs, labels)
        print('Training finished')
        self.test(inputs, labels)

    def test(self, inputs, labels):
        n = inputs.shape[0]
        error = 0.0
        for idx in range(n):
            result = self.forward(inputs[idx:idx+1, :])
            error += abs(result - labels[idx:idx+1, :])
        error /= n
        print('accuracy: %.2f' % ((1 - error[0][0]) * 100) + '%', 'error: %.5f' % error[0][0])
        print('')

if __name__ == '__main__':
    data, label = GenData.fetch_data('Linear', 70)
    net = SimpleNet(100, num_step=2000)
    net.train(data, label)
    pred_result = np.round(net.forward(data))
    SimpleNet.plot_result(data, label, pred_result)

    data, label = GenData.fetch_data('XOR', 70)
    net = SimpleNet(100, num_step=2000)
    net.train(data, label)
    pred_result = np.round(net.forward(data))
    SimpleNet.plot_result(data, label, pred_result)
