# SPDX-License-Identifier: GPL-2.0
"""What has run of our files: counts that gcov reads, of several runs of one build, and of several builds.

Runs of one build are added up. Two builds of a file are not of the same code: another compiler, other macros and
inlines, so their branches cannot be added up. A line has run if it did in any of them; of its branches, those count of
the build that has taken the larger share of them. No branch counts as taken by half in one build and half in another.
"""

import collections
import dataclasses
import json
import os
import subprocess
import tarfile

from lib import csource
from lib.common import REPO, Failure

EXCEPTIONS = REPO / "scripts/coverage.exceptions"


@dataclasses.dataclass
class Line:
    runs: int = 0
    branches: list = dataclasses.field(default_factory=list)

    @property
    def taken(self):
        return sum(count > 0 for count in self.branches)


def unpack(archive, objects, directory):
    """The counts of a kernel, packed up in the guest, beside the notes that its compiler made."""
    found = []
    try:
        with tarfile.open(archive, "r:") as tar:
            for member in tar:
                # They are named by where the objects were made.
                _, inside, name = member.name.rpartition(f"/{objects.name}/")
                if not inside or not name.endswith(".gcda"):
                    continue
                counts = directory / name
                counts.parent.mkdir(parents=True, exist_ok=True)
                counts.write_bytes(tar.extractfile(member).read())
                notes = counts.with_suffix(".gcno")
                notes.unlink(missing_ok=True)
                notes.symlink_to((objects / name).with_suffix(".gcno"))
                found.append(counts)
    except tarfile.TarError as error:
        raise Failure(f"{archive}: {error}: the boot of that name has not come to its end") from error
    if not found:
        raise Failure(f"{archive} holds no counts")
    return found


def read(files, ours, top, tool="gcov"):
    """{file: {number: Line}} of .gcda files; top is the tree that was compiled."""
    done = subprocess.run([tool, "--json-format", "--stdout", "--branch-probabilities", *files], cwd=top, text=True,
                          capture_output=True)
    if done.returncode or "version" in done.stderr or "stamp mismatch" in done.stderr:
        raise Failure(f"{tool}: {(done.stderr.strip() or 'failed').splitlines()[0]}")
    build = {}
    for report in done.stdout.splitlines():
        for file in json.loads(report)["files"] if report else ():
            path = os.path.relpath(os.path.join(top, file["file"]), top)
            if path not in ours:
                continue
            lines = build.setdefault(path, collections.defaultdict(Line))
            # An inline function of a header is there once for each file that includes it.
            here = collections.defaultdict(Line)
            for entry in file["lines"]:
                line = here[entry["line_number"]]
                line.runs += entry["count"]
                line.branches += [branch["count"] for branch in entry["branches"]]
            add(lines, here)
    return build


def add(lines, more):
    """Another run of the same code: branch by branch. Where the branches are others, the run that took more counts."""
    for number, line in more.items():
        mine = lines[number]
        mine.runs += line.runs
        if len(mine.branches) == len(line.branches):
            mine.branches = [one + other for one, other in zip(mine.branches, line.branches)]
        else:
            mine.branches = better(mine, line).branches


def add_build(build, more):
    for path, lines in more.items():
        add(build.setdefault(path, collections.defaultdict(Line)), lines)


def share(line):
    return line.taken / len(line.branches) if line.branches else -1


def better(one, other):
    return max(one, other, key=lambda line: (share(line), len(line.branches)))


def merge(builds):
    """{file: {number: Line}} of all builds together."""
    merged = {}
    for build in builds:
        for path, lines in build.items():
            mine = merged.setdefault(path, {})
            for number, line in lines.items():
                has = mine.get(number, Line())
                mine[number] = Line(has.runs + line.runs, better(has, line).branches)
    return merged


@dataclasses.dataclass
class Exemption:
    path: str
    function: str
    lines: list             # the text of each, or "*"
    why: str
    number: int             # of its first line in the list
    there: set = dataclasses.field(default_factory=set)     # those of its lines that the source has ...
    used: set = dataclasses.field(default_factory=set)      # ... and that have not run

    def is_about(self, path, function, text):
        matching = {line for line in self.lines if line in ("*", text)}
        if not matching or (self.path, self.function) != (path, function):
            return False
        self.there |= matching
        return True

    def explains(self, path, function, text):
        if not self.is_about(path, function, text):
            return False
        self.used |= {line for line in self.lines if line in ("*", text)}
        return True


def exemptions(text):
    """The paragraphs of the list: FILE FUNCTION, lines that each begin with "- ", why: and the reason."""
    found, paragraph = [], []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.startswith("#"):
            continue
        if line.strip():
            paragraph.append(line)
        elif paragraph:
            found.append(exemption(paragraph, number - len(paragraph)))
            paragraph = []
    return found


def exemption(paragraph, number):
    head, *rest = paragraph
    lines = [line[2:].strip() for line in rest if line.startswith("- ")]
    why = [line.removeprefix("why:").strip() for line in rest if not line.startswith("- ")]
    if len(head.split()) != 2 or not lines or not "".join(rest[len(lines):]).startswith("why:"):
        raise Failure(f"{EXCEPTIONS}:{number}: an entry is a file and a function, lines with -, and why: with a reason")
    return Exemption(*head.split(), lines, " ".join(why), number)


@dataclasses.dataclass
class Missing:
    """A line of which something has not run."""
    path: str
    function: str
    number: int
    text: str
    line: Line
    exemption: Exemption = None


def missing(merged, allowed):
    """All that has not run, in order; which exemption it falls under."""
    found = []
    for path, lines in sorted(merged.items()):
        source = (REPO / path).read_text().splitlines()
        scopes = csource.scopes(path, source)
        for number, line in sorted(lines.items()):
            function, text = csource.enclosing(scopes, number - 1, number), source[number - 1].strip()
            if line.runs and line.taken == len(line.branches):
                for one in allowed:
                    one.is_about(path, function, text)
            else:
                reason = next((one for one in allowed if one.explains(path, function, text)), None)
                found.append(Missing(path, function, number, text, line, reason))
    return found


def told(each, line):
    return f"{EXCEPTIONS.name}:{each.number}: {each.path} {each.function}: {line}"


def stale(allowed):
    """Lines of the list that are not in the source."""
    return [told(each, line) for each in allowed for line in each.lines if line not in each.there]


def needless(allowed):
    """Lines of the list that have run. Some only run by chance, so the next run may need them."""
    return [told(each, line) for each in allowed for line in sorted(each.there - each.used)]


@dataclasses.dataclass
class Sum:
    lines: int = 0
    run: int = 0
    branches: int = 0
    taken: int = 0

    def count(self, line, exempt):
        """What has not run of a line that is exempt does not count."""
        self.lines += line.runs > 0 or not exempt
        self.run += line.runs > 0
        self.branches += line.taken if exempt else len(line.branches)
        self.taken += line.taken

    def __add__(self, other):
        return Sum(*(a + b for a, b in zip(dataclasses.astuple(self), dataclasses.astuple(other))))

    @property
    def of_lines(self):
        return 100 * self.run / self.lines if self.lines else 100.0

    @property
    def of_branches(self):
        return 100 * self.taken / self.branches if self.branches else 100.0


def sums(merged, exempt=()):
    """{file: Sum}; exempt is a set of (file, number)."""
    found = {}
    for path, lines in sorted(merged.items()):
        found[path] = Sum()
        for number, line in lines.items():
            found[path].count(line, (path, number) in exempt)
    return found
