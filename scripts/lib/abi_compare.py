# SPDX-License-Identifier: GPL-2.0
"""Where upstream's kernel and ours differ, is that in the list of differences, and why?

An item is a name and some lines of text, of each of both kernels. Every line that only one of them has must be
matched by an entry of scripts/abi.differences; and an entry that matches nothing is an error as well.
"""

import dataclasses
import difflib
import fnmatch
import re

from lib import tap
from lib.common import REPO, Failure

LIST = REPO / "scripts/abi.differences"
ABSENT, PRESENT = ["absent"], ["present"]


@dataclasses.dataclass
class Entry:
    items: list             # globs over the names of items
    lines: list             # regular expressions, each after "+" (only ours) or "-" (only upstream's)
    why: str
    number: int             # of its first line in the list
    used: set = dataclasses.field(default_factory=set)

    def explains(self, item, line):
        matching = [pattern for pattern in self.lines
                    if pattern[0] == line[0] and re.fullmatch(pattern[1:].strip(), line[1:].strip())]
        if matching and any(fnmatch.fnmatchcase(item, glob) for glob in self.items):
            self.used.update(matching)
            return True
        return False


def entries(stage):
    """What the list allows in a stage: the paragraphs below [stage]."""
    found, section, paragraph = [], None, []
    for number, line in enumerate([*LIST.read_text().splitlines(), ""], 1):
        if line.startswith("#"):
            continue
        if match := re.fullmatch(r"\[(\S+)\]", line):
            section = match[1]
        elif line.strip():
            paragraph.append(line)
        elif paragraph:
            if section == stage:
                found.append(read(paragraph, number - len(paragraph)))
            paragraph = []
    return found


def read(paragraph, number):
    items, lines, why = [], [], []
    for line in paragraph:
        if why or line.startswith("why:"):
            why.append(line.removeprefix("why:").strip())
        elif line[0] in "+-":
            lines.append(line)
        elif not lines:
            items.append(line)
    if not (items and lines and why):
        raise Failure(f"{LIST}:{number}: an entry is globs of items, lines with + or -, and why: with a reason")
    return Entry(items, lines, " ".join(why), number)


def only_one_has(upstream, ours):
    """The lines that only one of both has, "-" upstream's, "+" ours; a line that has moved is both."""
    for line in difflib.unified_diff(upstream, ours, lineterm="", n=0):
        if not line.startswith(("---", "+++", "@@")):
            yield line


def compare(stage, upstream, ours):
    """{item: lines} of both kernels -> a result an item, and one for each entry that explains nothing."""
    allowed, results = entries(stage), []
    for item in [*upstream, *(name for name in ours if name not in upstream)]:
        if item in upstream and item in ours:
            lines = list(only_one_has(upstream[item], ours[item]))
        else:
            lines = list(only_one_has(PRESENT if item in upstream else ABSENT, PRESENT if item in ours else ABSENT))
        reasons, unexplained = [], []
        for line in lines:
            entry = next((entry for entry in allowed if entry.explains(item, line)), None)
            if not entry:
                unexplained.append(line)
            elif entry.why not in reasons:
                reasons.append(entry.why)
        if unexplained:
            results.append(tap.Result(f"{item}: as upstream's, or listed", "fail",
                                      ["# only upstream's (-), only ours (+):",
                                       *(f"# {line}" for line in unexplained)]))
        else:
            results.append(tap.Result(f"{item}: " + ("differs as listed: " + " / ".join(reasons)
                                                     if reasons else "as upstream's"), "pass"))
    for entry in allowed:
        results += [tap.Result(f"{LIST.name}:{entry.number}: {line}: explains something", "fail",
                               ["# no such difference: take it off the list"])
                    for line in entry.lines if line not in entry.used]
    return results
