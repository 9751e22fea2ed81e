# SPDX-License-Identifier: GPL-2.0
"""Hook diffs: reading, applying and making them.

A hook diff changes one existing file of the stripped tree. It is a `Why:` paragraph and a unified diff
whose hunk headers say which patch of the series the hunk belongs to, and what encloses it:

    @@ -1,2 +1,3 @@ [patch-name] function_name

Line numbers are hints. What places a hunk is its pre-image, the context and removed lines: they must
occur exactly once, within the function if one is named. There is no fuzz.
"""

import collections
import difflib
import os
import re
import subprocess
import tempfile

from lib import csource
from lib.common import Failure

UNASSIGNED = "unassigned"
TODO = "Why: TODO"

# lines: (tag, text) with tag ' ', '-' or '+', in the order of the diff
Hunk = collections.namedtuple("Hunk", "start patch function lines")
Diff = collections.namedtuple("Diff", "path why hunks")
# One run of changed lines: A[start:end] becomes new
Change = collections.namedtuple("Change", "start end new function patch")

_HEADER = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@ \[([\w.-]+)\] ?(\w*)$")


def parse(path, text):
    """Read the hook diff of an in-tree path."""
    name = f"{path}.diff"
    why, marker, body = text.partition(f"--- a/{path}\n+++ b/{path}\n")
    if not marker:
        raise Failure(f"{name}: no header `--- a/{path}`, `+++ b/{path}`")
    if not why.startswith("Why: "):
        raise Failure(f"{name}: it does not open with a `Why:` paragraph")
    hunks, left = [], (0, 0)
    for line in body.splitlines():
        header = _HEADER.match(line)
        if header and left == (0, 0):
            start, old, new, patch, function = header.groups()
            left = (int(old or 1), int(new or 1))
            hunks.append(Hunk(int(start), patch, function, []))
        elif hunks and left != (0, 0) and line[:1] in (" ", "-", "+", ""):
            tag = line[:1] or " "
            hunks[-1].lines.append((tag, line[1:]))
            left = (left[0] - (tag != "+"), left[1] - (tag != "-"))
        else:
            raise Failure(f"{name}: hunk {len(hunks)}: cannot read this line: {line!r}")
        if min(left) < 0:
            raise Failure(f"{name}: hunk {len(hunks)}: more lines than its header says")
    if left != (0, 0) or not hunks:
        raise Failure(f"{name}: hunk {len(hunks)}: fewer lines than its header says")
    return Diff(path, why.rstrip() + "\n", hunks)


def places(lines, scopes, function, image):
    """Where an image occurs: in the function, if one is named, else anywhere."""
    ranges = [(s.start, s.end) for s in scopes if s.name == function] if function else [(0, len(lines))]
    return [at for start, end in ranges for at in range(start, end - len(image) + 1)
            if lines[at:at + len(image)] == image]


def locate(diff, lines):
    """Every run of changed lines of a diff, placed in the file's lines."""
    scopes = csource.scopes(diff.path, lines)
    changes = []
    for number, hunk in enumerate(diff.hunks, 1):
        changes += _changes(hunk, _place(diff.path, number, hunk, lines, scopes))
    for before, after in zip(changes, changes[1:]):
        if after.start < before.end or after.start == before.start:
            raise Failure(f"{diff.path}.diff: hunk in {after.function or 'no function'} overlaps the one before,"
                          " or stands in the wrong order")
    return changes


def _place(path, number, hunk, lines, scopes):
    """The one place of a hunk."""
    what = f"{path}.diff: hunk {number}, {'in ' + hunk.function if hunk.function else 'outside functions'}"
    if hunk.function and hunk.function not in [s.name for s in scopes]:
        raise Failure(f"{what}: there is no such function in the file")
    found = places(lines, scopes, hunk.function, [text for tag, text in hunk.lines if tag != "+"])
    if len(found) != 1:
        raise Failure(f"{what}: its context and removed lines occur {len(found)} times, not once")
    return found[0]


def misfits(diff, text):
    """Why hunks do not apply, each tried by itself; none: all of them do."""
    lines, found = text.split("\n"), []
    for number, hunk in enumerate(diff.hunks, 1):
        try:
            _place(diff.path, number, hunk, lines, csource.scopes(diff.path, lines))
        except Failure as failure:
            found.append(str(failure))
    return found


def _changes(hunk, at):
    changes, start, new = [], at, []
    for tag, text in hunk.lines + [(" ", None)]:
        if tag == "+":
            new.append(text)
        elif tag == "-":
            at += 1
        else:
            if new or at > start:
                changes.append(Change(start, at, new, hunk.function, hunk.patch))
            at += 1
            start, new = at, []
    return changes


def apply(diff, text):
    """The text with the hooks in it."""
    lines = text.split("\n")
    for change in reversed(locate(diff, lines)):
        lines[change.start:change.end] = change.new
    return "\n".join(lines)


def make(path, before, after, old):
    """The hook diff that turns before into after, with the reason and patch names of the old one."""
    lines = before.split("\n")
    scopes = csource.scopes(path, lines)
    changes = [c._replace(function=csource.enclosing(scopes, c.start, c.end)) for c in _compare(before, after)]
    changes = _named(changes, lines, old)

    body, shift = [], 0
    for group, start, end in _grouped(changes, lines, scopes):
        out, at = [], start
        for change in group:
            out += [" " + line for line in lines[at:change.start]]
            out += ["-" + line for line in lines[change.start:change.end]]
            out += ["+" + line for line in change.new]
            at = change.end
        out += [" " + line for line in lines[at:end]]
        grown = sum(len(c.new) - (c.end - c.start) for c in group)
        header = (f"@@ -{start + 1},{end - start} +{start + 1 + shift},{end - start + grown} @@"
                  f" [{group[0].patch}] {group[0].function}")
        body += [header.rstrip()] + out
        shift += grown
    why = old.why if old else TODO + "\n"
    return f"{why}\n--- a/{path}\n+++ b/{path}\n" + "".join(line + "\n" for line in body)


def _compare(before, after):
    """The runs of changed lines, by git's histogram comparison, which keeps functions whole."""
    with tempfile.TemporaryDirectory() as directory:
        names = [os.path.join(directory, name) for name in ("a", "b")]
        for name, text in zip(names, (before, after)):
            with open(name, "w", encoding="utf-8", newline="") as file:
                file.write(text)
        done = subprocess.run(["git", "diff", "--no-index", "--no-ext-diff", "--no-color", "--no-prefix", "--histogram",
                               "--indent-heuristic", "--inter-hunk-context=0", "-U0", *names],
                              text=True, capture_output=True)
    if done.returncode > 1:
        raise Failure(f"git diff: {done.stderr.strip()}")
    changes = []
    for line in done.stdout.split("\n")[4:]:
        header = re.match(r"@@ -(\d+)(?:,(\d+))? \+", line)
        if header:
            start, count = int(header.group(1)), int(header.group(2) or 1)
            start -= bool(count)        # `-5,0` is an insertion after line 5, that is before our line 5
            changes.append(Change(start, start + count, [], "", UNASSIGNED))
        elif line.startswith("+"):
            changes[-1].new.append(line[1:])
    return changes


def _named(changes, lines, old):
    """Give each change the patch name of the old change it continues."""
    known = [(h.function, "".join(f"{tag}{text}\n" for tag, text in part), h.patch)
             for h in (old.hunks if old else []) for part in _parts(h)]

    def text_of(change):
        return "".join(f"-{x}\n" for x in lines[change.start:change.end]) + "".join(f"+{x}\n" for x in change.new)

    pairs = []
    for i, change in enumerate(changes):
        for j, (function, text, _) in enumerate(known):
            alike = difflib.SequenceMatcher(None, text_of(change), text, autojunk=False).ratio()
            here = function == change.function
            if alike == 1 or here and alike > 0.3:
                pairs.append((-alike - here, i, j))

    names, used = {}, set()
    for _, i, j in sorted(pairs):           # the best pairs first, each old change continued once
        if i not in names and j not in used:
            names[i] = known[j][2]
            used.add(j)
    return [c._replace(patch=names.get(i, UNASSIGNED)) for i, c in enumerate(changes)]


def _parts(hunk):
    part = []
    for tag, text in hunk.lines + [(" ", None)]:
        if tag != " ":
            part.append((tag, text))
        elif part:
            yield part
            part = []


def _grouped(changes, lines, scopes):
    """Hunks as (changes, start, end): neighbours of one patch and function whose contexts meet are one."""
    groups = []
    for change in changes:
        start, end = _context(change.start, change.end, change.function, lines, scopes)
        if groups:
            last, last_start, last_end = groups[-1]
            if (last[-1].patch, last[-1].function) == (change.patch, change.function) and start <= last_end:
                whole = _context(last[0].start, change.end, change.function, lines, scopes)
                groups[-1] = (last + [change], *whole)
                continue
        groups.append(([change], start, end))
    return groups


def _context(start, end, function, lines, scopes):
    """The fewest lines around [start, end) that make it unique and say something."""
    bottom = len(lines) - (lines[-1] == "")
    limit = max((s.end - s.start for s in scopes if s.name == function), default=40) if function else 40
    for total in range(1, limit + 1):
        # From both sides rather than one; else above rather than below.
        for above in sorted(range(total + 1), key=lambda n: (abs(2 * n - total), -n)):
            first, last = start - above, end + total - above
            if first < 0 or last > bottom:
                continue
            image = lines[first:last]
            if any(re.search(r"\w\w", line) for line in image[:above] + image[len(image) - (total - above):]) \
                    and places(lines, scopes, function, image) == [first]:
                return first, last
    raise Failure(f"no context makes the change at line {start + 1} unique in {function or 'the file'}")
