# SPDX-License-Identifier: GPL-2.0
"""What a stage of the tests is made of: a boot of the guest with test programs in it, or a program of the host."""

import dataclasses
import os
import shutil
import subprocess

from lib import configs, tap
from lib.common import LOG, OUT, REPO, Failure

SELFTESTS = REPO / "tools/testing/selftests/cma"
BOOT_SECONDS = 300          # only catches hangs
# The soak has groups that go over their limit. Whoever is killed for it prints a call trace; lib/soak_report.py counts.
SOAK_CONSOLE = ["--allow", "Call trace:"]
RUN = OUT / "test" / f"run-{os.getpid()}"      # of this run alone; what is done goes to LOG
COUNTS = os.environ.get("COUNTS")       # a folder for what kernels with gcov count, from scripts/coverage


@dataclasses.dataclass
class Stage:
    name: str
    run: object             # called with @of and the arguments of scripts/test, returns tap.Results
    of: object = None

    @property
    def guest(self):
        """Does it need the initrd?"""
        return self.of is not None or self.name.startswith("guest.")


@dataclasses.dataclass
class Boot:
    """One boot of the guest, and the test programs that run in it."""
    name: str
    programs: list
    append: str = ""
    overlays: list = dataclasses.field(default_factory=list)
    mem: str = "1G"
    disks: bool = False
    config: str = "arm64"
    board: str = "virt"
    dtb: str = ""           # of the kernel's own, such as broadcom/bcm2837-rpi-3-b.dtb; scripts/build NAME DTB makes it
    archives: list = dataclasses.field(default_factory=list)    # cpio, added to the initrd
    seconds: int = BOOT_SECONDS
    options: list = dataclasses.field(default_factory=list)     # more of scripts/qemu's


def image(config, given=None):
    """The kernel to boot. The one given takes the place of ours, not that of other configurations."""
    if given and config == "arm64":
        return given
    path = OUT / config / "Image"
    if not path.exists():
        raise Failure(f"no kernel at {path}: scripts/configure {config} && scripts/build {config}")
    return path


def overlay_path(name):
    return REPO / name if "/" in name else SELFTESTS / "dt" / name


def initrd(config):
    """The initrd of a kernel's architecture; scripts/initrd builds nothing that has not changed."""
    arch = configs.table()[config].arch
    done = subprocess.run(["scripts/initrd", "--arch", arch], cwd=REPO, text=True, stdout=subprocess.PIPE)
    if done.returncode:
        raise Failure(f"no initrd for {arch}")
    return done.stdout.strip()


def dtb_path(config, name):
    arch = configs.table()[config].arch
    return OUT / config / f"arch/{arch}/boot/dts" / name


def make_disks(directory, nvme=True):
    """Two with an ext4, made of zeros otherwise, and one empty."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for name in ("vda", "vdb", "nvme"):
        with open(directory / name, "wb") as disk:
            disk.truncate(256 << 20)
        if name != "vdb":
            subprocess.run(["/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-E", "lazy_itable_init=0,lazy_journal_init=0",
                            directory / name], check=True)
    drives = ["--drive", directory / "vda", "--drive", directory / "vdb"]
    return drives + ["--nvme", directory / "nvme"] if nvme else drives


def boot(name, verb, options, seconds=BOOT_SECONDS):
    """Boot once. Returns the guest's report and a result of the boot itself."""
    log = RUN / f"{name}.log"
    counts = ["--counts", f"{COUNTS}/{name}.tar"] if COUNTS else []
    command = ["scripts/qemu", "--log", log, "--timeout", str(seconds), *counts, *options, *verb]
    done = subprocess.run([str(word) for word in command], cwd=REPO, text=True, capture_output=True)
    verdict = log.with_suffix(".verdict")
    report = verdict.read_text(errors="replace") if verdict.exists() else ""
    for file in (log, verdict):
        if file.exists():
            file.replace(LOG / file.name)
    complaint = done.stderr.strip().replace(str(RUN), str(LOG))
    # The guest's own "fail" is told by its tests; anything else is the boot's failure.
    told = done.returncode == 1 and not complaint and "cma.verdict: fail" in report
    ok = done.returncode == 0 or told
    return report, tap.Result("boots, gives a verdict, and the kernel does not complain", "pass" if ok else "fail",
                              [f"# {line}" for line in complaint.splitlines()])


def boot_options(stage, args):
    options = ["--board", stage.board, "--image", image(stage.config, args.image), "--mem", stage.mem,
               "--append", stage.append, *stage.options]
    if configs.table()[stage.config].arch != "arm64":       # whose initrd scripts/test has made
        options += ["--initrd", initrd(stage.config)]
    if stage.dtb:
        options += ["--dtb", dtb_path(stage.config, stage.dtb)]
    for overlay in stage.overlays:
        options += ["--overlay", overlay_path(overlay)]
    for archive in stage.archives:
        options += ["--add-initrd", archive]
    return options


def run_boot(stage, args):
    options = boot_options(stage, args)
    disks = RUN / stage.name
    if stage.disks:
        options += make_disks(disks, stage.board != "vexpress-a15")
    report, result = boot(stage.name, ["test", *stage.programs], options, stage.seconds)
    shutil.rmtree(disks, ignore_errors=True)
    return [result, *tap.parse_programs(report, [program.split(":")[0] for program in stage.programs])]


def run_command(name, command, details_below=False):
    """A host program that prints TAP."""
    LOG.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, cwd=REPO, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "OUT": str(OUT)})
    (LOG / f"{name}.log").write_text(done.stdout)
    return tap.parse_stream(done.stdout.splitlines(), name, done.returncode, details_below)
