# SPDX-License-Identifier: GPL-2.0
"""Board files: the kernel's own, every form of the reserved-memory binding, and whole boards of QEMU.

What upstream's kernel makes of a tree is not written down here: it is booted beside ours with the same tree, and the
areas of both are compared. scripts/board-trees builds the board files first.
"""

import dataclasses
import functools
import subprocess
import threading

from lib import boardtree, tap
from lib.common import OUT, REPO, Failure
from lib.stages import RUN, Boot, Stage, boot, image, overlay_path, run_boot

MiB = 1 << 20
GiB = 1 << 30
RAM = (1 * GiB, 5 * GiB)        # of QEMU's `virt` with -m 4G

# What kernels of an architecture have: page size, least alignment of an area (a pageblock), bits of an address.
KERNELS = {
    "arm64": {"4K pages": (4096, 2 * MiB, 48), "4K pages without huge ones": (4096, 4 * MiB, 48),
              "16K pages": (16384, 32 * MiB, 48), "64K pages": (65536, 512 * MiB, 48)},
    "arm": {"LPAE": (4096, 2 * MiB, 40), "LPAE without huge pages": (4096, 4 * MiB, 40)},
}

# Ours and upstream's, which are configured alike, and the pageblock that they have.
PEERS = {"4k": ("arm64", "arm64-upstream", 2 * MiB, []),
         "16k": ("arm64-16k", "arm64-16k-upstream", 32 * MiB, ["--cpu", "cortex-a76"]),
         "64k": ("arm64-64k", "arm64-64k-upstream", 512 * MiB, [])}


BUILDING = threading.Lock()     # two stages ask the same program


@functools.cache
def forms(arch):
    return boardtree.forms(arch, boardtree.sources(arch))


# Part one: what do our judges say of every node of every board, on this machine?

def likely_base(node, block):
    """Where drivers/of would put it: exactly there, or aligned in its first range."""
    if node.reg:
        return node.reg[0][0]
    alignment = max(node.alignment, block)
    start = node.ranges[0][0] if node.ranges else 1 * GiB
    return -(-start // alignment) * alignment


def contract(node, block):
    """What upstream's documented contract makes of it (the boots show what upstream's code does)."""
    if not node.reusable:
        return "left"
    fits = node.bytes and (likely_base(node, block) | node.bytes) % block == 0
    return "area" if fits and not node.no_map else "refused"


def ask_judges(questions):
    """Answers of tools/testing/cma/boards.c to (node, page, block, address bits)."""
    with BUILDING:
        subprocess.run(["make", "-s", "-C", "tools/testing/cma", f"OUT={OUT}", "boards"], cwd=REPO, check=True)
    lines = [f"{likely_base(node, block):#x} {node.bytes:#x} {node.reusable:d} {node.no_map:d} {page} {block} {bits}"
             for node, page, block, bits in questions]
    done = subprocess.run([OUT / "host/cma-gcc/cma-boards"], input="\n".join(lines) + "\n", text=True, check=True,
                          stdout=subprocess.PIPE)
    answers = done.stdout.splitlines()
    if len(answers) != len(questions):
        raise Failure(f"{len(answers)} answers to {len(questions)} questions")
    return answers


def run_judges(arch, _args):
    kernels = KERNELS[arch]
    questions = [(form, *kernel) for form in forms(arch) for kernel in kernels.values()]
    answers = iter(ask_judges(questions))
    results = []
    for form, users in forms(arch).items():
        details, told = [], []
        for kernel, (_page, block, _bits) in kernels.items():
            want, answer = contract(form, block), next(answers)
            told.append(f"{kernel}: {want}")
            if want != (answer if answer in ("area", "left") else "refused"):
                details.append(f"# {kernel}: the contract says {want}, we say: {answer}")
        details += [f"# boards: {' '.join(board for board, _node in users)}"] * bool(details)
        name = f"{form}, {len(users)} boards ({'; '.join(told)})"
        results.append(tap.Result(name, "fail" if details else "pass", details))
    return [*results, all_defaults_seen(arch)]


def all_defaults_seen(arch):
    """Every board file that says linux,cma-default has given at least one node of it."""
    boards = {str(board) for board in boardtree.sources(arch, boardtree.DEFAULT)}
    seen = {str(board) for board in boardtree.sources(arch)
            if any(node.default for node in boardtree.Tree(boardtree.blob(arch, board)).pools())}
    missing = sorted(boards - seen)
    return tap.Result(f"{len(boards)} boards say linux,cma-default, all of them have such a node",
                      "fail" if missing or not boards else "pass", [f"# {board} has none" for board in missing])


# Part two: every form of node in the tree of `virt`, on our kernel and on upstream's.

def has_place(node, block):
    """Can it be on `virt`, above the block in which the kernel lies?"""
    start, end = RAM[0] + block, RAM[1]
    if node.reg:
        return all(start <= base and base + size <= end for base, size in node.reg)
    return not node.ranges or any(min(base + size, end) - max(base, start) >= node.size for base, size in node.ranges)


def move(node, block):
    """The node with addresses that `virt` has, and by how much they were moved: the least multiple of 1 GiB."""
    for step in sorted(range(-64, 5), key=abs):
        by = step * GiB
        moved = dataclasses.replace(node, reg=tuple((base + by, size) for base, size in node.reg),
                                    ranges=tuple((base + by, size) for base, size in node.ranges))
        if has_place(moved, block):
            return (moved if by else node), by
    raise Failure(f"there is no place on `virt` for {node}")


def overlap(one, other):
    return any(a < b + b_size and b < a + a_size for a, a_size in one.reg for b, b_size in other.reg)


def pack(placed, block):
    """(board, node, ...) into boots that each hold what does not conflict: names, places, one default, 16 in all."""
    boots = []
    for each in placed:
        node, area = each[1], contract(each[1], block) == "area"
        for others in boots:
            there = [other[1] for other in others]
            if (len(there) < 16 and all(node.name != other.name and not overlap(node, other) for other in there) and
                    not (area and node.default and
                         any(other.default and contract(other, block) == "area" for other in there))):
                others.append(each)
                break
        else:
            boots.append([each])
    return boots


def cells(*numbers):
    return "<" + " ".join(f"{number >> 32:#x} {number & 0xffffffff:#x}" for number in numbers) + ">"


def overlay(nodes):
    text = ["/dts-v1/;", "/plugin/;", "&{/} {", "reserved-memory {", "#address-cells = <2>;", "#size-cells = <2>;",
            "ranges;"]
    for node in nodes:
        text.append(f'{node.name} {{ compatible = "shared-dma-pool";')
        text += [f"reg = {cells(*(number for pair in node.reg for number in pair))};"] * bool(node.reg)
        text += [f"size = {cells(node.size)};"] * bool(node.size)
        text += [f"alignment = {cells(node.alignment)};"] * bool(node.alignment)
        text += [f"alloc-ranges = {cells(*(number for pair in node.ranges for number in pair))};"] * bool(node.ranges)
        text += ["linux,cma-default;"] * node.default + ["reusable;"] * node.reusable + ["no-map;"] * node.no_map
        text.append("};")
    return "\n".join([*text, "};", "};", ""])


@dataclasses.dataclass
class Pair(Boot):
    """One boot of our kernel and one of upstream's, of the same tree."""
    programs: list = dataclasses.field(default_factory=lambda: ["board_test.sh"])
    pages: str = "4k"                                       # which PEERS
    nodes: list = dataclasses.field(default_factory=list)   # (node, by how much it was moved), beside the overlays


def facts(report):
    return [line.rstrip("\r") for line in report.splitlines() if line.startswith("# fact ")]


def run_pair(pair, args):
    """The results of both, and whether they agree."""
    ours, upstream, _block, machine = PEERS[pair.pages]
    options = [*machine, "--mem", pair.mem, "--append", pair.append]
    for path in pair.overlays:
        options += ["--overlay", overlay_path(path)]
    if pair.nodes:
        path = RUN / f"{pair.name}.dtso"
        path.write_text(overlay(node for node, _by in pair.nodes))
        options += ["--overlay", path]
    results, told = [], []
    for config, program in ((ours, "board_test.sh"), (upstream, "board_test.sh:contract")):
        report, result = boot(f"{pair.name}.{config}", ["test", program],
                              ["--image", image(config, args.image), *options])
        results += [dataclasses.replace(each, name=f"{config}: {each.name}")
                    for each in [result, *tap.parse_programs(report, ["board_test.sh"])]]
        told.append(facts(report))
    differ = [f"# only {ours}: {fact[2:]}" for fact in told[0] if fact not in told[1]]
    differ += [f"# only {upstream}: {fact[2:]}" for fact in told[1] if fact not in told[0]]
    if not told[0]:
        differ.append(f"# {ours} tells no facts")
    nodes = "; ".join(str(node) + (f" (moved by {by / GiB:+g} GiB)" if by else "") for node, by in pair.nodes)
    results.append(tap.Result(f"{ours} and {upstream} make the same areas" + (f" of {nodes}" if nodes else ""),
                              "fail" if differ else "pass", differ))
    return results


def every_form():
    """Each form once, whichever architecture's: its first (board, node)."""
    found = {}
    for arch in boardtree.ARCHES:
        for form, users in forms(arch).items():
            found.setdefault(form, users[0])
    return found.values()


def form_pairs(pages):
    """With 4K pages, every form. With larger ones, those that are too small then, and what shares a boot with them."""
    block = PEERS[pages][2]
    placed = [(board, *move(node, block)) for board, node in every_form()]
    if pages != "4k":
        # Many share a boot, so they need names of their own.
        placed = [(board, dataclasses.replace(node, name=f"{node.name.split('@')[0]}-{number}"), by)
                  for number, (board, node, by) in enumerate(placed)]
        placed.sort(key=lambda each: contract(each[1], block) == "area")
    for together in pack(placed, block):
        if pages == "4k" or contract(together[0][1], block) != "area":
            yield Pair(f"boards.{pages}.{together[0][0]}", mem="4G", pages=pages,
                       nodes=[(node, by) for _board, node, by in together])


# Part three: every form of the binding, on both kernels. What ours says of bad ones is in reservation.cases.

DTS = "arch/arm64/boot/dts/cma/"
BINDING = [("reg_and_range", "cma=64M", DTS + "virt-camera.dtso"), ("regs_that_meet", "cma=0", "several.dtso"),
           ("default", "", DTS + "virt-default.dtso"), ("default_overruled", "cma=32M", DTS + "virt-default.dtso"),
           ("default_switched_off", "cma=0", DTS + "virt-default.dtso"),
           ("several_regs", "cma=32M", "several-regs.dtso"), ("several_ranges", "cma=32M", "several-ranges.dtso"),
           ("alignment", "cma=32M", "aligned.dtso"), ("not_lent", "cma=32M", "pools.dtso"),
           ("disabled", "", "disabled.dtso"), ("other_cells", "cma=32M", "one-cell.dtso")]


# Part four: boards of QEMU with the kernel's own tree.

def machines():
    pi = boardtree.blob("arm64", "broadcom/bcm2837-rpi-3-b.dts")
    vexpress = boardtree.blob("arm", boardtree.MACHINES["arm"][0])
    yield Boot("boards.raspi3b", ["board_test.sh"], config="arm64-clients", board="raspi3b",
               options=["--dtb", pi])
    display = ["board_test.sh", "board_drm"]
    quiet = ["--qemu", "-audiodev", "--qemu", "none,id=quiet"]      # its sound chip, on a host without one
    for name, overlays, append in (("video-memory", [], ""), ("default-area", ["display-default.dtso"], "cma=32M"),
                                   ("own-area", ["display-area.dtso"], "")):
        yield Boot(f"boards.vexpress-a15.{name}", display, append, overlays, config="arm", board="vexpress-a15",
                   options=["--dtb", vexpress, *quiet])


def stages():
    for arch in boardtree.ARCHES:
        yield Stage(f"boards.judges.{arch}", lambda _of, args, arch=arch: run_judges(arch, args))
    for pages in PEERS:
        for pair in form_pairs(pages):
            yield Stage(pair.name, run_pair, pair)
    for name, append, path in BINDING:
        yield Stage(f"boards.binding.{name}", run_pair, Pair(f"boards.binding.{name}", append=append, overlays=[path]))
    for each in machines():
        yield Stage(each.name, run_boot, each)
