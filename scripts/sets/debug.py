# SPDX-License-Identifier: GPL-2.0
"""The core set's kselftests, and those of faults, races and broken memory, on kernels that see every mistake.

arm64-debug checks each access, lock, list and page flag, and stops at the first complaint; at the end of each boot it
looks for memory that nobody refers to any more. arm64-kcsan looks for accesses that nothing orders, and goes on: what
it finds in our code fails, what it finds elsewhere is listed in out/log/debug.kcsan.*.elsewhere.log.
"""

import dataclasses
import re
import subprocess
from pathlib import Path

from lib import configs, overlay, tap
from lib.common import LOG
from lib.stages import Boot, Stage, boot_options, run_boot
from sets import core
from sets.configs import build, run_kunit

LEAKS = "leak_test.sh"
STRICT = "panic_on_warn=1 page_poison=1 kasan.fault=panic"
# Stalls are told from slowness by time, and here everything is slow.
PATIENT = "rcupdate.rcu_cpu_stall_timeout=200 sysctl.kernel.hung_task_timeout_secs=600"
SLOWER = 6

FAULTS = "cma=16M"
FIXED_AREA = "camera-bank0@58000000,58000-5a000"
BOOTS = [
    Boot("debug.faults", ["fault_test"], FAULTS, [core.CAMERA], mem="640M"),
    Boot("debug.races", ["race_test"], FAULTS, [core.CAMERA], mem="640M"),
    Boot("debug.security", ["security_test", "camera_test"], FAULTS, [core.CAMERA], mem="640M"),
    # What breaks stays so: nothing else runs there.
    Boot("debug.broken", ["broken_test"], FAULTS, [core.CAMERA], mem="640M"),
    Boot("debug.activation", ["activation_test"], f"cma=16M failcma=1,100,2,1 areafailed={FIXED_AREA}", [core.CAMERA]),
    Boot("debug.activation_half", ["activation_test"], "cma=16M failcma=1,100,5,1 areafailed=scattered",
         [core.CAMERA, "kunit.dtso"]),
]

# Memory that the checks themselves need: KASAN an eighth, and descriptions of locks, pages and objects.
OVERHEAD_MIB = 256


def with_overhead(mem):
    mib = int(mem[:-1]) * (1024 if mem.endswith("G") else 1)
    return f"{mib + OVERHEAD_MIB}M"


def strict(each, name=None):
    """A boot, on the debug kernel."""
    return dataclasses.replace(each, name=name or each.name, config="arm64-debug", mem=with_overhead(each.mem),
                               programs=[*each.programs, LEAKS], append=f"{each.append} {STRICT} {PATIENT}",
                               seconds=SLOWER * each.seconds, options=[*each.options, *expected(each)])


def expected(each):
    """What activation_test brings about is told by a stack, as the kernel's fault injection does it."""
    return ["--allow", "Call trace:"] if "failcma=" in each.append else []


def run_strict(stage, args):
    failed = build(stage.config)
    return [failed] if failed else run_boot(stage, args)


def run_kunit_strict(stage, args):
    failed = build(stage.config)
    return [failed] if failed else run_kunit(stage, args)


REPORT = re.compile(r"BUG: KCSAN: (?:data-race|assert: race) in (.*)")


def our_functions(config):
    """The names of all functions in our objects, and of those that hooks add to other files."""
    names = set()
    files, diffs = overlay.repository_files()
    for path in files:
        built = config.objects / path.replace(".c", ".o")
        if path.endswith(".c") and built.exists():
            table = subprocess.run(["nm", built], text=True, stdout=subprocess.PIPE, check=True).stdout
            names |= set(re.findall(r"^\w+ [tT] (\w+)$", table, re.M))
    for path in diffs:
        for hunk in overlay.read_diff(path).hunks:
            added = "\n".join(text for tag, text in hunk.lines if tag == "+")
            names |= set(re.findall(r"^[a-z][\w *]*?\b(\w+)\([^;]*\n\{", added, re.M))
    return names


def judge(log, ours):
    """Reports by the kernel, each named by the two functions that met: those of ours, and the others."""
    mine, others = [], []
    for line in Path(log).read_text(errors="replace").splitlines():
        if match := REPORT.search(line):
            functions = re.findall(r"[A-Za-z_]\w*", match[1])
            functions = [name.split(".")[0] for name in functions]
            (mine if set(functions) & ours else others).append(match[1].strip())
    return mine, others


def run_kcsan(stage, args):
    failed = build(stage.config)
    if failed:
        return [failed]
    results = run_boot(stage, args)
    mine, others = judge(LOG / f"{stage.name}.log", our_functions(configs.find(stage.config)))
    (LOG / f"{stage.name}.elsewhere.log").write_text("".join(f"{each}\n" for each in sorted(set(others))))
    results.append(tap.Result(f"no data race in our code ({len(set(others))} elsewhere)", "fail" if mine else "pass",
                              [f"# {each}" for each in sorted(set(mine))]))
    return results


def racy(each):
    return dataclasses.replace(each, name="debug.kcsan." + each.name.split(".")[1], config="arm64-kcsan",
                               mem=with_overhead(each.mem), append=f"{each.append} {PATIENT}",
                               seconds=SLOWER * each.seconds,
                               options=[*each.options, "--allow", "BUG: KCSAN", "--allow", "Call trace:"])


# Where many are at work at the same time.
RACY = ["guest.parallel", "guest.pressure", "guest.tenants", "debug.races"]


def stages():
    everything = [*core.BOOTS, *BOOTS]
    for each in everything:
        if each.config == "arm64":
            yield Stage(each.name.replace("guest.", "debug."), run_strict,
                        strict(each, each.name.replace("guest.", "debug.")))
    kunit = Boot("debug.kunit", [], "cma=64M kunit.enable=1", [core.CAMERA, "kunit.dtso"],
                 options=["--allow", "kunit"])
    yield Stage(kunit.name, run_kunit_strict, dataclasses.replace(strict(kunit), programs=[]))
    for each in everything:
        if each.name in RACY:
            yield Stage(racy(each).name, run_kcsan, racy(each))
