# SPDX-License-Identifier: GPL-2.0
"""What does a stream of TAP say, and is it whole?

A stream is believed only if each plan was kept: as many results as announced, at least one, and an exit status that
fits them. Everything else becomes a failed result of its own.
"""

import dataclasses
import re

RESULT = re.compile(r"^(not )?ok (\d+)\b[ -]*(.*?)(?:\s*# (?:(SKIP|TODO|XFAIL)\b\s*(.*)|[\d.]+ s))?$", re.I)
PLAN = re.compile(r"^1\.\.(\d+)")


@dataclasses.dataclass
class Result:
    name: str
    status: str             # "pass", "fail" or "skip"
    details: list = dataclasses.field(default_factory=list)


def parse_stream(lines, name, exit_status=None, details_below=False):
    """TAP of a program, or of several, one after the other -> results, and a failed one if the stream is not whole.

    What is said about a result comes before it, or (details_below) after it.
    """
    results, plan, details, bailed = [], None, [], None
    for line in lines:
        line = line.rstrip()
        if match := RESULT.match(line):
            status = "fail" if match[1] else "skip" if (match[4] or "").upper() == "SKIP" else "pass"
            if status == "skip":
                details = [f"# {match[5] or 'no reason given'}"]
            results.append(Result(match[3] or f"{name} {match[2]}", status, details if status != "pass" else []))
            details = []
        elif match := PLAN.match(line):
            plan = (plan or 0) + int(match[1])
        elif line.startswith("Bail out!"):
            bailed = line
        elif details_below and results and results[-1].status == "fail":
            results[-1].details.append(line)
        elif line.strip():
            details.append(line)
    problem = None
    failed = any(result.status == "fail" for result in results)
    if bailed:
        problem = bailed
    elif plan is None:
        problem = "no plan"
    elif plan != len(results) or plan == 0:
        problem = f"{len(results)} results for a plan of {plan}"
    elif exit_status is not None and (exit_status != 0) != failed:
        problem = f"exit status {exit_status} does not fit the results"
    if problem:
        results.append(Result(f"{name}: stream is whole", "fail", [f"# {problem}", *details[-10:]]))
    return results


def parse_programs(text, expected):
    """The guest's report: programs between `# program NAME` and `# exit NAME STATUS`."""
    results, seen, name, lines = [], [], None, []
    for line in text.splitlines():
        line = line.rstrip("\r")
        if match := re.match(r"# program (\S+)$", line):
            name, lines = match[1], []
        elif (match := re.match(r"# exit (\S+) (\d+)$", line)) and match[1] == name:
            results += parse_stream(lines, name, int(match[2]))
            seen.append(name)
            name = None
        else:
            lines.append(line)
    for missing in expected:
        if missing not in seen:
            results.append(Result(f"{missing}: ran to its end", "fail", lines[-10:] if missing == name else []))
    return results


def parse_kunit(text):
    """The guest's KUnit report -> {suite: [results of its cases]}.

    Cases are results at four blanks, suites at none; what is deeper are the parameters of a case.
    """
    suites, cases, plan, details = {}, [], None, []
    for line in text.splitlines():
        line = line.rstrip("\r")
        if match := re.match(r" {4}1\.\.(\d+)$", line):
            cases, plan, details = [], int(match[1]), []
        elif re.match(r" {4}(not )?ok ", line):
            cases += parse_stream(["1..1", *details, line.strip()], "case")
            details = []
        elif match := re.match(r"(not )?ok \d+ (\S+)", line):
            if plan != len(cases):
                cases.append(Result("suite is whole", "fail", [f"# {len(cases)} results for a plan of {plan}"]))
            elif match[1] and not any(case.status == "fail" for case in cases):
                cases.append(Result("suite init and exit", "fail", details[-10:]))
            suites[match[2]] = cases
            cases, plan, details = [], None, []
        elif line.strip():
            details.append("# " + line.strip())
    return suites
