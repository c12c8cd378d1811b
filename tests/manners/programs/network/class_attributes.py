import numpy as np
import matplotlib.pyplot as plt

lr = 0.5
H = 5

def sig(x): return 1.0/(1.0+np.exp(-x))
def dsig(s): return s*(1-s)

class NN:
    w1 = np.random.rand(2, H) * 2 - 1
    w2 = np.random.rand(H, H) * 2 - 1
    w3 = np.random.rand(H, 1) * 2 - 1

    def forward(self, x):
        self.x = x
        self.h1 = sig(np.matmul(x, NN.w1))
        self.h2 = sig(np.matmul(self.h1, NN.w2))
        self.o = sig(np.matmul(self.h2, NN.w3))
        return self.o

    def backword(self, y_hat):
        e = (self.o - y_hat) * dsig(self.o)
        g3 = np.matmul(self.h2.T, e)
        e2 = np.matmul(e, NN.w3.T) * dsig(self.h2)
        g2 = np.matmul(self.h1.T, e2)
        e1 = np.matmul(e2, NN.w2.T) * dsig(self.h1)
        g1 = np.matmul(self.x.T, e1)
        NN.w1 = NN.w1 - lr * g1
        NN.w2 = NN.w2 - lr * g2
        NN.w3 = NN.w3 - lr * g3

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs = []
    labels = []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        distance = (pt[0]-pt[1])/1.414
        if pt[0] > pt[1]:
            labels.append(0)
        else:
            labels.append(1)
    return np.array(inputs), np.array(labels).reshape(n, 1)

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

x, y = generate_linear(n=100)
nn = NN()
for i in range(5001):
    o = nn.forward(x)
    nn.backword(y)
    if i % 100 == 0:
        print('epoch ', i, ' loss: ', np.mean((o-y)**2))
pred = nn.forward(x)
print(pred)
show_result(x, y, pred > 0.5)
