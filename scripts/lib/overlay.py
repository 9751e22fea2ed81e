# SPDX-License-Identifier: GPL-2.0
"""What the prepared tree should be: the base, stripped, with the repository's files and hooks in it."""

import os
import subprocess

from lib import hooks
from lib.common import MIRRORED, PRISTINE, REPO, STRIPPED, Failure

_base, _stripped = PRISTINE, STRIPPED


def use(base, stripped):
    """Make it of another base than out/pristine, and of what the strip has left of that one."""
    global _base, _stripped
    _base, _stripped = base, stripped


def repository_files():
    """In-tree paths of the repository's own files and of its hook diffs, as two sorted lists."""
    done = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *MIRRORED],
                          cwd=REPO, text=True, capture_output=True)
    if done.returncode:
        raise Failure(f"git ls-files in {REPO}: {done.stderr.strip()}")
    paths = sorted({path for path in done.stdout.split("\0") if path and (REPO / path).is_file()})
    files = [path for path in paths if not path.endswith(".diff")]
    diffs = [path.removesuffix(".diff") for path in paths if path.endswith(".diff")]
    return files, diffs


def deleted_by_strip():
    return set((_stripped / "DELETED").read_text().split())


def before_hooks(path):
    """The stripped tree's file, or None where it has none."""
    if path in deleted_by_strip():
        return None
    for root in (_stripped, _base):
        if (root / path).is_file():
            return root / path
    return None


def read_diff(path):
    """The hook diff of an in-tree path, or None."""
    diff = REPO / f"{path}.diff"
    return hooks.parse(path, diff.read_text()) if diff.exists() else None


def text_before_hooks(path):
    base = before_hooks(path)
    if base is None:
        raise Failure(f"{path}.diff: the stripped tree has no {path}")
    return base.read_text()


def with_hooks(path, without=()):
    """The text of an existing kernel file with our hooks in it, but for those of some patches."""
    diff = read_diff(path)
    diff = diff._replace(hunks=[hunk for hunk in diff.hunks if hunk.patch not in without])
    return hooks.apply(diff, text_before_hooks(path))


def maintainers():
    """The kernel's MAINTAINERS with our section in its place in the alphabet."""
    ours = (REPO / "MAINTAINERS").read_text().strip() + "\n"
    title = ours.split("\n", 1)[0]
    head, marker, rest = (_base / "MAINTAINERS").read_text().partition("\nMaintainers List\n")
    if not marker:
        raise Failure("MAINTAINERS: cannot find where the list of sections starts in the base's")
    sections = rest.split("\n\n")
    titles = [section.lstrip("\n").split("\n", 1)[0].upper() for section in sections]
    if title.upper() in titles:
        raise Failure(f"MAINTAINERS: the base has a section {title!r} already")
    before = max(other for other in titles if other < title.upper())
    sections.insert(titles.index(before) + 1, ours.rstrip("\n"))
    return head + marker + "\n\n".join(sections)


def wanted(without=()):
    """Everything in which the prepared tree differs from the base: path -> (bytes, mode), or None to delete.

    Hooks of the patches in @without are left out.
    """
    files, diffs = repository_files()
    result = {path: None for path in deleted_by_strip()}
    for path in _stripped.rglob("*"):
        name = str(path.relative_to(_stripped))
        if path.is_file() and name != "DELETED":
            result[name] = (path.read_bytes(), _mode(_base / name))
    for path in files:
        if before_hooks(path):
            raise Failure(f"{path}: the kernel has this file; change it by a hook diff, or let the strip delete it")
        result[path] = ((REPO / path).read_bytes(), _mode(REPO / path))
    for path in diffs:
        result[path] = (with_hooks(path, without).encode(), _mode(_base / path))
    if (REPO / "MAINTAINERS").exists():
        result["MAINTAINERS"] = (maintainers().encode(), _mode(_base / "MAINTAINERS"))
    return result


def _mode(path):
    return 0o755 if os.access(path, os.X_OK) else 0o644
