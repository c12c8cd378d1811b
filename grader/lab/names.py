"""What the contract calls things, and where it expects them."""

from __future__ import annotations

CONVENTION = {
    "Linear": "layers.py", "Sigmoid": "layers.py", "ReLU": "layers.py", "Tanh": "layers.py",
    "Softmax": "layers.py", "MSE": "losses.py", "BinaryCrossEntropy": "losses.py",
    "CrossEntropy": "losses.py", "TLNN": "network.py", "generate_linear": "data.py",
    "generate_XOR_easy": "data.py", "train": "training.py", "accuracy": "training.py",
    "show_result": "plots.py", "show_learning_curve": "plots.py",
}  # fmt: skip
"""The file where each name of the contract stands by convention."""

NOT_WRITTEN = "NotImplementedError"
"""What a template raises in every body that is still to be written."""
