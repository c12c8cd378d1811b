"""Commands of their own files: argv -> calls -> text and exit code, as in ``cli``."""
