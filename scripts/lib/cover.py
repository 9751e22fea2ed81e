# SPDX-License-Identifier: GPL-2.0
"""The cover letter: series/00-cover, with the numbers of the benchmark and the name of the base put in."""

import re

from lib import series
from lib.common import OUT, REPO, Failure

MEASURED = OUT / "bench/bench.rst"      # what a whole make bench has written here ...
DOCUMENT = REPO / "Documentation/admin-guide/mm/cma_cost.rst"       # ... else the table that is in the documents

# Rows of the table, by THP and case. Some of them are ones that have become dearer.
ROWS = [
    ("never", "idle, allocate 1"),
    ("never", "idle, allocate 16384"),
    ("never", "idle, release 1"),
    ("never", "idle, release 16384"),
    ("never", "full of base pages, allocate 16384, per page"),
    ("always", "full of huge pages, allocate 1024, per page"),
    ("never", "full of clean cache, room, allocate 16384, per page"),
    ("never", "full of clean cache, no room, allocate 16384, per page"),
    ("never", "pin in every 8. block, allocate 2048, window exists"),
    ("never", "pin in every 32. block, allocate 16384, none exists"),
    ("never", "hugetlb page of 32 MiB, empty memory"),
    ("never", "16 threads, 1 to 64 pages, a pair"),
    ("never", "another area busy among pins, allocate 1"),
]


def table(text):
    """{(THP, case): {column: figure}} of a table as make bench writes it."""
    columns, found = None, {}
    for line in text.splitlines():
        cells = re.split(r"\s{2,}", line.strip())
        if cells[:2] == ["THP", "case"]:
            columns = cells
        elif columns and len(cells) == len(columns):
            found[cells[0], cells[1]] = dict(zip(columns, cells))
    return found


def missing(path):
    """Rows that the table has not: a run of make bench may be of some cases only."""
    rows = table(path.read_text()) if path.exists() else {}
    return [case for thp, case in ROWS if (thp, case) not in rows]


def numbers(path):
    rows = table(path.read_text())
    if missing(path):
        raise Failure(f"{path}: the table has no row for: {missing(path)[0]}")
    lines = [f"  {'':56} {'ours':>6} {'upstream':>9}"]
    for thp, case in ROWS:
        row = rows[thp, case]
        lines.append(f"  {case:56} {row['ours']:>6} {row['upstream']:>9}")
    return "\n".join(lines)


def letter(base):
    """Subject and body, as git takes the description of a branch."""
    header, body = series.message(series.COVER)
    path = DOCUMENT if missing(MEASURED) else MEASURED
    source = ("Measured by make bench for this series." if path == MEASURED else
              f"From {DOCUMENT.name} of this series, not measured anew for it.")
    for mark, value in (("@NUMBERS@", numbers(path)), ("@NUMBERS_FROM@", source), ("@BASE@", base)):
        if mark not in body:
            raise Failure(f"{series.COVER.relative_to(REPO)}: {mark} is nowhere in it")
        body = body.replace(mark, value)
    return f"{header['Subject']}\n\n{body}"
