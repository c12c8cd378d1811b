class GD:
    def __init__(self, lr):
        self.lr = lr

    def step(self, layer):
        layer.W = layer.W - self.lr * layer.grad_W
        layer.b = layer.b - self.lr * layer.grad_b
