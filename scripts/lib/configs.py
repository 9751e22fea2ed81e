# SPDX-License-Identifier: GPL-2.0
"""The kernels that we build, as scripts/configs lists them."""

import collections
import os
import re
import subprocess
import threading
import time

from lib.common import LOG, OUT, REPO, Failure, say

Config = collections.namedtuple("Config", "name arch source objects fragments")
Arch = collections.namedtuple("Arch", "cross image")

# By the kernel's name for them: prefix of the compiler, and what of the build a machine boots (where one of ours does).
ARCHES = {
    "arm64": Arch("aarch64-linux-gnu-", "arch/arm64/boot/Image"),
    "arm": Arch("arm-linux-gnueabihf-", "arch/arm/boot/zImage"),
    "x86_64": Arch("x86_64-linux-gnu-", "arch/x86/boot/bzImage"),
    "riscv": Arch("riscv64-linux-gnu-", None),
    "powerpc": Arch("powerpc64le-linux-gnu-", None),
    "s390": Arch("s390x-linux-gnu-", None),
}


def table():
    found = {}
    for line in (REPO / "scripts/configs").read_text().splitlines():
        words = line.split("#", 1)[0].split()
        if words:
            name, arch, source, *fragments = words
            found[name] = Config(name, arch, OUT / source, OUT / name, [fragment_path(each) for each in fragments])
    return found


def fragment_path(fragment):
    directory, name = fragment.split("/")
    return REPO / ("" if directory == "kernel" else "arch") / directory / f"configs/{name}.config"


def find(name):
    config = table().get(name)
    if not config:
        raise Failure(f"scripts/configs has no kernel {name}, only " + ", ".join(table()))
    if not (config.source / "Makefile").exists():
        raise Failure(f"no kernel source in {config.source}: scripts/unpack and scripts/prepare make it")
    return config


def kbuild(config, targets, step, progress=False):
    """Run the kernel's make; when it fails, show what it complained about."""
    code, log = run_make(config, targets, step, progress)
    if code:
        lines = log.read_text(errors="replace").splitlines()
        errors = [line for line in lines if re.search("error:|undefined reference|No rule to make", line)][:10]
        for line in errors or lines[-20:]:
            say(f"  {line}")
        raise Failure(f"{config.name}: make {' '.join(targets)} failed, its log is {log}")


def run_make(config, targets, step, progress=False):
    """Run the kernel's make, its words going to a log: its exit code, and the log."""
    LOG.mkdir(parents=True, exist_ok=True)
    log = LOG / f"{step}-{config.name}.log"
    command = ["make", "-C", str(config.source), f"O={config.objects}", f"ARCH={config.arch}",
               f"CROSS_COMPILE={ARCHES[config.arch].cross}", *targets]
    # Our own make's flags and overrides are not the kernel's.
    ours = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    with open(log, "w", encoding="utf-8") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                   env=environment)
    if progress:
        threading.Thread(target=_report, args=(process, log, f"{step}: {config.name}"), daemon=True).start()
    try:
        return process.wait(), log
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def _report(process, log, prefix):
    """Every half minute, how many steps make has done and which file it is at."""
    while process.poll() is None:
        time.sleep(30)
        steps = [line for line in log.read_text(errors="replace").splitlines() if line.startswith("  ")]
        if steps and process.poll() is None:
            say(f"{prefix}: {len(steps)} steps, {steps[-1].split()[-1]}")
