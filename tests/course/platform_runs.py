"""A clean folder and environment for the packages of platforms, without a network."""

from __future__ import annotations

import base64
import io
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]


def stub_wheels(folder: Path) -> None:
    """Write a wheel for each dependency, which leads to the one that is installed here.

    A platform installs the grader with what it depends on. There is no index here, so pip finds these:
    each is empty but for a path file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    site = sysconfig.get_paths()["purelib"]
    for line in project["dependencies"]:
        name = re.split(r"[>=<]", line)[0]
        stem = f"{re.sub(r'[-_.]+', '_', name)}-99.0"
        files = {
            f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.0\n",
            f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{stem}.dist-info/RECORD": "",
            f"{stem}.pth": f"{site}\n",
        }
        with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)


def environment(wheels: Path, **more: str) -> dict[str, str]:
    """Return the variables of a clean machine that finds nothing but those wheels."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}/usr/bin{os.pathsep}/bin"
    return {
        "PATH": programs, "HOME": str(wheels), "LANG": "C.UTF-8", "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels), "PIP_NO_CACHE_DIR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        **more,
    }  # fmt: skip


def unpack(package: Path | bytes, folder: Path) -> Path:
    """Unpack a zip into a folder, and return it."""
    source = package if isinstance(package, Path) else io.BytesIO(package)
    with zipfile.ZipFile(source) as archive:
        archive.extractall(folder)
    return folder


def inner_package(script: Path) -> bytes:
    """Return the zip inside a script that holds everything itself."""
    [text] = re.findall(r'PACKAGE = """\n(.*?)"""', script.read_text("utf-8"), flags=re.DOTALL)
    return base64.b64decode(text)


def run(
    command: list[str], folder: Path, environ: Mapping[str, str], seconds: float = 100
) -> subprocess.CompletedProcess[str]:
    """Run a command as a platform does, and return how it ended."""
    return subprocess.run(
        command,
        cwd=folder,
        env=dict(environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
