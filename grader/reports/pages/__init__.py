"""Pages for a browser: one file each, that fetches nothing and escapes every value.

``templates`` fills them in; ``student`` is the page of one report, ``class_page`` that of a class;
the pictures, drawn from the evidence of a report, are in ``bars``, ``heatmap``, ``curves`` and
``surface``.
"""
