"""What intake says, in English: message id -> template for `str.format`."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # Why nothing of a submission can be examined.
    "empty_folder": "The folder is empty; expected Python files.",
    "no_file": "There are only folders here, and no file that can be examined.",
    "no_python": "There is no Python file (*.py) and no notebook that can be examined. Found here: {found}.",
    "file_not_zip": "{file} is not a zip archive, or a damaged one. Found here: {found}.",
    "file_not_archive": "{file} is not a tar archive, or a damaged one. Found here: {found}.",
    "file_other_archive": "{file} is a {kind} archive, which is not read here; hand in a .zip, or the "
    "files themselves. Found here: {found}.",
    "file_empty_archive": "{file} is an archive without any file in it. Found here: {found}.",
    "file_nested": "{file} is an archive within an archive; hand in the files themselves. "
    "Found here: {found}.",
    "file_encrypted": "{file} is encrypted; hand it in without a password. Found here: {found}.",
    "file_not_notebook": "{file} is not a notebook that can be read. Found here: {found}.",
    "file_language": "{file} is a notebook in another language than Python. Found here: {found}.",
    "notebook_without_code": "There is no code in the code cells of {file}.",
    "reading_failed": "Reading these files ended with an error of the grader ({kind}).",
    "unreadable": "It cannot be read from the disk.",
    "only_empty": "All Python files here are empty.",
    "empty_file": "{file} is empty.",
    "nul_bytes": "{file} contains NUL bytes, so it is not Python source text.",
    "wide_text": "{file} is saved as UTF-16, which Python does not read; save it as UTF-8 in your editor.",
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
    "refused_not_archive": "It is not a tar archive, or a damaged one.",
    "refused_other_archive": "It is a {kind} archive, which is not read here; hand in a .zip, or the "
    "files themselves.",
    "refused_empty_archive": "There is no file in it.",
    "refused_encrypted": "It is encrypted; hand it in without a password.",
    "refused_method": "It is packed in a way that is not read here; use an ordinary zip.",
    "refused_outside": "Its name leads out of the archive.",
    "refused_ratio": "It would grow more than {limit} times when unpacked.",
    "refused_twice": "This name is there twice; the first one counts.",
    "refused_nested": "It is an archive within an archive; hand in the files themselves.",
    "refused_not_notebook": "It is not a notebook that can be read.",
    "refused_language": "It is a notebook in another language than Python.",
    "refused_text_cell": "Cell {cell} holds {what}, but it is a text cell, so nothing in it is run; make "
    "it a code cell.",
    "refused_more": "So were {count} others.",
}
