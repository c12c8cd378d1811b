import numpy as np

class Linear(object):
    def __init__(self, in_features, out_features, bias=True):
        self.w = np.random.randn(in_features, out_features); self.b = None
        if bias == True: self.b = np.zeros(out_features)
    def __repr__(self): return "Linear(%d, %d)" % self.w.shape
    def forward(self, x):
        self.x = x; y = np.dot(x, self.w)
        if self.b is not None: y = y + self.b
        return y
    def backward(self, prev_grad, lr=0.1):
        dX = np.dot(prev_grad, self.w.T); dW = np.dot(self.x.T, prev_grad)
        if self.b is not None: self.b = self.b - lr*np.sum(prev_grad, axis=0)
        self.w = self.w - lr*dW
        return dX

class Sigmoid(object):
    def forward(self, x): self.y = 1/(1+np.exp(-x)); return self.y
    def backward(self, prev_grad, lr=0.1): return prev_grad*self.y*(1-self.y)

class ReLU(object):
    def forward(self, x): self.x = x; return x*(x > 0)
    def backward(self, prev_grad, lr=0.1): return prev_grad*(self.x > 0)
