# SPDX-License-Identifier: GPL-2.0
"""What did the boots of the benchmark say? Figures out of the guest's lines, as a table, JSON, Markdown and a plot."""

import json
import statistics
import subprocess

from lib.common import Failure

# What is shown beside a cost, out of the counted pass ("events") or the timed one ("vm", "given").
COUNTS = [("moved", "vm", "pgmigrate_success"), ("failed", "vm", "pgmigrate_fail"), ("dropped", "vm", "nr_file_pages"),
          ("tenants", "given", None), ("rcu", "events", "rcu_expedited"), ("lru", "events", "lru_drains"),
          ("pcp", "events", "pcp_drained"), ("isol", "events", "isolate_scans"), ("test", "events", "isolation_tests"),
          ("batches", "events", "migrate_calls"), ("retry", "events", "busy_retries"),
          ("contended", "events", "contended"), ("ipi", "events", "ipis")]
AGREE = 0.02


def parse(report):
    """The guest's lines -> a list of dicts."""
    found = []
    for line in report.splitlines():
        if line.startswith("bench: "):
            try:
                found.append(json.loads(line[len("bench: "):]))
            except json.JSONDecodeError as error:
                raise Failure(f"the guest's line is damaged: {line[:80]}: {error}") from error
    return found


def problems(lines):
    return [line["problem"] for line in lines if "problem" in line]


def write_cost(lines):
    each = next((line["each"] for line in lines if line.get("case") == "write"), None)
    if not each:
        raise Failure("the cost of a write was not measured")
    return [statistics.median(column) for column in zip(*each)]


def figure(row, lines):
    """One row of one boot: cost in thousands, what the clock and the PMU say, counts, errors."""
    mine = [line for line in lines if line.get("case") == row.case and line.get("pages") == row.pages]
    timed = [line for line in mine if line["pass"] == "timed"]
    counted = [line for line in mine if line["pass"] == "counted"]
    if not timed:
        return None
    own = [row.writes * cost for cost in write_cost(lines)]
    if row.per == "pair":           # the same writes by the same threads, which do nothing
        dry = [line for line in lines if line.get("case") == row.case + "_write" and line["pass"] == "timed"][0]
        own = [dry["ns"], dry["instructions"]]
    parts = {"page": row.pages, "pair": timed[0].get("pairs", 1)}.get(row.per, 1)
    clock, executed = ([(line[field] - cost) / 1000 / parts for line in timed]
                       for field, cost in (("ns", own[0]), ("instructions", own[1])))
    each = executed if row.executed else clock
    result = {"cost": statistics.median(each), "clock": statistics.median(clock),
              "executed": statistics.median(executed), "lowest": min(each), "highest": max(each), "timed": len(timed),
              "errors": sorted({line["err"] for line in timed if line["err"]}),
              "failures": sum(line.get("failures", 0) for line in timed), "counts": {}, "before": timed[-1]["before"],
              "given": timed[-1]["given"]}
    for name, source, key in COUNTS:
        from_lines = counted if source == "events" else timed
        if not from_lines or source not in from_lines[-1]:
            continue
        values = from_lines[-1][source]
        count = sum(values[kind] for kind in ("base", "thp", "file")) if key is None else values[key]
        result["counts"][name] = -count if name == "dropped" else count
    return result


def verdict(row, found):
    """Why a figure does not reach its goal; "" if it does, None if there is none."""
    if found["errors"] and row.must != "fails":
        return "killed" if 62 in found["errors"] else f"errno {found['errors'][0]}"
    if row.must == "fails" and not found["errors"]:
        return "succeeded"
    if found["failures"]:
        return f"{found['failures']} failed"
    if row.goal is None:
        return None
    if row.must == "fails" and 62 in found["errors"]:
        return "killed"
    if row.must == "keeps" and found["counts"].get("dropped", 0) > 0:
        return "dropped"
    return "" if found["cost"] <= row.goal else "over"


def number(value):
    if value is None:
        return "-"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"


def cost_text(found):
    if not found:
        return "-"
    mark = ""
    if found["errors"]:
        mark = ">" if 62 in found["errors"] else "E"     # E: failed
    return mark + number(found["cost"])


def table(rows, kernels, results):
    """-> lists of cells. results: {(kernel, thp, row key): figure}"""
    head = ["THP", "case", "goal", *kernels, *(f"{kernel}/{kernels[0]}" for kernel in kernels[1:]), "goal met"]
    body = []
    for thp, row in rows:
        found = [results.get((kernel, thp, row.key)) for kernel in kernels]
        if not any(found):
            continue
        ratios = [number(other["cost"] / found[0]["cost"]) if other and found[0] and found[0]["cost"] > 0 else "-"
                  for other in found[1:]]
        why = verdict(row, found[0]) if found[0] else None
        body.append([thp, row.text, number(row.goal), *map(cost_text, found), *ratios,
                     {None: "-", "": "yes"}.get(why, f"no: {why}")])
    return [head, *body]


def counts_table(rows, kernels, results):
    body = [["THP", "case", "kernel", "cost", "clock", *(name for name, _, _ in COUNTS)]]
    for thp, row in rows:
        for kernel in kernels:
            if found := results.get((kernel, thp, row.key)):
                body.append([thp, row.text, kernel, cost_text(found), number(found["clock"]),
                             *(str(found["counts"].get(name, "-")) for name, _, _ in COUNTS)])
    return body


def mixed_table(kernels, mixed):
    """{kernel: [a line of each seed]}"""
    body = [["trace", *(f"{kernel}: {what}" for kernel in kernels for what in ("taken", "in use", "largest/free"))]]
    seeds = sorted({line["seed"] for lines in mixed.values() for line in lines})
    by_seed = {(kernel, line["seed"]): line for kernel, lines in mixed.items() for line in lines}
    for seed in seeds:
        cells = [str(seed)]
        for kernel in kernels:
            line = by_seed.get((kernel, seed))
            cells += [str(line["taken"]), str(line["used"]), f"{line['largest'] / max(line['free'], 1):.3f}"] \
                if line else ["-"] * 3
        body.append(cells)
    cells = ["mean"]
    for kernel in kernels:
        lines = mixed.get(kernel) or []
        cells += [f"{statistics.mean(line['taken'] for line in lines):.0f}",
                  f"{statistics.mean(line['used'] for line in lines):.0f}",
                  f"{statistics.mean(line['largest'] / max(line['free'], 1) for line in lines):.3f}"] \
            if lines else ["-"] * 3
    return [*body, cells]


def as_text(cells):
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    left = {column for column, name in enumerate(cells[0]) if name in ("THP", "case", "kernel", "goal met")}
    return "\n".join("  ".join(cell.ljust(width) if column in left else cell.rjust(width)
                               for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in cells)


def as_markdown(cells):
    left = {column for column, name in enumerate(cells[0]) if name in ("THP", "case", "kernel", "goal met")}
    rule = ["---" if column in left else "--:" for column in range(len(cells[0]))]
    return "\n".join("| " + " | ".join(line) + " |" for line in [cells[0], rule, *cells[1:]])


RST = """.. SPDX-License-Identifier: GPL-2.0

==============================================
What requests to a contiguous memory area cost
==============================================

Written by ``make bench``, which also tells what the kernel did meanwhile (pages
moved and dropped, drains, grace periods, isolations, retries) in
``out/bench/bench.md`` and draws ``out/bench/bench.svg``. To measure a third
kernel beside: ``make bench PEER=/path/to/Image``.

Executed instructions in thousands, net of the write to debugfs that makes the
request; where "per page" is said, of each page of the request. ``E``: the
request failed, as it had to; ``>``: it had not ended when it was killed. Both
kernels were built from the same source, with the same configuration, and went
through the same states, which were checked.

.. kernel-figure:: cma_cost.svg
   :alt: bars of executed instructions, ours and upstream's, for a choice of the cases below

   A choice of the cases below, transparent huge pages off. What was killed went on for longer.

{about}

::

{table}
{traces}"""

TRACES = """
Mixed sizes, by a seeded trace, until a request fails: pages taken until then,
pages in use at that moment, and the largest free piece over all free pages.

::

{table}
"""


def as_document(about, table, traces):
    """The page in Documentation/. about: as in bench.json."""
    def indent(cells):
        return "\n".join("  " + line for line in as_text(cells).split("\n"))
    lines = [f"{about['qemu']}, {about['cpu']}, {about['memory']} of memory,",
             f"``-icount {about['icount']}``, ``{about['append']}``; limit {about['limit_millions']} million."]
    lines += [f"* {name}: {each['version'].split('(')[0].strip()}" for name, each in about["kernels"].items()]
    return RST.format(about="\n".join([*lines[:2], "", *lines[2:]]), table=indent(table),
                      traces=TRACES.format(table=indent(traces)) if traces else "")


def deviations(rows, kernels, first, second):
    """How far a second run is from the first: [(share, kernel, thp, row)], the largest first."""
    found = []
    for thp, row in rows:
        for kernel in kernels:
            a, b = (run.get((kernel, thp, row.key)) for run in (first, second))
            # What was killed ran until the limit, which says nothing.
            if a and b and not {62} & {*a["errors"], *b["errors"]}:
                found.append((abs(a["cost"] - b["cost"]) / max(abs(a["cost"]), 1e-9), kernel, thp, row))
    return sorted(found, key=lambda each: -each[0])


PLOT = """
set datafile separator '\\t'
set terminal {terminal}
set output '{output}'
set title '{title}'
set style fill solid 0.9 noborder
set logscale x
set format x '%.0s %c'
set xlabel 'executed instructions, log scale (a page: per page of the request)'
set xrange [{low}:{high}]
set yrange [{rows}:-1] noextend
set grid xtics
set ytics scale 0 font ',9' ({labels})
set key outside top center horizontal
plot {series}
"""
COLOURS = ("#1b7837", "#9970ab", "#f1a340")


def plot(directory, name, rows, kernels, results, title):
    """NAME.svg and NAME.png: for each row a bar a kernel and a mark for the goal, by gnuplot."""
    data, costs, labels = [], [], []
    both = len({thp for thp, _ in rows}) > 1
    for thp, row in rows:
        found = [results.get((kernel, thp, row.key)) for kernel in kernels]
        if not any(found):
            continue
        # A cost of nothing cannot be drawn on this scale, and one killed is only a lower bound.
        bars = [max(each["cost"] * 1000, 1) if each else None for each in found]
        costs += [bar for bar in bars if bar]
        label = row.text.replace(", per page", ", a page") + f" ({thp})" * both
        labels.append(f"'{label}' {len(data)}")
        data.append("\t".join([str(len(data)), f"{row.goal * 1000}" if row.goal else "?",
                               *(str(bar) if bar else "?" for bar in bars)]))
    if not data:
        return []
    values = directory / f"{name}.dat"
    values.write_text("\n".join(data) + "\n")
    low, high, thick = min(costs) / 2, max(costs) * 2, 0.8 / len(kernels)
    series = []
    for number_, kernel in enumerate(kernels):
        top = f"($1-0.4+{number_ * thick})"
        column = 3 + number_
        series.append(f"'{values}' using {column}:{top}:({low}):{column}:{top}:($1-0.4+{(number_ + 1) * thick}) "
                      f"with boxxyerror title '{kernel}' linecolor rgb '{COLOURS[number_ % len(COLOURS)]}'")
    if any(row.goal for _, row in rows):
        series.append(f"'{values}' using 2:1 with points pointtype 7 pointsize 0.6 linecolor rgb 'black' title 'goal'")
    height = 140 + len(data) * (9 * len(kernels) + 4)
    made = []
    for suffix, terminal in (("svg", f"svg size 1100,{height} dynamic background 'white' font 'DejaVu Sans,11'"),
                             ("png", f"pngcairo size 1100,{height} font 'DejaVu Sans,9'")):
        output = directory / f"{name}.{suffix}"
        script = PLOT.format(terminal=terminal, output=output, title=title, low=low, high=high, rows=len(data),
                             labels=", ".join(labels), series=", ".join(series))
        done = subprocess.run(["gnuplot"], input=script, text=True, capture_output=True)
        if done.returncode:
            raise Failure(f"gnuplot: {done.stderr.strip()}")
        if suffix == "svg":             # one of them goes into a patch
            output.write_text("".join(f"{line.rstrip()}\n" for line in output.read_text().rstrip().splitlines()))
        made.append(output)
    return made
