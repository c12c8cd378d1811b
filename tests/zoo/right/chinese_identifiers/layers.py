# -*- coding: utf-8 -*-
"""各種層:線性層與活化函數。"""
import numpy as np


class Layer:
    """所有層的父類別。"""

    def forward(self, 輸入):
        raise NotImplementedError

    def backward(self, prev_grad, lr=0.1):
        raise NotImplementedError


class Linear(Layer):
    """線性層 y = xW + b,每一列是一筆資料。"""

    def __init__(self, in_features, out_features, bias=True):
        self.權重 = np.random.randn(in_features, out_features)
        self.偏差 = np.zeros(out_features) if bias else None

    def forward(self, 輸入):
        self.輸入 = 輸入
        輸出 = 輸入 @ self.權重
        if self.偏差 is not None:
            輸出 = 輸出 + self.偏差
        return 輸出

    def backward(self, prev_grad, lr=0.1):
        # 先用舊的權重算出往前傳的梯度,再更新
        輸入梯度 = prev_grad @ self.權重.T
        權重梯度 = self.輸入.T @ prev_grad
        self.權重 = self.權重 - lr * 權重梯度
        if self.偏差 is not None:
            self.偏差 = self.偏差 - lr * prev_grad.sum(axis=0)
        return 輸入梯度


class Sigmoid(Layer):
    """S 形函數。"""

    def forward(self, 輸入):
        self.輸出 = 1.0 / (1.0 + np.exp(-輸入))
        return self.輸出

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.輸出 * (1.0 - self.輸出)


class ReLU(Layer):
    """負的變成零。"""

    def forward(self, 輸入):
        self.遮罩 = 輸入 > 0
        return 輸入 * self.遮罩

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.遮罩
