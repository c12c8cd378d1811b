"""The host side of the walls: it starts children, sends them programs, and reads their answers.

``host`` says where children come from, ``zygote_client`` holds the warm parent of children,
``answer_schema`` says what may come back, ``doctor`` says which walls stand. What runs beside
a student's code is in ``child``.
"""
