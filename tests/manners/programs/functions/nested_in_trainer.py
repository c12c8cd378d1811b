import numpy as np
import matplotlib.pyplot as plt

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs = []
    labels = []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        distance = (pt[0] - pt[1]) / 1.414
        if pt[0] > pt[1]:
            labels.append(0)
        else:
            labels.append(1)
    return np.array(inputs), np.array(labels).reshape(n, 1)


def generate_XOR_easy():
    inputs = []
    labels = []
    for i in range(11):
        inputs.append([0.1 * i, 0.1 * i])
        labels.append(0)
        if 0.1 * i == 0.5:
            continue
        inputs.append([0.1 * i, 1 - 0.1 * i])
        labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)

def show_result(x, y, pred_y):
    plt.subplot(1, 2, 1)
    plt.title('Ground truth', fontsize=18)
    for i in range(x.shape[0]):
        if y[i] == 0:
            plt.plot(x[i][0], x[i][1], 'ro')
        else:
            plt.plot(x[i][0], x[i][1], 'bo')
    plt.subplot(1, 2, 2)
    plt.title('Predict result', fontsize=18)
    for i in range(x.shape[0]):
        if pred_y[i] == 0:
            plt.plot(x[i][0], x[i][1], 'ro')
        else:
            plt.plot(x[i][0], x[i][1], 'bo')
    plt.show()

def trainer(h, lr):
    weights = {
        'W1': np.random.randn(2, h), 'b1': np.zeros(h),
        'W2': np.random.randn(h, h), 'b2': np.zeros(h),
        'W3': np.random.randn(h, 1), 'b3': np.zeros(1),
    }

    def f(z):
        return 1 / (1 + np.exp(-z))

    def layers(x):
        h1 = f(x @ weights['W1'] + weights['b1'])
        h2 = f(h1 @ weights['W2'] + weights['b2'])
        return h1, h2, f(h2 @ weights['W3'] + weights['b3'])

    def predict(x):
        return layers(x)[2]

    def loss(x, y):
        return np.mean((predict(x) - y) ** 2)

    def gradients(x, y):
        h1, h2, o = layers(x)
        grads = {}
        d3 = 2 * (o - y) * o * (1 - o) / len(x)
        grads['W3'] = h2.T @ d3
        grads['b3'] = d3.sum(axis=0)
        d2 = d3 @ weights['W3'].T * h2 * (1 - h2)
        grads['W2'] = h1.T @ d2
        grads['b2'] = d2.sum(axis=0)
        d1 = d2 @ weights['W2'].T * h1 * (1 - h1)
        grads['W1'] = x.T @ d1
        grads['b1'] = d1.sum(axis=0)
        return grads

    def check(x, y, eps=1e-5):
        grads = gradients(x, y)
        worst = 0
        for k, w in weights.items():
            for i in np.ndindex(w.shape):
                keep = w[i]
                w[i] = keep + eps
                up = loss(x, y)
                w[i] = keep - eps
                down = loss(x, y)
                w[i] = keep
                worst = max(worst, abs((up - down) / (2 * eps) - grads[k][i]))
        return worst

    def step(x, y):
        g = gradients(x, y)
        for k in weights:
            weights[k] -= lr * g[k]
        return loss(x, y)

    return {'predict': predict, 'step': step, 'check': check, 'weights': weights}


def main():
    for x, y in (generate_linear(), generate_XOR_easy()):
        t = trainer(4, 1.0)
        print('gradient check', t['check'](x, y))
        curve = []
        for i in range(10000):
            curve.append(t['step'](x, y))
            if i % 1000 == 0:
                print('epoch', i, 'loss', curve[-1])
        show_result(x, y, np.round(t['predict'](x)))
        plt.plot(curve)
        plt.xlabel('epoch')
        plt.ylabel('loss')
        plt.show()


if __name__ == '__main__':
    main()
