"""The host side of the walls: it starts children, sends them programs, and reads their answers.

``host`` starts children, through the warm parent that ``zygote_client`` controls; ``answer_schema``
validates what they answer, ``png_file`` their pictures; ``figure_svg`` draws a figure from what
they tell of it; ``course_python`` says which Python the course uses, and ``doctor`` which walls
stand. What runs beside a student's code is in ``child``.
"""
