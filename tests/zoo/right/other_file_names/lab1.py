"""Runs the lab and saves its figures."""

from utils import generate_linear, generate_XOR_easy
from model import TLNN
from figures import show_learning_curve, show_result
from trainer import accuracy, train


def run(name, x, y, lr, epochs):
    net = TLNN()
    losses = train(net, x, y, lr=lr, epochs=epochs)
    pred_y = net.forward(x)
    print(name, "loss", losses[-1], "accuracy", accuracy(y, pred_y))
    show_result(x, y, pred_y).savefig(name + "_result.png")
    show_learning_curve(losses).savefig(name + "_curve.png")


def main():
    run("linear", *generate_linear(), lr=0.5, epochs=10000)
    run("xor", *generate_XOR_easy(), lr=0.5, epochs=20000)


if __name__ == "__main__":
    main()
