import numpy as np, matplotlib.pyplot as plt

LR = 0.3

class Layer(object):
    # samples are columns, w: (out, in)
    def __init__(self, shape):
        self.w = np.random.uniform(-1, 1, shape)

    def run(self, x):
        self.x = x
        self.o = 1.0 / (1.0 + np.exp(-self.w.dot(x)))
        return self.o

    def output_delta(self, target):
        self.delta = (self.o - target) * self.o * (1 - self.o)
        return self.delta

    def hidden_delta(self, next_layer):
        self.delta = next_layer.w.T.dot(next_layer.delta) * self.o * (1 - self.o)
        return self.delta

    def learn(self):
        self.w -= LR * self.delta.dot(self.x.T) / self.x.shape[1]

class Net(object):
    def __init__(self):
        self.h1 = Layer((10, 2))
        self.h2 = Layer((10, 10))
        self.out = Layer((1, 10))

    def __call__(self, x):
        return self.out.run(self.h2.run(self.h1.run(x)))

    def propagate_back(self, t):
        self.out.output_delta(t)
        self.h2.hidden_delta(self.out)
        self.h1.hidden_delta(self.h2)

    def apply(self):
        for l in (self.h1, self.h2, self.out):
            l.learn()

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    return pts, (pts[:, 0] <= pts[:, 1]).astype(int).reshape(n, 1)

def show_result(x, y, pred_y):
    plt.subplot(1,2,1)
    plt.title('Ground truth', fontsize=18)
    for i in range(x.shape[0]):
        plt.plot(x[i][0], x[i][1], 'ro' if y[i] == 0 else 'bo')
    plt.subplot(1,2,2)
    plt.title('Predict result', fontsize=18)
    for i in range(x.shape[0]):
        plt.plot(x[i][0], x[i][1], 'ro' if pred_y[i] == 0 else 'bo')
    plt.show()

if __name__ == "__main__":
    x, y = generate_linear()
    net = Net()
    for ep in range(40000):
        p = net(x.T)
        net.propagate_back(y.T)
        net.apply()
        if ep % 1000 == 0:
            print("ep", ep, "mse", ((p - y.T)**2).mean())
    show_result(x, y, np.round(net(x.T).T))
