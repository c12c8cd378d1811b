import numpy as np
import matplotlib.pyplot as plt

# gates in the manner of a well-known blog post: they store nothing,
# so backward gets the inputs again
class MultiplyGate:
    def forward(self, W, X):
        return np.dot(X, W)

    def backward(self, W, X, dZ):
        dW = np.dot(np.transpose(X), dZ)
        dX = np.dot(dZ, np.transpose(W))
        return dW, dX

class AddGate:
    def forward(self, X, b):
        return X + b

    def backward(self, X, b, dZ):
        dX = dZ * np.ones_like(X)
        db = np.dot(np.ones((1, dZ.shape[0]), dtype=np.float64), dZ)
        return db, dX

class Sigmoid:
    def forward(self, X):
        return 1.0 / (1.0 + np.exp(-X))

    def backward(self, X, top_diff):
        output = self.forward(X)
        return (1.0 - output) * output * top_diff

class Tanh:
    def forward(self, X):
        return np.tanh(X)

    def backward(self, X, top_diff):
        output = self.forward(X)
        return (1.0 - np.square(output)) * top_diff

class SquaredError:
    def loss(self, pred, y):
        return np.mean(np.square(pred - y))

    def diff(self, pred, y):
        return 2 * (pred - y) / pred.shape[0]

mulGate = MultiplyGate()
addGate = AddGate()

class Model:
    def __init__(self, layers_dim):
        self.b = []
        self.W = []
        for i in range(len(layers_dim) - 1):
            self.W.append(np.random.randn(layers_dim[i], layers_dim[i+1]) / np.sqrt(layers_dim[i]))
            self.b.append(np.random.randn(layers_dim[i+1]).reshape(1, layers_dim[i+1]))
        self.act = [Tanh()] * (len(layers_dim) - 2) + [Sigmoid()]

    def calculate_loss(self, X, y):
        return SquaredError().loss(self.predict_proba(X), y)

    def predict_proba(self, X):
        input = X
        for i in range(len(self.W)):
            input = self.act[i].forward(addGate.forward(mulGate.forward(self.W[i], input), self.b[i]))
        return input

    def predict(self, X):
        return (self.predict_proba(X) > 0.5).astype(int)

    def train(self, X, y, num_passes=20000, epsilon=0.1, print_loss=False):
        history = []
        for epoch in range(num_passes):
            # Forward propagation
            input = X
            forward = [(None, None, input)]
            for i in range(len(self.W)):
                mul = mulGate.forward(self.W[i], input)
                add = addGate.forward(mul, self.b[i])
                input = self.act[i].forward(add)
                forward.append((mul, add, input))
            # Back propagation
            grad = SquaredError().diff(forward[-1][2], y)
            for i in range(len(forward) - 1, 0, -1):
                dadd = self.act[i-1].backward(forward[i][1], grad)
                db, dmul = addGate.backward(forward[i][0], self.b[i-1], dadd)
                dW, grad = mulGate.backward(self.W[i-1], forward[i-1][2], dmul)
                # Gradient descent parameter update
                self.b[i-1] += -epsilon * db
                self.W[i-1] += -epsilon * dW
            history.append(self.calculate_loss(X, y))
            if print_loss and epoch % 200 == 0:
                print("Loss after iteration %i: %f" % (epoch, history[-1]))
        return history

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

if __name__ == "__main__":
    X, y = generate_linear(100)
    model = Model([2, 5, 5, 1])
    h = model.train(X, y, num_passes=10000, epsilon=0.1, print_loss=True)
    print("accuracy", np.mean(model.predict(X) == y))
    plt.plot(h)
    plt.show()
