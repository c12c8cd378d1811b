# %%
import numpy as np
import matplotlib.pyplot as plt
# %%
# XOR 資料
x, y = [], []
for i in range(11):
    x.append([0.1*i, 0.1*i]); y.append(0)
    if i == 5:
        continue
    x.append([0.1*i, 1-0.1*i]); y.append(1)
x = np.array(x).T
y = np.array(y).reshape(1, 21)
n = 21
# %%
# 權重
w1 = np.random.randn(6, 2); b1 = np.zeros((6, 1))
w2 = np.random.randn(6, 6); b2 = np.zeros((6, 1))
w3 = np.random.randn(1, 6); b3 = np.zeros((1, 1))
lr = 0.5
loss_list = []
# %%
for epoch in range(50000):
    # forward
    a1 = 1/(1+np.exp(-(w1 @ x + b1)))
    a2 = 1/(1+np.exp(-(w2 @ a1 + b2)))
    p = 1/(1+np.exp(-(w3 @ a2 + b3)))
    loss = -np.mean(y*np.log(p) + (1-y)*np.log(1-p))
    loss_list.append(loss)
    # 反向傳播
    d3 = (p - y)/n
    d2 = (w3.T @ d3)*a2*(1-a2)
    d1 = (w2.T @ d2)*a1*(1-a1)
    w3 = w3 - lr*d3 @ a2.T; b3 = b3 - lr*d3.sum(axis=1, keepdims=True)
    w2 = w2 - lr*d2 @ a1.T; b2 = b2 - lr*d2.sum(axis=1, keepdims=True)
    w1 = w1 - lr*d1 @ x.T; b1 = b1 - lr*d1.sum(axis=1, keepdims=True)
    if epoch % 500 == 0:
        print('epoch', epoch, 'loss', loss)
# %%
print('正確率', np.mean((p > 0.5) == y))
plt.plot(loss_list)
plt.show()
