# SPDX-License-Identifier: GPL-2.0
"""Boot a kernel with the plugin that counts its instructions, tools/testing/cma/plugin/count.c."""

import filecmp
import os
import re
import subprocess

from lib.common import LOG, OUT, REPO, Failure, say

COUNT = OUT / "count"
SOURCES = REPO / "tools/testing/cma/plugin"


def arguments(parser):
    """What all who count let the caller choose."""
    parser.add_argument("--kernel", metavar="DIR", action="append",
                        help="kernel to measure, a directory with its Image and vmlinux")
    parser.add_argument("--root", metavar="FUNCTION", action="append",
                        help="measure while this function is on (default: cma_alloc and cma_release)")
    parser.add_argument("--initrd", metavar="FILE", help="a root of your own, which powers off by itself")
    parser.add_argument("--append", metavar="STRING", default="cma=256M quiet", help="kernel command line")
    parser.add_argument("--mem", metavar="SIZE", default="1G")
    parser.add_argument("workload", metavar="VERB ARGS", nargs="*", default=["run", "holds"],
                        help="what the guest does, as for scripts/qemu (default: run holds)")


def functions(path):
    """[(address, name)] of a kernel or an object file, in order."""
    result = subprocess.run(["aarch64-linux-gnu-nm", "-n", path], capture_output=True, text=True, check=False)
    if result.returncode:
        raise Failure(f"cannot read the symbols of {path}: {result.stderr.strip()}")
    words = (line.split() for line in result.stdout.splitlines())
    return [(int(word[0], 16), word[2]) for word in words if len(word) == 3 and word[1] in "tTwW"]


def build():
    result = subprocess.run(["make", "-s", "-C", SOURCES, f"OUTPUT={COUNT}"], capture_output=True, text=True,
                            check=False)
    if result.returncode:
        raise Failure(f"{SOURCES.relative_to(REPO)} does not build: {result.stderr.strip()}")


def write_symbols(symbols, program):
    symbols.write_text("".join(f"{address:x} {name}\n" for address, name in functions(program)))


def plugin(mode, out, image, symbols, roots):
    """QEMU's arguments. With -icount a guest does the same in each boot, and its clock counts instructions."""
    options = [COUNT / "count.so", f"mode={mode}", f"out={out}", f"image={image}", f"symbols={symbols}"]
    options = ",".join(str(option) for option in options + [f"root={root}" for root in roots])
    if options.count(",") != 4 + len(roots):
        raise Failure("QEMU cannot take a path with a comma in it")
    return ["-icount", "shift=0,sleep=off", "-plugin", options]


def check_image(kernel):
    """The addresses are vmlinux's, so the Image must be made from it."""
    if not (kernel / "Image").exists():
        raise Failure(f"no kernel at {kernel}/Image")
    raw = COUNT / "raw"
    subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", kernel / "vmlinux", raw], check=True)
    same = filecmp.cmp(raw, kernel / "Image", shallow=False)
    raw.unlink()
    if not same:
        raise Failure(f"{kernel}/Image is not made from the vmlinux beside it")


def run(kernel, mode, args):
    """Boot a kernel and count; what comes out is what last() gives."""
    COUNT.mkdir(parents=True, exist_ok=True)
    build()
    check_image(kernel)
    name = f"{kernel.name}-{mode}"
    symbols, out, log = COUNT / f"{name}.symbols", COUNT / f"{name}.tsv", LOG / f"{name}.log"
    write_symbols(symbols, kernel / "vmlinux")
    out.unlink(missing_ok=True)
    options = plugin(mode, out, kernel / "Image", symbols, args.root or ["cma_alloc", "cma_release"])
    if not args.initrd:
        subprocess.run([REPO / "scripts/initrd"], stdout=subprocess.DEVNULL, check=True)
    command = [REPO / "scripts/qemu", "--image", kernel / "Image", "--append", args.append, "--mem", args.mem,
               "--smp", "1", "--timeout", "600", "--log", log]
    command += ["--initrd", args.initrd] if args.initrd else []
    for word in options:
        command += ["--qemu", word]
    if not args.initrd:
        command += args.workload
    result = subprocess.run([*command], env={**os.environ, "OUT": str(OUT)}, check=False, text=True,
                            stderr=subprocess.PIPE)
    # A root that is not ours gives no verdict: that it came to its end shows in the plugin's last line.
    if result.returncode and not args.initrd:
        raise Failure(f"{kernel}: the guest failed: {result.stderr.strip()} ({log})")
    lines, labels = last(kernel, mode, result.stderr.strip())
    if lines[-1][1] == "0":
        raise Failure(f"{kernel}: no function asked for was called")
    return lines, labels


def last(kernel, mode, why=""):
    """What the last boot gave: the plugin's lines, split at tabs, and {label: what the guest says it stands for}."""
    name = f"{kernel.name}-{mode}"
    out, verdict = COUNT / f"{name}.tsv", LOG / f"{name}.verdict"
    lines = [line.split("\t") for line in out.read_text().splitlines()] if out.exists() else []
    if not lines or lines[-1][0] != "end":
        raise Failure(f"{kernel}: the guest did not come to its end; {why} ({LOG / name}.log)")
    for line in lines:
        if line[0] == "error":
            say(f"not exact: {line[1]} at {line[2]}")
    report = verdict.read_text(errors="replace") if verdict.exists() else ""
    return lines, {"0": "no label", **dict(re.findall(r"^# label (\d+): (.*?)\r?$", report, re.M))}


def check():
    """Count check.S in both modes: {function: {what it was counted to be}}, and the functions that are to be told."""
    COUNT.mkdir(parents=True, exist_ok=True)
    build()
    program, image, symbols, out = COUNT / "check", COUNT / "check.raw", COUNT / "check.symbols", COUNT / "check.tsv"
    subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", program, image], check=True)
    write_symbols(symbols, program)
    wanted = {name for _, name in functions(program) if re.match("(root|masked)_", name)}
    roots = sorted(name for name in wanted if name.startswith("root_"))
    told = {}
    for mode in ("holds", "profile"):
        subprocess.run(["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a57", "-m", "64M", "-display", "none",
                        "-nodefaults", "-no-reboot", "-kernel", program, *plugin(mode, out, image, symbols, roots)],
                       check=True, timeout=60, stderr=subprocess.DEVNULL)
        for line in (line.split("\t") for line in out.read_text().splitlines()):
            if line[0] == "stretch":
                count, total, longest = (int(word) for word in line[5:8])
                told.setdefault(line[1], set()).update({longest, total / count})
            elif line[0] == "call":
                told.setdefault(line[3], set()).add(int(line[4]))
            elif line[0] == "error":
                raise Failure(f"{line[1]} at {line[2]}")
    return told, wanted
