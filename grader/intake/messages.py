"""What intake says, in English: message id -> template for `str.format`."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # Why nothing of a submission can be examined.
    "empty_folder": "The folder is empty; expected Python files.",
    "no_file": "There are only folders here, but no file that can be checked.",
    "no_python": "There is no Python file (*.py) and no notebook that can be checked. Files "
    "here: {found}.",
    "file_not_zip": "{file} is not a zip archive, or it is damaged. Files here: {found}.",
    "file_not_archive": "{file} is not a tar archive, or it is damaged. Files here: {found}.",
    "file_other_archive": "{file} is a {kind} archive, and the grader cannot open it; hand in "
    "a .zip, or the files themselves. Files here: {found}.",
    "file_unnamed_zip": "{file} is a zip archive, but its name does not end with .zip; rename it "
    "and hand it in again. Files here: {found}.",
    "file_empty_archive": "The archive {file} contains no file. Files here: {found}.",
    "file_nested": "{file} is an archive inside an archive; hand in the files themselves. "
    "Files here: {found}.",
    "file_encrypted": "{file} is encrypted; hand it in without a password. Files here: {found}.",
    "file_not_notebook": "{file} cannot be read as a notebook. Files here: {found}.",
    "file_language": "The notebook {file} is not written in Python. Files here: {found}.",
    "notebook_without_code": "The code cells of {file} contain no code.",
    "reading_failed": "The grader itself failed while it read these files ({kind}).",
    "unreadable": "It cannot be read from the disk.",
    "only_empty": "All Python files here are empty.",
    "empty_file": "{file} is empty.",
    "nul_bytes": "{file} contains NUL bytes, so it is not Python source text.",
    "wide_text": "{file} is saved as UTF-16, and Python cannot read that; save it as UTF-8 in "
    "your editor.",
    "undecodable": "{file} cannot be decoded with the encoding that it declares ({encoding}).",
    "file_too_big": "{file} is larger than {limit_kb} KiB.",
    # Why one file was left out.
    "refused_link": "It is a symbolic link; hand in the file itself.",
    "refused_special": "It is neither a file nor a folder.",
    "refused_unreadable": "It cannot be read.",
    "refused_name": "Its name is not valid UTF-8, or it contains control characters.",
    "refused_depth": "It is more than {limit} folders deep.",
    "refused_too_big": "It is larger than {limit_kb} KiB.",
    "refused_too_many": "There are more than {limit} files; this one and the rest were ignored.",
    "refused_pictures": "There are more than {limit} pictures; this one and the rest were ignored.",
    "refused_total": "With this file, all files together are larger than {limit_kb} KiB; this "
    "one and the rest were ignored.",
    "refused_entries": "There are more than {limit} files and folders; this one and the rest "
    "were ignored.",
    "refused_not_zip": "It is not a zip archive, or it is damaged.",
    "refused_not_archive": "It is not a tar archive, or it is damaged.",
    "refused_other_archive": "It is a {kind} archive, and the grader cannot open it; hand in a "
    ".zip, or the files themselves.",
    "refused_unnamed_zip": "It is a zip archive, but its name does not end with .zip; rename it "
    "and hand it in again.",
    "refused_empty_archive": "It contains no file.",
    "refused_encrypted": "It is encrypted; hand it in without a password.",
    "refused_method": "The grader cannot unpack its compression method; use an ordinary zip.",
    "refused_outside": "Its name points outside the archive.",
    "refused_ratio": "Unpacked, it would be more than {limit} times larger.",
    "refused_twice": "The archive contains this name twice; the first one was used.",
    "refused_nested": "It is an archive inside an archive; hand in the files themselves.",
    "refused_not_notebook": "It cannot be read as a notebook.",
    "refused_language": "This notebook is not written in Python.",
    "refused_text_cell": "Cell {cell} contains {what}, but it is a text cell, so it is not "
    "run; change it to a code cell.",
    "refused_more": "{count} more {count:file was|files were} ignored for the same reason.",
}
