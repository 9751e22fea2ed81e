# SPDX-License-Identifier: GPL-2.0
"""What does a kernel tree promise to those who compile against it, configure it, or read its memory?

Objects are compiled in out/abi, one folder for each tree and each of two configurations: `on` (CMA, and what else
tools look at: scripts/abi/tools.config) and `off` (no CMA).
"""

import concurrent.futures
import contextlib
import ctypes
import dataclasses
import fcntl
import pathlib
import re
import shutil
import subprocess

from lib import configs, tap
from lib.common import OUT, PRISTINE, REPO, SOURCE, Failure, write_if_changed

HERE = REPO / "scripts/abi"
OBJECTS = OUT / "abi"
TYPES = ("zone", "pglist_data", "page", "folio", "free_area", "per_cpu_pages", "device", "mem_section", "list_head",
         "vm_event_item", "migratetype", "zone_stat_item", "node_stat_item", "migrate_reason", "zone_watermarks",
         "zone_type", "pageflags", "reserved_mem")

# Whose Kconfig symbols we define anew, and who includes them.
KCONFIG_ROOTS = "mm/Kconfig", "kernel/dma/Kconfig"
SYMBOL = re.compile(r"(?:DMA_|DMA_NUMA_)?CMA(?:_(?:DEBUGFS|SYSFS|AREAS|ALIGNMENT|SIZE_\w+))?|CONTIG_ALLOC|"
                    r"DMABUF_HEAPS_CMA|MEMORY_ISOLATION|MIGRATION")


@dataclasses.dataclass
class Tree:
    name: str
    source: pathlib.Path
    kernel: str             # of scripts/configs, built

    def config(self, variant):
        fragments = configs.table()[self.kernel].fragments
        if variant == "off":
            fragments = [path for path in fragments if path.name != "cma_on.config"]
        name = f"abi-{self.name}-{variant}"
        return configs.Config(name, "arm64", self.source, OBJECTS / f"{self.name}-{variant}",
                              [*fragments, HERE / "tools.config", HERE / f"{variant}.config"])


UPSTREAM = Tree("upstream", PRISTINE, "arm64-abi-upstream")
OURS = Tree("ours", SOURCE, "arm64-abi")


@contextlib.contextmanager
def objects(tree, variant):
    """A configuration's objects, ours alone meanwhile: configured, and ready to compile single files."""
    config = tree.config(variant)
    config.objects.mkdir(parents=True, exist_ok=True)
    with open(config.objects / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        prepare(config)
        yield config


def prepare(config):
    merged = config.objects / "fragment"
    text = b"".join(fragment.read_bytes() for fragment in config.fragments)
    if write_if_changed(merged, text) or not (config.objects / ".config").exists():
        configs.kbuild(config, [f"KCONFIG_ALLCONFIG={merged}", "allnoconfig"], "configure")
    settings = (config.objects / ".config").read_text().splitlines()
    for fragment in config.fragments[-2:]:
        for line in fragment.read_text().splitlines():
            wanted = line.startswith("CONFIG_")
            if wanted and (line in settings) == line.endswith("=n"):
                raise Failure(f"{config.name}: {fragment.name} says {line}, the resulting .config does not")
    configs.kbuild(config, ["prepare"], "prepare")


def compile_probe(tree, variant, targets, sources):
    """Compile files of scripts/abi as a module's: Failure if that goes wrong. Returns where the objects are."""
    with objects(tree, variant) as config:
        probe = config.objects / "probe"
        probe.mkdir(exist_ok=True)
        for name, content in sources.items():
            write_if_changed(probe / name, content)
        write_if_changed(probe / "Kbuild", (HERE / "Kbuild").read_bytes())
        configs.kbuild(config, [f"M={probe}", *targets], f"probe-{targets[0]}")
        return probe


def source(name):
    return {name: (HERE / name).read_bytes()}


def exports(tree):
    """Symbols for modules: name, how it is exported, namespace."""
    path = OUT / tree.kernel / "vmlinux.symvers"
    if not path.exists():
        raise Failure(f"there is no {path}: scripts/build {tree.kernel}")
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    # Two thousand symbols: an item for each of ours, one for all others.
    found = {"exports: all symbols": []}
    for _crc, name, where, kind, *namespace in sorted(lines, key=lambda fields: fields[1]):
        found["exports: all symbols"].append(" ".join([name, where, kind, *namespace]).strip())
        if re.search(r"cma|contig", name) and "bcma" not in name:
            found[f"exports: {name}"] = [kind]
    return found


def layouts(tree):
    """What debuggers and dump tools know: types as pahole shows them, and what vmcoreinfo tells of them."""
    probe = compile_probe(tree, "on", ["layout.o"], source("layout.c"))
    found = {}
    for name in TYPES:
        done = subprocess.run(["pahole", "-C", name, probe / "layout.o"], text=True, capture_output=True)
        if done.returncode or not done.stdout.strip():
            raise Failure(f"pahole does not find {name}: {done.stderr.strip()}")
        found[f"layout: {name}"] = [re.sub(r"\s+", " ", line).strip() for line in done.stdout.splitlines()
                                    if line.strip() and not re.match(r"\s*/\* (---|XXX|size|sum|padding|last|forced)",
                                                                     line)]
        size = re.search(r"/\* size: (\d+)", done.stdout)
        if size:
            found[f"layout: {name}"].append(f"size {size[1]}")
    return found | vmcoreinfo(tree)


def vmcoreinfo(tree):
    """The numbers of kernel/vmcore_info.c, out of the assembler that the compiler makes of them."""
    lines = re.findall(r"^(?:#.*|\s+VMCOREINFO_(?:SIZE|STRUCT_SIZE|OFFSET|TYPE_OFFSET|LENGTH|NUMBER)\(.*\);)$",
                       (tree.source / "kernel/vmcore_info.c").read_text(), re.M)
    begin = next(number for number, line in enumerate(lines) if "VMCOREINFO" in line)
    probe = compile_probe(tree, "on", ["vmcoreinfo.s"],
                          source("vmcoreinfo.c") | {"vmcoreinfo_body.h": "\n".join(lines[begin:]).encode()})
    told = re.findall(r'\.ascii "->(\S+) [#$]?(-?\d+)"', (probe / "vmcoreinfo.s").read_text())
    if len(told) < 40:
        raise Failure(f"{probe}/vmcoreinfo.s holds only {len(told)} numbers")
    return {f"vmcoreinfo: {name}": [value] for name, value in told}


def strings(tree):
    """What the kernel prints that needs an option which the booted kernels do not have."""
    names, found = ["mm/page_owner.o", "mm/debug.o"], {}
    with objects(tree, "on") as config:
        configs.kbuild(config, names, "probe-strings")
    for name in names:
        done = subprocess.run(["strings", "-n", "3", config.objects / name], text=True, capture_output=True, check=True)
        # what the build says of itself: paths, options, names of sections and types
        texts = [line for line in done.stdout.splitlines() if re.search("%|^ ?[Cc]ma|^ CMA$|contig_range", line)]
        found[f"strings of {name}"] = sorted(set(texts))
    return found


def contract(tree):
    """Does every prototype that clients use compile, as they use it, with CMA and without?"""
    for variant in "on", "off":
        name = f"contract: {tree.name}, CMA {variant}"
        try:
            compile_probe(tree, variant, ["contract.o"], source("contract.c"))
            yield tap.Result(f"{name}: every prototype", "pass")
        except Failure as failure:
            yield tap.Result(f"{name}: every prototype", "fail", [f"# {failure}"])


def kconfig(tree):
    """The symbols' own lines and the conditions around them, without help texts."""
    found = {}
    for root in KCONFIG_ROOTS:
        for symbol, line in kconfig_lines(tree.source, root, []):
            if SYMBOL.fullmatch(symbol):
                found.setdefault(f"Kconfig: {symbol}", []).append(line)
    return {symbol: sorted(set(lines)) for symbol, lines in found.items()}


def kconfig_lines(root, path, conditions):
    symbol, help_indent = None, None
    for line in (root / path).read_text().replace("\\\n", " ").expandtabs().splitlines():
        words, indent = line.split(), len(line) - len(line.lstrip())
        if not words or words[0].startswith("#") or (help_indent is not None and indent > help_indent):
            continue
        help_indent = None
        if words[0] == "help":
            help_indent = indent
        elif words[0] in ("config", "menuconfig", "choice", "menu", "comment", "endmenu", "endchoice"):
            symbol = words[1] if words[0] in ("config", "menuconfig") else None
            for condition in conditions if symbol else []:
                yield symbol, f"depends on {condition}"
        elif words[0] == "if":
            conditions = [*conditions, " ".join(words[1:])]
        elif words[0] == "endif":
            conditions = conditions[:-1]
        elif words[0] == "source" and "$" not in line and (root / words[1].strip('"')).exists():
            yield from kconfig_lines(root, words[1].strip('"'), conditions)
        elif symbol and words[0] == "depends":
            for condition in " ".join(words[2:]).split(" && "):
                yield symbol, f"depends on {condition}"
        elif symbol:            # a prompt is for people; that there is one, and under which condition, is not
            yield symbol, re.sub('".*"', "PROMPT", " ".join(words))


def defconfigs():
    """Every defconfig that sets CMA: the values of all symbols of CMA in both trees."""
    names = sorted({(path.relative_to(PRISTINE).parts[1], path.name) for path in
                    PRISTINE.glob("arch/*/configs/*defconfig") if "CONFIG_CMA=y\n" in path.read_text()})
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda tree: {f"{arch} {name}": values_of(tree, arch, name) for arch, name in names},
                             (UPSTREAM, OURS)))


def values_of(tree, arch, name):
    """No compiler of that architecture is needed; what depends on one is the same in both."""
    objects = OBJECTS / f"{tree.name}-defconfig"
    objects.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["make", "-s", "-C", tree.source, f"O={objects}", f"ARCH={arch}", name],
                          text=True, capture_output=True)
    if done.returncode:
        raise Failure(f"{tree.name}: make ARCH={arch} {name} failed: {done.stderr.strip().splitlines()[-1]}")
    settings = re.findall(r"^(?:# )?CONFIG_(\w+)(?:=(.*)| is not set)$", (objects / ".config").read_text(), re.M)
    return sorted(f"{symbol}={value or 'n'}" for symbol, value in settings if SYMBOL.fullmatch(symbol))


def unmodified(tree):
    """Clients, and tools: files that use CMA and that we promise not to touch."""
    found = {}
    for line in (HERE / "unmodified").read_text().splitlines():
        if line and not line.startswith("#"):
            path = tree.source / line
            found[f"unmodified: {line}"] = path.read_text(errors="replace").splitlines() if path.exists() else ["gone"]
    return found


def parse_formats(dump):
    """Every event's format must be read by libtraceevent, as trace-cmd and perf do."""
    try:
        library = ctypes.CDLL("libtraceevent.so.1")
    except OSError:
        return [tap.Result("libtraceevent reads every event", "skip", ["# Debian's libtraceevent1 is not installed"])]
    library.tep_alloc.restype = ctypes.c_void_p
    results = []
    for section, lines in dump.items():
        if not section.startswith("event "):
            continue
        text = ("\n".join(lines) + "\n").encode()
        parser = ctypes.c_void_p(library.tep_alloc())
        system = section.split()[1].split("/")[0].encode()
        error = library.tep_parse_event(parser, text, ctypes.c_ulong(len(text)), system)
        results.append(tap.Result(f"libtraceevent reads {section}", "fail" if error else "pass",
                                  [f"# tep_parse_event() returned {error}"]))
        library.tep_free(parser)
    return results or [tap.Result("libtraceevent reads every event", "fail", ["# there are no events"])]
