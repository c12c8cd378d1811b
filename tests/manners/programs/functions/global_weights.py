import numpy as np
import matplotlib.pyplot as plt

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    return pts, (pts[:, 0] <= pts[:, 1]).astype(int).reshape(n, 1)

def sigmoid(x):
    return 1/(1+np.exp(-x))

def derivative_sigmoid(x):
    return x*(1-x)

w1 = np.random.uniform(0, 1, (2, 4))
w2 = np.random.uniform(0, 1, (4, 4))
w3 = np.random.uniform(0, 1, (4, 1))
lr = 0.1

def forward(x):
    global a1, a2, y_pred
    a1 = sigmoid(x.dot(w1))
    a2 = sigmoid(a1.dot(w2))
    y_pred = sigmoid(a2.dot(w3))
    return y_pred

def backward(x, y):
    global dw1, dw2, dw3
    d3 = 2*(y_pred-y)*derivative_sigmoid(y_pred)
    dw3 = a2.T.dot(d3)
    d2 = d3.dot(w3.T)*derivative_sigmoid(a2)
    dw2 = a1.T.dot(d2)
    d1 = d2.dot(w2.T)*derivative_sigmoid(a1)
    dw1 = x.T.dot(d1)

def update():
    global w1, w2, w3
    w1 = w1 - lr*dw1
    w2 = w2 - lr*dw2
    w3 = w3 - lr*dw3

def main():
    x, y = generate_linear()
    loss = []
    for i in range(10000):
        forward(x)
        backward(x, y)
        update()
        loss.append(np.sum((y_pred-y)**2))
        if i % 200 == 0:
            print("epoch", i, "loss", loss[-1])
    print("acc", np.mean((forward(x) > 0.5) == y))
    plt.plot(loss)
    plt.show()

if __name__ == "__main__":
    main()
