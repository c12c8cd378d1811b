"""A rubric tried on programs of known quality: wrong ones, right ones, and empty ones."""
