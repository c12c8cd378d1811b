"""The far side, where a student's code runs, and the way there.

``zygote`` is a warm process that forks; ``child`` is what it forks, behind the
``walls`` (``landlock``, ``seccomp_filters``, ``kernel``) that ``probes`` try. There a
``machine`` answers the examiner's programs: ``importer`` has the submission's files,
``signs`` reads them, ``grafts`` replaces what was wrong by what the host sends for it,
``figures`` and ``fonts`` see to pictures. All of these run under the course's own Python (3.9 or newer) and import
nothing of this project but each other.

``host`` and ``keeper`` are the near side, ``answers`` says what may come back,
``doctor`` says what stands. ``wire`` is on both sides.
"""
