"""The child side: what runs beside a student's code.

``zygote`` is a warm process that forks; ``process`` is what it forks, behind the ``walls``
(``landlock``, ``seccomp_filters``, ``kernel``) that ``probes`` try. There an ``interpreter``
(``registers``, ``perturbation``, ``submission_instructions``) runs the host's programs:
``importer`` loads the submission's files (``module_names`` says which file a name means,
``import_statements`` and ``training_statements`` say which of their statements run for that,
``imports_between`` which file uses which, ``absent_packages`` stands in for what is not installed),
``source_text`` and ``source_scan`` read them, ``definitions`` finds the contract's names in them,
``method_patching`` has a wrong class compute what a right one does, ``run_main`` runs the main
program (with ``memory_files`` for its disk and a ``command_line`` for what it requires),
``figure_capture`` describes what was drawn. All of it runs under the course's own Python (3.9 or
newer) with numpy and msgpack, and imports nothing of this project but itself.
"""
