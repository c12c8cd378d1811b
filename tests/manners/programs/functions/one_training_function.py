import numpy as np
import matplotlib.pyplot as plt

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

def tanh(x):
    return np.tanh(x)

def dtanh(x):
    return 1.0 - np.tanh(x)**2

def sigmoid(x):
    return 1.0/(1.0+np.exp(-x))

def fit(X, Y, W, eta, max_epoch, show_every=500):
    """W is the list of the three weight matrices, changed in place"""
    errs = []
    for it in range(max_epoch):
        S1 = X.dot(W[0]); X1 = tanh(S1)
        S2 = X1.dot(W[1]); X2 = tanh(S2)
        S3 = X2.dot(W[2]); X3 = sigmoid(S3)
        errs.append(float(np.mean((Y - X3)**2)))
        D3 = (X3 - Y)*X3*(1 - X3)/len(X)
        D2 = D3.dot(W[2].T)*dtanh(S2)
        D1 = D2.dot(W[1].T)*dtanh(S1)
        W[2] -= eta*X2.T.dot(D3)
        W[1] -= eta*X1.T.dot(D2)
        W[0] -= eta*X.T.dot(D1)
        if it % show_every == 0:
            print('iteration', it, 'error', errs[-1])
    return errs

def predict(X, W):
    return sigmoid(tanh(tanh(X.dot(W[0])).dot(W[1])).dot(W[2]))

if __name__ == '__main__':
    X, Y = generate_XOR_easy()
    W = [np.random.randn(2, 6), np.random.randn(6, 6), np.random.randn(6, 1)]
    errs = fit(X, Y, W, 0.5, 30000)
    P = predict(X, W)
    print('accuracy', np.mean(np.round(P) == Y))
    show_result(X, Y, np.round(P))
    plt.plot(errs)
    plt.show()
