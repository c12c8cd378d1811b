"""The command `grade`: argv -> calls -> text and an exit code. Only this package prints."""
