"""What intake says, in English: message id -> template for `str.format`."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # Why nothing of a submission can be examined.
    "empty_folder": "The folder is empty; expected Python files.",
    "no_python": "There is no Python file (*.py) and no notebook here that can be examined.",
    "unreadable": "It cannot be read from the disk.",
    "only_empty": "All Python files here are empty.",
    "not_python": "{file} is not a Python file; expected .py, .zip or .ipynb.",
    "empty_file": "{file} is empty.",
    "nul_bytes": "{file} contains NUL bytes, so it is not Python source text.",
    "undecodable": "{file} cannot be decoded with the encoding that it declares ({encoding}).",
    "file_too_big": "{file} has more than {limit_kb} KiB.",
    # Why one file was left out.
    "refused_link": "It is a symbolic link; hand in the file itself.",
    "refused_special": "It is neither a file nor a folder.",
    "refused_unreadable": "It cannot be read.",
    "refused_name": "Its name is not valid UTF-8 or has control characters.",
    "refused_depth": "It lies more than {limit} folders deep.",
    "refused_too_big": "It has more than {limit_kb} KiB.",
    "refused_too_many": "There are more than {limit} files; this one and the rest were left out.",
    "refused_pictures": "There are more than {limit} pictures; this one and the rest were left out.",
    "refused_total": "With it the files would have more than {limit_kb} KiB together; "
    "this one and the rest were left out.",
    "refused_entries": "There are more than {limit} files and folders; "
    "this one and the rest were left out.",
    "refused_not_zip": "It is not a zip archive, or a damaged one.",
    "refused_encrypted": "It is encrypted; hand it in without a password.",
    "refused_method": "It is packed in a way that is not read here; use an ordinary zip.",
    "refused_outside": "Its name leads out of the archive.",
    "refused_ratio": "It would grow more than {limit} times when unpacked.",
    "refused_twice": "The archive holds this name twice; the first one counts.",
    "refused_nested": "It is an archive within an archive; hand in the files themselves.",
    "refused_not_notebook": "It is not a notebook that can be read.",
    "refused_language": "It is a notebook in another language than Python.",
    "refused_more": "So were {count} others.",
}
