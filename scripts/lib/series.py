# SPDX-License-Identifier: GPL-2.0
"""The series: which patch each file and each hunk belongs to, and what the tree is after each patch.

A patch is a file of series/, NN-name, in the form of mail: a header, an empty line, the commit message.

    Subject: mm/contig: survey a range of page frames
    Files: mm/contig/survey.c mm/contig/tests/*

NN is its place in the series. Files: are patterns of our own files; a line that goes on begins with a blank. A hunk
of a hook diff belongs to the patch whose name it carries. The first patch also removes the base's own CMA, as
scripts/strip.list says, and brings our section of MAINTAINERS.
"""

import collections
import email
import email.policy
import fnmatch
import re

from lib import growth, overlay
from lib.common import REPO, Failure

SERIES = REPO / "series"
COVER = SERIES / "00-cover"

Patch = collections.namedtuple("Patch", "number name subject files body")


def message(path):
    """A file of series/ as (header, body)."""
    mail = email.message_from_string(path.read_text(), policy=email.policy.default.clone(max_line_length=None))
    if mail.defects or not mail["Subject"]:
        raise Failure(f"{path.relative_to(REPO)}: it does not begin with a header that has a Subject:")
    return mail, mail.get_content().strip("\n") + "\n"


def read(directory=SERIES):
    """All patches, in order."""
    patches = []
    for path in sorted(directory.glob("[0-9][0-9]-*")):
        if path.name == COVER.name:
            continue
        number, name = path.name.split("-", 1)
        mail, body = message(path)
        patches.append(Patch(int(number), name, str(mail["Subject"]), str(mail["Files"] or "").split(), body))
    if [patch.number for patch in patches] != list(range(1, len(patches) + 1)):
        raise Failure(f"{directory.name}: patches are not numbered from 01 without a gap: "
                      + ", ".join(f"{patch.number:02}-{patch.name}" for patch in patches))
    return patches


def misassigned(patches, files, diffs):
    """What belongs to no patch, or to two; @diffs: {path: hooks.Diff}."""
    names = [patch.name for patch in patches]
    found = [f"series: two patches are named {name}" for name in {n for n in names if names.count(n) > 1}]
    for path in files:
        owners = [patch.name for patch in patches if _owns(patch, path)]
        if len(owners) != 1:
            found.append(f"{path}: belongs to no patch" if not owners
                         else f"{path}: belongs to {len(owners)} patches, " + " and ".join(owners))
    for path, diff in diffs.items():
        found += [f"{path}.diff: hunk {number}, {hunk.function or 'outside functions'}: series/ has no patch"
                  f" [{hunk.patch}]" for number, hunk in enumerate(diff.hunks, 1) if hunk.patch not in names]
    used = {hunk.patch for diff in diffs.values() for hunk in diff.hunks}
    for patch in patches:
        found += [f"series/{patch.number:02}-{patch.name}: no file of ours is {pattern}"
                  for pattern in patch.files if not fnmatch.filter(files, pattern)]
        if patch.number > 1 and not patch.files and patch.name not in used:
            found.append(f"series/{patch.number:02}-{patch.name}: it has neither file nor hunk")
    return found


def _owns(patch, path):
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patch.files)


def badly_said(patches):
    """What git or a reader would stumble over in a commit message."""
    found = []
    for patch in patches:
        name = f"series/{patch.number:02}-{patch.name}"
        for line in (patch.subject, *patch.body.splitlines()):
            if re.match(r"---|diff |diff$|Index: |From |>From ", line):
                found.append(f"{name}: git would end the message, or change it, at: {line}")
            if re.match(r"(Signed-off-by|From): ", line):
                found.append(f"{name}: names a person; AUTHOR= does: {line}")
            if len(line) > 75:
                found.append(f"{name}: more than 75 columns: {line}")
        if len(patch.subject) > 50:
            found.append(f"{name}: a subject of more than 50 columns is folded in mail: {patch.subject}")
        if not patch.body.strip():
            found.append(f"{name}: it gives no reason")
    return found


def verify(patches):
    """Stop at anything that makes no series."""
    files, paths = overlay.repository_files()
    diffs = {path: overlay.read_diff(path) for path in paths}
    found = misassigned(patches, files, diffs) + badly_said(patches)
    if found:
        raise Failure("this makes no series:\n  " + "\n  ".join(found))


class States:
    """What the tree is after each patch, as overlay.wanted() says it: {path: (bytes, mode), or None to delete}."""

    def __init__(self, patches, author=None):
        self.patches, self.author = patches, author
        self.ours, _ = overlay.repository_files()
        self.owner = {path: patch.number for path in self.ours for patch in patches if _owns(patch, path)}
        final = overlay.wanted()
        self.builds = growth.options({path: (file[0].decode(), self.base_text(path)) for path, file in final.items()
                                      if file and path.endswith("/Makefile")})

    def base_text(self, path):
        """What of a file is not ours."""
        before = None if path in self.owner else overlay.before_hooks(path)
        return before.read_text() if before else ""

    def after(self, number):
        """The tree after so many patches; 0: as the base."""
        if not number:
            return {}
        tree = overlay.wanted(without=[patch.name for patch in self.patches[number:]])
        deleted = overlay.deleted_by_strip()
        for path, owner in self.owner.items():
            if owner > number:
                del tree[path]
                if path in deleted:
                    tree[path] = None
        present = {path for path, owner in self.owner.items() if owner <= number}
        for path, file in tree.items():
            if file and growth.is_growing(path):
                tree[path] = self.grown(path, file[0].decode(), present).encode(), file[1]
        if self.author:
            tree["MAINTAINERS"] = self.maintained(tree["MAINTAINERS"])
        return tree

    def grown(self, path, text, present):
        if path.endswith("/Makefile"):
            return growth.makefile(path, text, self.base_text(path), present, set(self.ours))
        return growth.kconfig(text, self.builds, present) if path in self.owner else text

    def maintained(self, file):
        """Whoever signs the series off maintains it; without a name our section has a list only."""
        title = (REPO / "MAINTAINERS").read_text().split("\n", 1)[0] + "\n"
        return file[0].replace(title.encode(), f"{title}M:\t{self.author}\n".encode()), file[1]
