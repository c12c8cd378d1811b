"""YAML -> `Rubric`: what is graded, for how many points, within which limits."""
