# SPDX-License-Identifier: GPL-2.0
"""What did a soak come to? The figures of each kernel side by side, and what went wrong in each."""

import dataclasses
import re

from lib import tap

FIGURE = re.compile(r"^# figure (.+) (\d+)$", re.M)
# Each kill of a group that went over its limit prints a call trace; any other call trace is a complaint.
KILL = re.compile(r"invoked oom-killer")
TRACE = re.compile(r"Call trace:")
GLOBAL_KILL = re.compile(r"constraint=CONSTRAINT_NONE|\bOut of memory: Killed")


@dataclasses.dataclass
class Outcome:
    name: str
    exit_status: int
    complaints: list        # of scripts/qemu
    report: str
    console: str

    def results(self):
        lines = [line.rstrip("\r") for line in self.report.splitlines() if not line.startswith("cma.verdict:")]
        return tap.parse_stream(lines, "soak")

    def figures(self):
        found = {name: int(value) for name, value in FIGURE.findall(self.report.replace("\r", ""))}
        found["console.kills_by_limit"] = len(KILL.findall(self.console))
        found["console.failures_told"] = len(re.findall(r"cma: .*(no \d+ pages|alloc failed)", self.console))
        return found

    def problems(self):
        """[what is wrong]: the kernel's complaints, failed results, and a boot without a verdict."""
        found = list(self.complaints)
        found += [console_problem for console_problem in (traces_problem(self.console),) if console_problem]
        for result in self.results():
            if result.status == "fail":
                found.append(result.name)
                found += [f"  {line.lstrip('# ')}" for line in result.details if not FIGURE.match(line)]
        if self.exit_status and not found:
            found.append(f"the boot ended with status {self.exit_status}")
        return found

    def skipped(self):
        return [f"{result.name}: {' '.join(result.details).lstrip('# ')}" for result in self.results()
                if result.status == "skip"]


def traces_problem(console):
    kills, traces = len(KILL.findall(console)), len(TRACE.findall(console))
    if traces > kills:
        return f"{traces} call traces on the console, {kills} of them of a group that went over its limit"
    if GLOBAL_KILL.search(console):
        return "the machine as a whole was out of memory"
    return None


def text(outcomes, seed):
    figures = [outcome.figures() for outcome in outcomes]
    names = list(dict.fromkeys(name for each in figures for name in each))
    rows = [["", *(outcome.name for outcome in outcomes)]]
    rows += [[name, *(str(each.get(name, "-")) for each in figures)] for name in names]
    rows.append(["problems", *(str(len([line for line in outcome.problems() if not line.startswith("  ")]))
                               for outcome in outcomes)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [f"seed {seed}"]
    lines += ["  ".join(cell.rjust(width) if column else cell.ljust(width)
                        for column, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]
    for outcome in outcomes:
        lines += [f"{outcome.name}: cannot: {each}" for each in outcome.skipped()]
        lines += [f"{outcome.name}: {each}" for each in outcome.problems()]
    return "\n".join(lines)
