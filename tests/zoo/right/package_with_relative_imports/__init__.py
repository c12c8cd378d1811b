"""The lab as a package."""

from .network import TLNN
from .training import accuracy, train

__all__ = ["TLNN", "accuracy", "train"]
