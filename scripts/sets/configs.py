# SPDX-License-Identifier: GPL-2.0
"""Other page sizes, architectures, nodes and options than the core set's: each kernel is built, then booted.

And for six architectures: does every file compile that is ours, that we change, or that uses us?
"""

import dataclasses
import shutil
import subprocess
import threading

from lib import tap
from lib.common import LOG, REPO
from lib.stages import RUN, Boot, Stage, boot, boot_options, image, run_boot, run_command
from sets import core

AREAS = ["abi_test", "area_test", "heap_test", "accounting_test"]
TENANTS = ["tenant_test", "pin_test", "signal_test", "unmovable_test"]
A76 = ["--cpu", "cortex-a76"]           # the older ones do not know 16 KiB
VEXPRESS = "arm/vexpress-v2p-ca15-tc1.dtb"

# vmalloc= leaves 176 MiB of memory that is always mapped: the area of one.dtso lies above, in highmem.
LOWMEM = "vmalloc=840M"


def nodes(*sizes):
    """QEMU's options for that many nodes, a CPU on each."""
    options = []
    for node, size in enumerate(sizes):
        options += ["--qemu", "-object", "--qemu", f"memory-backend-ram,id=m{node},size={size}",
                    "--qemu", "-numa", "--qemu", f"node,nodeid={node},memdev=m{node},cpus={node}"]
    return options


NUMA = "numa_cma=0:32M,1:64M cma_pernuma=16M cma=16M"
# Each is read by itself: what one of them has set stays, if the next cannot be understood.
NUMA_WRONG = "numa_cma=7:32M numa_cma=1:x numa_cma cma_pernuma=garbage cma_pernuma cma=16M"

BOOTS = [
    Boot("configs.16k.areas", AREAS, "cma=128M", ["several-16k.dtso"], config="arm64-16k", options=A76, seconds=900),
    Boot("configs.16k.tenants", TENANTS, "cma=0", ["one.dtso"], config="arm64-16k", options=A76, mem="384M",
         disks=True, seconds=1200),
    Boot("configs.16k.camera", ["camera_test"], "cma=64M", [core.CAMERA], config="arm64-16k", options=A76),
    Boot("configs.16k.kunit", [], "cma=64M kunit.enable=1", [core.CAMERA, "kunit-16k.dtso"], config="arm64-16k",
         mem="2G", options=[*A76, "--allow", "kunit"]),

    Boot("configs.64k.areas", AREAS, "cma=512M", ["several-64k.dtso"], config="arm64-64k", mem="4G", seconds=900),
    # With less than six pageblocks, of 512 MiB, the kernel calls no page movable, and lends no area.
    Boot("configs.64k.tenants", TENANTS, "cma=0", ["one-64k.dtso"], config="arm64-64k", mem="4G", disks=True,
         seconds=2400),

    Boot("configs.gigantic", ["gigantic_test"], "cma=16M hugetlb_cma=1G", mem="3G"),
    Boot("configs.numa", ["numa_test.sh"], NUMA, config="arm64-clients", disks=True,
         options=[*nodes("512M", "512M"), "--set", "/pcie@10000000 numa-node-id 1"]),

    Boot("configs.numa_wrong", ["numa_test.sh:wrong"], NUMA_WRONG, config="arm64-clients",
         options=nodes("512M", "512M")),

    Boot("configs.x86_64.areas", AREAS, "cma=128M numa_cma=0:32M cma_pernuma=16M", config="x86_64", board="pc",
         seconds=900),
    Boot("configs.x86_64.tenants", TENANTS, "cma=16M numa_cma=0:64M", config="x86_64", board="pc", mem="352M",
         disks=True, seconds=1200),
    # 3 GiB of it above 4 GiB: the last of them holds early allocations, and the firmware's tables lie below.
    Boot("configs.x86_64.gigantic", ["gigantic_test"], "cma=16M hugetlb_cma=1G", config="x86_64", board="pc",
         mem="5G"),
    Boot("configs.x86_64.numa", ["numa_test.sh"], NUMA, config="x86_64", board="pc", disks=True,
         options=["--smp", "2,sockets=2", *nodes("512M", "512M")]),     # a node is a socket there, at least
    Boot("configs.x86_64.hotplug", ["hotplug_test"], "cma=64M@0x30000000 numa_cma=0:16M movablecore=512M",
         config="x86_64", board="pc"),
    Boot("configs.x86_64.kunit", [], "cma=64M kunit.enable=1", config="x86_64", board="pc",
         options=["--allow", "kunit"]),

    Boot("configs.arm.areas", AREAS, "cma=128M", ["several.dtso"], config="arm", board="arm-virt", mem="2G",
         seconds=900),
    Boot("configs.arm.tenants", TENANTS, "cma=0", ["one.dtso"], config="arm", board="arm-virt", mem="320M",
         disks=True, seconds=1200),
    Boot("configs.arm.highmem", TENANTS, f"cma=0 {LOWMEM}", ["one.dtso"], config="arm", board="arm-virt", mem="448M",
         disks=True, seconds=1200),
    Boot("configs.arm.kunit", [], "cma=64M kunit.enable=1", [core.CAMERA, "kunit.dtso"], config="arm", board="arm-virt",
         options=["--allow", "kunit"]),
    Boot("configs.arm.vexpress", ["abi_test", "area_test", "heap_test"], "cma=128M", ["several-vexpress.dtso"],
         config="arm", board="vexpress-a15", dtb=VEXPRESS, seconds=900),
    Boot("configs.arm-sparse.areas", ["variant_test", *AREAS], "cma=128M", ["several.dtso"], config="arm-sparse",
         board="arm-virt", mem="2G", seconds=900),
    Boot("configs.arm-sparse.across", ["sparse_test.sh"], "cma=16M", ["across.dtso"], config="arm-sparse",
         board="arm-virt"),
    Boot("configs.arm-sparse.apart", ["sparse_test.sh"], "cma=0", ["apart.dtso"], config="arm-sparse",
         board="arm-virt"),
]

TARGETS = {"arm": (VEXPRESS,)}

NO_DMA_CMA = ["DMA_CMA=n", "DMABUF_HEAPS_CMA=n", "CMA_SIZE_MBYTES=n", "CMA_SIZE_SEL_MBYTES=n", "CMA_ALIGNMENT=n"]


@dataclasses.dataclass
class Variant(Boot):
    """The lean arm64 kernel without something. All share their objects, so that little is built anew."""
    config: str = "arm64-variant"
    settings: list = dataclasses.field(default_factory=list)    # of symbols: what it lacks, and what has to go with it
    without: list = dataclasses.field(default_factory=list)     # patches that are left out of the tree meanwhile


VARIANTS = [
    Variant("configs.no_sysfs", ["variant_test"], "cma=64M", mem="512M", settings=["CMA_SYSFS=n"]),
    Variant("configs.no_debugfs", ["variant_test"], "cma=64M", mem="512M", settings=["CMA_DEBUGFS=n"]),
    Variant("configs.no_interfaces", ["variant_test"], "cma=64M", mem="512M",
            settings=["CMA_SYSFS=n", "CMA_DEBUGFS=n"]),
    Variant("configs.no_compaction", ["variant_test"], "cma=64M", mem="512M",
            settings=["COMPACTION=n", "TRANSPARENT_HUGEPAGE=n", "TRANSPARENT_HUGEPAGE_MADVISE=n"]),
    Variant("configs.no_dma_cma", ["variant_test", "gigantic_test"], "cma=64M hugetlb_cma=1G", mem="3G",
            settings=NO_DMA_CMA),
    Variant("configs.untouched_clients", ["heap_test", "gigantic_test"], "cma=128M hugetlb_cma=1G", mem="3G",
            without=["heaps", "hugetlb-only"]),
    # Memory failure isolates pages, so the engine is there: gigantic pages come from any memory.
    Variant("configs.no_cma", ["nocma_test.sh"], "cma=64M", mem="3G",
            settings=["CMA=n", "CMA_AREAS=n", "CMA_SYSFS=n", "CMA_DEBUGFS=n", "MEMORY_FAILURE=y", *NO_DMA_CMA]),
]

COMPILED = ("arm64", "arm", "x86_64", "riscv", "powerpc", "s390")

BUILDING = threading.Lock()             # a build has use for every CPU
BUILT = {}                              # {kernel: what went wrong, or None}


def make(what, *commands):
    """Run scripts, their words going to a log. Returns None, or the result that says what went wrong."""
    LOG.mkdir(parents=True, exist_ok=True)
    log = LOG / f"{what}.build.log"
    with open(log, "w", encoding="utf-8") as file:
        for command in commands:
            done = subprocess.run(command, cwd=REPO, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            file.write(done.stdout)
            if done.returncode:
                lines = [f"# {line}" for line in done.stdout.splitlines()[-10:]]
                return tap.Result(f"{what}: builds", "fail", [*lines, f"# {log}"])
    return None


def build(kernel, targets=()):
    """Once in a run, however many boots need it."""
    with BUILDING:
        if kernel not in BUILT:
            BUILT[kernel] = make(f"configs.{kernel}", ["scripts/configure", kernel], ["scripts/build", kernel, *targets])
        return BUILT[kernel]


def run_built(stage, args):
    """Build, then boot."""
    if stage.config != "arm64":         # our first kernel is there
        failed = build(stage.config, TARGETS.get(stage.config, ()))
        if failed:
            return [failed]
    return run_boot(stage, args) if stage.programs else run_kunit(stage, args)


def run_kunit(stage, args):
    """Of each of our sources whose suites this kernel has, as many cases must have run as it holds."""
    report, result = boot(stage.name, ["kunit"], boot_options(stage, args), stage.seconds)
    suites = tap.parse_kunit(report)
    results = [result, *(dataclasses.replace(case, name=f"{suite}.{case.name}")
                         for suite, cases in sorted(suites.items()) for case in cases)]
    for path, names, entries in core.kunit_sources():
        ran = sum(len(suites.get(name, [])) for name in names)
        results.append(tap.Result(f"{path}: {entries} cases in the source, as many ran",
                                  "pass" if ran == entries else "fail", [f"# {ran} ran, suites {names}"]))
    return results


def run_variant(variant, args):
    """The next one is built from its objects, so its image is put aside for the boot."""
    words = [word for setting in variant.settings for word in ("--set", setting)]
    aside = RUN / f"{variant.name}.Image"
    with BUILDING:
        tree = [["scripts/prepare", "--without", *variant.without]] if variant.without else []
        failed = make(variant.name, *tree, ["scripts/configure", variant.config, *words],
                      ["scripts/build", variant.config])
        failed = (make(f"{variant.name}.after", ["scripts/prepare"]) if tree else None) or failed
        if failed:
            return [failed]
        shutil.copy(image(variant.config), aside)
    results = run_boot(dataclasses.replace(variant, options=["--image", aside]), args)
    return [tap.Result("builds", "pass"), *results]


def run_compile(arch, _args):
    with BUILDING:
        return run_command(f"configs.compile.{arch}", ["scripts/compile-clients", arch])


def stages():
    for each in BOOTS:
        yield Stage(each.name, run_built, each)
    for each in VARIANTS:
        yield Stage(each.name, run_variant, each)
    for arch in COMPILED:
        yield Stage(f"configs.compile.{arch}", lambda _stage, args, arch=arch: run_compile(arch, args))
