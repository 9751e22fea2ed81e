# SPDX-License-Identifier: GPL-2.0
"""The kernel's own board files: which of them lend memory, built to blobs, and what their nodes say."""

import collections
import dataclasses
import functools
import os
import pathlib
import re

import libfdt

from lib import configs
from lib.common import OUT, SOURCE, Failure

OBJECTS = OUT / "boards"
ARCHES = ("arm64", "arm")
# Boards that QEMU has, and that lend no memory
MACHINES = {"arm64": [], "arm": [pathlib.Path("arm/vexpress-v2p-ca15-tc1.dts")]}
LENDS = re.compile(r"\b(?:reusable|linux,cma-default)\b")
DEFAULT = re.compile(r"\blinux,cma-default\b")
INCLUDE = re.compile(r'^\s*(?:#include|/include/)\s*["<]([^">]+)[">]', re.M)


@dataclasses.dataclass(frozen=True)
class Node:
    """A child of /reserved-memory that is compatible with shared-dma-pool. Numbers are bytes."""
    name: str
    reusable: bool
    no_map: bool
    default: bool           # linux,cma-default
    enabled: bool
    reg: tuple              # ((base, size), ...)
    size: int = 0
    alignment: int = 0
    ranges: tuple = ()      # alloc-ranges: ((base, size), ...)

    @property
    def bytes(self):
        return self.reg[0][1] if self.reg else self.size

    @property
    def form(self):
        """All but the name."""
        return dataclasses.replace(self, name="")

    def __str__(self):
        words = [f"{size:#x} at {base:#x}" for base, size in self.reg] or [f"{self.size:#x}"]
        words += [f"alignment {self.alignment:#x}"] * bool(self.alignment)
        words += [f"within {base:#x}+{size:#x}" for base, size in self.ranges]
        words += ["default"] * self.default + ["not reusable"] * (not self.reusable) + ["no-map"] * self.no_map
        words += ["disabled"] * (not self.enabled)
        return f"{self.name or 'node'}: {', '.join(words)}"


def kernel(arch):
    """A configuration of which only the board files are built."""
    return configs.Config(f"boards-{arch}", arch, SOURCE, OBJECTS / arch, [])


def directory(arch):
    top = SOURCE / "arch" / arch / "boot/dts"
    if not top.is_dir():
        raise Failure(f"there is no {top}: scripts/prepare makes it")
    return top.resolve()


@functools.cache
def all_files():
    """{path: text} of all board files, and {path: those that include it}: arm64's include files of arm."""
    text = {path: path.read_text(errors="replace") for arch in ARCHES for path in directory(arch).rglob("*.dts*")}
    includers = collections.defaultdict(set)
    for path, content in text.items():
        for name in INCLUDE.findall(content):
            for place in (path.parent, SOURCE / "scripts/dtc/include-prefixes"):
                if (place / name).exists():
                    includers[(place / name).resolve()].add(path)
                    break
    return text, includers


def sources(arch, words=LENDS):
    """The .dts files that mention lent memory, in themselves or in what they include; as paths below boot/dts."""
    text, includers = all_files()
    found, new = set(), {path for path, content in text.items() if words.search(content)}
    while new:
        found |= new
        new = set().union(*(includers[path] for path in new)) - found
    top = directory(arch)
    return sorted(path.relative_to(top) for path in found if path.suffix == ".dts" and path.is_relative_to(top))


def blob(arch, board):
    path = kernel(arch).objects / "arch" / arch / "boot/dts" / board
    return path.with_suffix(".dtb")


def build(arch, boards):
    """The kernel's make builds their blobs, and those of QEMU's machines."""
    config = kernel(arch)
    config.objects.mkdir(parents=True, exist_ok=True)
    if not (config.objects / ".config").exists():
        configs.kbuild(config, ["allnoconfig"], "configure")
    targets = [str(board.with_suffix(".dtb")) for board in [*boards, *MACHINES[arch]]]
    configs.kbuild(config, [f"-j{len(os.sched_getaffinity(0))}", *targets], "dtbs", progress=True)


def forms(arch, boards):
    """{form: [(board, node), ...]} of the nodes that lend memory, or want to."""
    found = collections.defaultdict(list)
    for board in boards:
        path = blob(arch, board)
        if not path.exists():
            raise Failure(f"there is no {path}: scripts/board-trees builds it")
        for node in Tree(path).pools():
            if node.reusable or node.default:
                found[node.form].append((board.stem, node))
    return dict(sorted(found.items(), key=lambda item: str(item[0])))


def _cells(data):
    return [int.from_bytes(data[i:i + 4], "big") for i in range(0, len(data), 4)]


def _number(cells):
    value = 0
    for cell in cells:
        value = value << 32 | cell
    return value


def _pairs(cells, address_cells, size_cells):
    step = address_cells + size_cells
    return tuple((_number(cells[i:i + address_cells]), _number(cells[i + address_cells:i + step]))
                 for i in range(0, len(cells), step))


class Tree:
    """A flattened device tree."""

    def __init__(self, path):
        self.fdt = libfdt.FdtRo(path.read_bytes())

    def properties(self, node):
        """{name: bytes}. (libfdt's own search by name miscounts references in Debian 12 when there is none.)"""
        found = {}
        offset = self.fdt.first_property_offset(node, [libfdt.NOTFOUND])
        while offset >= 0:
            prop = self.fdt.get_property_by_offset(offset)
            found[prop.name] = bytes(prop)
            offset = self.fdt.next_property_offset(offset, [libfdt.NOTFOUND])
        return found

    def children(self, node):
        child = self.fdt.first_subnode(node, [libfdt.NOTFOUND])
        while child >= 0:
            yield child
            child = self.fdt.next_subnode(child, [libfdt.NOTFOUND])

    def pools(self):
        """The shared-dma-pool nodes."""
        parent = self.fdt.path_offset("/reserved-memory", [libfdt.NOTFOUND])
        if parent < 0:
            return
        above = self.properties(parent)
        sizes = [_number(_cells(above[f"#{what}-cells"])) for what in ("address", "size")]
        for child in self.children(parent):
            said = self.properties(child)
            if b"shared-dma-pool" in said.get("compatible", b"").split(b"\0"):
                yield Node(name=self.fdt.get_name(child),
                           reusable="reusable" in said,
                           no_map="no-map" in said,
                           default="linux,cma-default" in said,
                           enabled=said.get("status") in (None, b"okay\0", b"ok\0"),
                           reg=_pairs(_cells(said.get("reg", b"")), *sizes),
                           size=_number(_cells(said.get("size", b""))),
                           alignment=_number(_cells(said.get("alignment", b""))),
                           ranges=_pairs(_cells(said.get("alloc-ranges", b"")), *sizes))
