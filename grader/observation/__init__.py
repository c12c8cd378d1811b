"""What a student's code does, as values: trials, differences, steps, weights, figures.

Nothing here judges. The checks hold these values against what is expected, and the diagnosis
looks in them for a known mistake.
"""
