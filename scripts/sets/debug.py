# SPDX-License-Identifier: GPL-2.0
"""The core set's kselftests, those of faults, races and broken memory, and a short soak, on kernels that see mistakes.

arm64-debug checks each access, lock, list and page flag, and stops at the first complaint; at the end of a boot it
looks for memory that nobody refers to any more. arm64-kcsan looks for accesses that nothing orders, and goes on: what
it finds in our code fails, what it finds elsewhere is listed in out/log/debug.kcsan.*.elsewhere.log. On arm64-mte,
memory has tags.
"""

import dataclasses
import functools
import re
import subprocess
import threading
from pathlib import Path

from lib import configs, documents, overlay, tap
from lib.common import LOG, REPO
from lib.stages import SOAK_CONSOLE, Boot, Stage, run_boot
from sets import core
from sets.configs import AREAS, build, run_built, run_kunit

LEAKS = "leak_test.sh"
STRICT = "panic_on_warn=1 page_poison=1 kasan.fault=panic"
# Stalls are told from slowness by time, and here everything is slow.
PATIENT = "rcupdate.rcu_cpu_stall_timeout=200"
# Ten times where both CPUs are ours; limits only catch hangs, and a host may be busy.
SLOWER = 20

FAULTS = "cma=16M"
FIXED_AREA = "camera-bank0@58000000,58000-5a000"
# Seconds as our first kernel would need them. Memory with what the checks need: all of it that is not in an area is
# filled before each test, a page at a time; the second bank of the camera lies above 512 MiB.
BOOTS = [
    Boot("debug.faults", ["fault_test"], FAULTS, [core.CAMERA], mem="640M", seconds=900),
    Boot("debug.races", ["race_test"], FAULTS, [core.CAMERA], mem="640M", seconds=600),
    # What follows the colon comes after -t: seconds, here.
    Boot("debug.soak", ["soak:300"], "cma=64M", ["soak.dtso"], mem="640M", disks=True, seconds=600,
         options=SOAK_CONSOLE),
    Boot("debug.security", ["security_test", "camera_test"], FAULTS, [core.CAMERA], mem="640M"),
    # What breaks stays so: nothing else runs there.
    Boot("debug.broken", ["broken_test"], FAULTS, [core.CAMERA], mem="640M"),
    Boot("debug.activation", ["activation_test"], f"cma=16M failcma=1,100,2,1 areafailed={FIXED_AREA}", [core.CAMERA]),
    # With 1 GiB kunit.dtso leaves no gap that has room for the scattered area: the fifth map is that of its second
    # piece.
    Boot("debug.activation_half", ["activation_test"], "cma=16M failcma=1,100,5,1 areafailed=scattered",
         [core.CAMERA, "kunit.dtso"]),
]
# The first access of the kernel with a tag that does not fit ends the boot; without KASAN it has no tags.
TAGS = ["--cpu", "max", "--qemu", "-machine", "--qemu", "mte=on"]
TAGGED = [
    Boot("debug.mte.tenants", ["mte_test", "tenant_test"], "cma=0 kasan.fault=panic", ["one.dtso"], mem="320M",
         disks=True, seconds=1200, options=TAGS),
    Boot("debug.mte.kasan_off", ["mte_test"], "cma=0 kasan=off", ["one.dtso"], mem="320M", seconds=900, options=TAGS),
    Boot("debug.mte.areas", AREAS, "cma=128M kasan.fault=panic", ["several.dtso"], seconds=900, options=TAGS),
    # A device with coherent DMA uses its buffers by the kernel's own mapping of all memory, which has tags.
    Boot("debug.mte.camera", ["camera_test", "security_test"], "cma=64M kasan.fault=panic", [core.CAMERA],
         options=[*TAGS, "--set", "/camera dma-coherent"]),
    Boot("debug.mte.kunit", [], "cma=64M kunit.enable=1 kasan.fault=panic", [core.CAMERA, "kunit.dtso"],
         options=[*TAGS, "--allow", "kunit"]),
]
# What the documents say of faults, typed in.
DOCUMENTED = dataclasses.replace(core.DOCUMENTS, name="debug.documents")
QEMU_LOCK = threading.Lock()
KUNIT = Boot("debug.kunit", [], "cma=64M kunit.enable=1", [core.CAMERA, "kunit.dtso"], options=["--allow", "kunit"])


def larger(each):
    """As much is left as our first kernel has, as measured: KASAN takes an eighth, locks and kmemleak's notes more."""
    mib = int(each.mem[:-1]) * (1024 if each.mem.endswith("G") else 1)
    return dataclasses.replace(each, mem=f"{mib + (80 + mib // 7) // 8 * 8}M")


def strict(each, last=(LEAKS,)):
    """A boot, on the debug kernel. kmemleak is asked by debugfs."""
    name = "debug." + each.name.removeprefix("guest.").removeprefix("debug.")
    return dataclasses.replace(each, name=name, config="arm64-debug", append=f"{each.append} {STRICT} {PATIENT}",
                               programs=[*each.programs, *(last if "debugfs=off" not in each.append else ())],
                               seconds=SLOWER * each.seconds, options=[*each.options, *expected(each)])


def expected(each):
    """Two things are told by a stack, and are no mistake of ours.

    A failure that activation_test brings about, by the kernel's fault injection; and a node without a size, of whose
    memory drivers/of tells kmemleak, which does not know it.
    """
    is_told = "failcma=" in each.append or "size_zero" in each.name
    return ["--allow", "Call trace:"] if is_told else []


def run_strict(stage, args):
    failed = build(stage.config)
    return [failed] if failed else run_boot(stage, args)


def run_documented(stage, args):
    failed = build(stage.config) if stage.config != "arm64" else None
    return [failed] if failed else core.run_documents(stage, args, documents.FAULTS)


def run_kunit_strict(stage, args):
    """This boot has all that any case needs: none may be skipped."""
    failed = build(stage.config)
    return [failed] if failed else [dataclasses.replace(result, status="fail") if result.status == "skip" else result
                                    for result in run_kunit(stage, args)]


@functools.cache
def newer_qemu():
    """QEMU 7.2 keeps one tag for every other granule of a page. (Its folder, None) or (None, why there is no other)."""
    done = subprocess.run(["scripts/newer-qemu"], cwd=REPO, text=True, capture_output=True)
    return (None, done.stderr.strip()) if done.returncode else (done.stdout.strip(), None)


def run_tagged(stage, args):
    with QEMU_LOCK:
        folder, problem = newer_qemu()
    if problem:
        return [tap.Result("QEMU that keeps the tags of memory apart", "skip", [f"# {problem}"])]
    return run_built(dataclasses.replace(stage, options=[*stage.options, "--qemu-from", folder]), args)


def functions(objects):
    """The names of the functions in objects, without what a compiler puts behind them (.isra.0, .constprop.0)."""
    table = subprocess.run(["nm", *objects], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return set(re.findall(r"^\w+ [tTW] (\w+)(?:\.\S+)?$", table.stdout, re.M))


def our_functions(config):
    """Those of our objects, and of other files' those that hooks add and change."""
    files, diffs = overlay.repository_files()
    objects = [config.objects / path.replace(".c", ".o") for path in files if path.endswith(".c")]
    names = functions([path for path in objects if path.exists()])
    for path in diffs:
        for hunk in overlay.read_diff(path).hunks:
            added = "\n".join(text for tag, text in hunk.lines if tag == "+")
            names |= {hunk.function, *re.findall(r"^[a-z][\w *]*?\b(\w+)\([^;]*\n\{", added, re.M)}
    return names


def accessing(stack, lib):
    """Who has accessed: the innermost function of a stack; if that is one of lib/, who has called it, too."""
    names = re.findall(r"^ +(\w+)(?:\.\S+?)?\+0x", stack, re.M)
    depth = next((depth for depth, name in enumerate(names) if name not in lib), len(names))
    return set(names[:depth + 1])


def judge(log, ours, lib):
    """Reports by the kernel: those where one of the two accesses is ours, and the others. Each by its first line.

    Who has called who accesses does not count: most of what runs below our functions is the kernel's own.
    """
    text = re.sub(r"^\[ *[\d.]+\] ?", "", Path(log).read_text(errors="replace"), flags=re.M)
    mine, others = set(), set()
    for report in text.split("BUG: KCSAN: ")[1:]:
        headline, *stacks = report.split("Reported by Kernel Concurrency Sanitizer")[0].split("\n\n")
        found = set().union(*(accessing(stack, lib - ours) for stack in stacks))
        (mine if found & ours else others).add(headline.partition("\n")[0])
    return mine, others


def run_kcsan(stage, args):
    failed = build(stage.config)
    if failed:
        return [failed]
    results = run_boot(stage, args)
    config = configs.find(stage.config)
    mine, others = judge(LOG / f"{stage.name}.log", our_functions(config),
                         functions((config.objects / "lib").rglob("*.o")))
    (LOG / f"{stage.name}.elsewhere.log").write_text("".join(f"{each}\n" for each in sorted(others)))
    results.append(tap.Result(f"no data race in our code ({len(others)} elsewhere)", "fail" if mine else "pass",
                              [f"# {each}" for each in sorted(mine)]))
    return results


def racy(each):
    return dataclasses.replace(each, name="debug.kcsan." + each.name.split(".")[1], config="arm64-kcsan",
                               append=f"{each.append} {PATIENT}", seconds=SLOWER * each.seconds,
                               options=[*each.options, "--allow", "BUG: KCSAN", "--allow", "Call trace:"])


# Where many are at work at the same time.
RACY = ["guest.parallel", "guest.pressure", "guest.tenants", "guest.insight", "debug.races"]
RACY_SOAK = Boot("debug.soak", ["soak:60"], "cma=64M", ["soak.dtso"], mem="640M", disks=True, seconds=600,
                 options=SOAK_CONSOLE)


def stages():
    everything = [*BOOTS, *(larger(each) for each in core.BOOTS if each.config == "arm64")]
    # The long ones first, so that none is left alone at the end.
    yield Stage(KUNIT.name, run_kunit_strict, strict(KUNIT, last=()))
    yield Stage(DOCUMENTED.name, run_documented, strict(DOCUMENTED, last=()))
    for each in [*everything, dataclasses.replace(KUNIT, name="debug.kunit_leaks")]:
        yield Stage(strict(each).name, run_strict, strict(each))
    yield Stage(racy(RACY_SOAK).name, run_kcsan, racy(RACY_SOAK))
    for each in everything:
        if each.name in RACY:
            yield Stage(racy(each).name, run_kcsan, racy(each))
    for each in TAGGED:
        yield Stage(each.name, run_tagged, dataclasses.replace(each, config="arm64-mte"))
    # Many boots, and each does little: where the areas lie must stay as it is, so must the memory.
    for each in core.cases():
        yield Stage(strict(each).name, run_strict, strict(each, last=()))
