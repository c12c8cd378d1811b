import numpy as np
import matplotlib.pyplot as plt

# ---- data
n = 100
pts = np.random.uniform(0, 1, (n, 2))
inputs = []
labels = []
for pt in pts:
    inputs.append([pt[0], pt[1]])
    if pt[0] > pt[1]:
        labels.append(0)
    else:
        labels.append(1)
x = np.array(inputs)
y = np.array(labels).reshape(n, 1)

# ---- weights
w1 = np.random.randn(2, 4)
w2 = np.random.randn(4, 4)
w3 = np.random.randn(4, 1)
lr = 0.1
loss_list = []

for epoch in range(3000):
    order = np.random.permutation(n)
    for s in range(0, n, 20):
        pick = order[s:s+20]
        xb, yb = x[pick], y[pick]
        # forward
        z1 = xb @ w1
        a1 = 1 / (1 + np.exp(-z1))
        z2 = a1 @ w2
        a2 = 1 / (1 + np.exp(-z2))
        z3 = a2 @ w3
        pred = 1 / (1 + np.exp(-z3))
        loss = np.sum((pred - yb) ** 2) / 2
        loss_list.append(loss)
        # backward
        dz3 = (pred - yb) * pred * (1 - pred)
        dw3 = a2.T @ dz3
        dz2 = dz3 @ w3.T * a2 * (1 - a2)
        dw2 = a1.T @ dz2
        dz1 = dz2 @ w2.T * a1 * (1 - a1)
        dw1 = xb.T @ dz1
        # update
        w1 -= lr * dw1
        w2 -= lr * dw2
        w3 -= lr * dw3
    if epoch % 100 == 0:
        print("epoch", epoch, "loss", loss)

f = lambda x: 1 / (1 + np.exp(-x))
pred = f(f(f(x @ w1) @ w2) @ w3)
print("accuracy:", np.sum((pred > 0.5) == y) / n)
plt.plot(loss_list)
plt.xlabel("epoch")
plt.ylabel("loss")
plt.show()
plt.subplot(1, 2, 1)
plt.title("Ground truth")
plt.scatter(x[:, 0], x[:, 1], c=y[:, 0])
plt.subplot(1, 2, 2)
plt.title("Predict result")
plt.scatter(x[:, 0], x[:, 1], c=np.round(pred[:, 0]))
plt.show()
