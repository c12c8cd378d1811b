"""The far side, where a student's code runs, and the way there.

``wire``, ``machine``, ``importer``, ``figures``, ``child``, ``zygote`` and
``walls`` run on the far side under the course's own Python (3.9 or newer) and
import nothing of this project but each other. ``host`` is the near side.
"""
