import numpy as np
import matplotlib.pyplot as plt

# module interface of torch7: updateOutput / updateGradInput / accGradParameters
class Module(object):
    def __init__(self):
        self.output = None
        self.gradInput = None
    def forward(self, input):
        return self.updateOutput(input)
    def backward(self, input, gradOutput):
        self.updateGradInput(input, gradOutput)
        self.accGradParameters(input, gradOutput)
        return self.gradInput
    def updateOutput(self, input):
        pass
    def updateGradInput(self, input, gradOutput):
        pass
    def accGradParameters(self, input, gradOutput):
        pass
    def zeroGradParameters(self):
        pass
    def getParameters(self):
        return []
    def getGradParameters(self):
        return []

class Sequential(Module):
    def __init__(self):
        super(Sequential, self).__init__()
        self.modules = []
    def add(self, module):
        self.modules.append(module)
    def updateOutput(self, input):
        self.y = [input]
        for module in self.modules:
            self.y.append(module.forward(self.y[-1]))
        self.output = self.y[-1]
        return self.output
    def backward(self, input, gradOutput):
        for i in range(len(self.modules) - 1, 0, -1):
            gradOutput = self.modules[i].backward(self.y[i], gradOutput)
        self.gradInput = self.modules[0].backward(input, gradOutput)
        return self.gradInput
    def zeroGradParameters(self):
        for module in self.modules:
            module.zeroGradParameters()
    def getParameters(self):
        return [x.getParameters() for x in self.modules]
    def getGradParameters(self):
        return [x.getGradParameters() for x in self.modules]

class Linear(Module):
    def __init__(self, n_in, n_out):
        super(Linear, self).__init__()
        stdv = 1. / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_out, n_in))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def updateOutput(self, input):
        self.output = np.add(input.dot(self.W.T), self.b)
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.dot(self.W)
        return self.gradInput
    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T.dot(input)
        self.gradb += gradOutput.sum(axis=0)
    def zeroGradParameters(self):
        self.gradW.fill(0)
        self.gradb.fill(0)
    def getParameters(self):
        return [self.W, self.b]
    def getGradParameters(self):
        return [self.gradW, self.gradb]

class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super(LeakyReLU, self).__init__()
        self.slope = slope
    def updateOutput(self, input):
        self.output = np.where(input > 0, input, self.slope * input)
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.where(input > 0, gradOutput, self.slope * gradOutput)
        return self.gradInput

class Sigmoid(Module):
    def updateOutput(self, input):
        self.output = 1 / (1 + np.exp(-input))
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.output * (1 - self.output)
        return self.gradInput

class MSECriterion(Module):
    def forward(self, input, target):
        self.output = np.sum(np.power(input - target, 2)) / input.shape[0]
        return self.output
    def backward(self, input, target):
        self.gradInput = (input - target) * 2 / input.shape[0]
        return self.gradInput

def sgd(variables, gradients, learning_rate):
    for layer_vars, layer_grads in zip(variables, gradients):
        for var, grad in zip(layer_vars, layer_grads):
            var -= learning_rate * grad

def XOR():
    inputs, labels = [], []
    for i in range(11):
        inputs.append([0.1*i, 0.1*i]); labels.append(0)
        if i != 5:
            inputs.append([0.1*i, 1-0.1*i]); labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)

def make_net():
    net = Sequential()
    net.add(Linear(2, 10))
    net.add(LeakyReLU())
    net.add(Linear(10, 10))
    net.add(LeakyReLU())
    net.add(Linear(10, 1))
    net.add(Sigmoid())
    return net

if __name__ == "__main__":
    X, Y = XOR()
    net = make_net()
    criterion = MSECriterion()
    for i in range(4000):
        net.zeroGradParameters()
        predictions = net.forward(X)
        loss = criterion.forward(predictions, Y)
        dp = criterion.backward(predictions, Y)
        net.backward(X, dp)
        sgd(net.getParameters(), net.getGradParameters(), 0.2)
        if i % 100 == 0:
            print('%d: loss %.6f' % (i, loss))
    print('accuracy: %.3f' % np.mean((net.forward(X) > .5) == Y))
