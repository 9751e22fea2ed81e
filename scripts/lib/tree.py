# SPDX-License-Identifier: GPL-2.0
"""The prepared tree, and the record of what prepare wrote there.

The record is what tells an edit made in the tree from one made in the repository: a file of the tree
that no longer is what prepare wrote was edited in the tree, whatever the repository says.
"""

import hashlib
import json
import os

from lib import overlay
from lib.common import OUT, PREPARED, PRISTINE, SOURCE, Failure

RECORD = PREPARED / ".prepared.json"
BASE = OUT / "base"                     # which package out/pristine is, written by unpack


def base():
    """Name and version of the unpacked base."""
    if not BASE.exists():
        raise Failure(f"no base in {PRISTINE}: scripts/unpack makes it")
    return BASE.read_text().strip()


def digest(content):
    return None if content is None else hashlib.sha256(content).hexdigest()


def content(path):
    """The bytes of a file, or where a link points, or None where there is nothing."""
    try:
        return os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


class Record:
    """Digests of the files that prepare wrote, None for those it deleted, by in-tree path."""

    def __init__(self):
        stored = json.loads(RECORD.read_text()) if RECORD.exists() and SOURCE.exists() else {}
        self.base = stored.get("base")
        self.files = stored.get("files", {})

    def save(self):
        RECORD.write_text(json.dumps({"base": self.base, "files": self.files}, indent=1, sort_keys=True) + "\n")

    def written(self, path):
        """The digest of what prepare left at a path; of a tree without a record, what the strip leaves."""
        if path in self.files:
            return self.files[path]
        if self.base:
            return digest(content(PRISTINE / path))
        stripped = overlay.before_hooks(path)
        return digest(stripped and stripped.read_bytes())

    def edited(self, path):
        return digest(content(SOURCE / path)) != self.written(path)


def walk(root):
    """Every file below a directory, as {in-tree path: (size, mtime)}."""
    found, todo = {}, [""]
    while todo:
        directory = todo.pop()
        with os.scandir(root / directory) as entries:
            for entry in entries:
                path = directory + entry.name
                if entry.is_dir(follow_symlinks=False):
                    todo.append(path + "/")
                else:
                    stat = entry.stat(follow_symlinks=False)
                    found[path] = (stat.st_size, stat.st_mtime_ns)
    return found
