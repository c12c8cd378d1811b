"""The child side: what runs beside a student's code.

``zygote`` is a warm process that forks; ``process`` is what it forks, behind the ``walls``
(``landlock``, ``seccomp_filters``, ``kernel``) that ``probes`` try. There an ``interpreter`` runs
the host's programs: ``importer`` loads the submission's files, ``source_scan`` reads them,
``method_patching`` puts a right method in the place of a wrong one, ``figure_capture`` keeps
what was drawn. All of it runs under the course's own Python (3.9 or newer) with numpy and
msgpack, and imports nothing of this project but each other.
"""
