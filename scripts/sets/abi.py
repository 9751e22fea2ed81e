# SPDX-License-Identifier: GPL-2.0
"""Is everything that user space, tools, modules and configurations know of CMA as upstream's?

Compares our kernel with upstream's, configured alike but for our own options (arm64-abi, arm64-abi-upstream): one
result an item. What differs must be in scripts/abi.differences, which says why.
"""

from lib import abi_compare, abi_guest, abi_tree, tap, top_check
from lib.common import PRISTINE
from lib.stages import Stage, overlay_path
from sets import configs, core

NUMA = {
    "each_node": "cma=16M numa_cma=0:32M,1:64M",
    "all_nodes": "cma=16M cma_pernuma=16M",
    "both": "cma=16M cma_pernuma=16M numa_cma=1:32M",
    "garbage": "cma=16M numa_cma=garbage cma_pernuma=garbage",
    "bad_tail": "cma=16M numa_cma=0:32M,1:x",
    "no_such_node": "cma=16M numa_cma=7:32M",
    "too_large": "cma=16M numa_cma=0:32M,1:4G",
    "twice": "cma=16M numa_cma=0:32M,0:64M",
}

# Gigantic pages are of 1 GiB.
HUGETLB = {
    "fits": "cma=16M hugetlb_cma=1G",
    "of_node": "cma=16M hugetlb_cma=0:1G",
    "less_than_a_page": "cma=16M hugetlb_cma=512M",
    "too_large": "cma=16M hugetlb_cma=8G",
    "no_such_node": "cma=16M hugetlb_cma=7:1G",
    "garbage": "cma=16M hugetlb_cma=garbage",
    "with_pages_at_boot": "cma=16M hugetlb_cma=1G hugepagesz=1G hugepages=1",
}

AREAS = ["--mem", "1G", "--append", "cma=64M quiet", "--overlay", overlay_path("several.dtso")]


def compare_dumps(stage, what, options, items, args):
    upstream, ours, results = abi_guest.boot_both(stage, what, options, args)
    if any(result.status == "fail" for result in results):
        return results
    return results + abi_compare.compare(stage, items(upstream), items(ours))


def run_files(_stage, args):
    return compare_dumps("abi.files", "files", AREAS, abi_guest.files, args)


def run_events(_stage, args):
    """Formats of both; and what reads them: the parser of trace-cmd and perf, and perf kmem."""
    upstream, ours, results = abi_guest.boot_both("abi.events", "events", AREAS, args)
    if any(result.status == "fail" for result in results):
        return results
    full = [abi_guest.isolated(dump) for dump in (upstream, ours)]
    theirs, own = abi_guest.events(upstream) | full[0], abi_guest.events(ours) | full[1]
    results += abi_compare.compare("abi.events", theirs, own)
    results += abi_tree.parse_formats(ours)
    return results + list(abi_guest.perf_kmem(abi_tree.OURS.source, theirs, own))


def run_owner(_stage, args):
    """The records of page_owner, and what page_owner_sort makes of them."""
    options = ["--mem", "1G", "--append", "cma=64M quiet page_owner=on", "--overlay", overlay_path("several.dtso")]
    upstream, ours, results = abi_guest.boot_both("abi.owner", "owner", options, args)
    if any(result.status == "fail" for result in results):
        return results
    items = [abi_guest.owner(dump) | abi_guest.sort_owners(PRISTINE, dump) for dump in (upstream, ours)]
    return results + abi_compare.compare("abi.owner", *items)


def run_numa(_stage, args):
    """Two nodes: numa_cma=, cma_pernuma=, good and bad."""
    nodes = [*configs.nodes("512M", "512M"), "--mem", "1G"]
    return compare_boots("abi.numa", {name: [*nodes, "--append", append] for name, append in NUMA.items()}, args)


def run_hugetlb(_stage, args):
    """hugetlb_cma=, good and bad."""
    return compare_boots("abi.hugetlb", {name: ["--mem", "3G", "--append", append] for name, append in HUGETLB.items()},
                         args)


def run_memory(_stage, args):
    """Where SysRq is not configured, it takes a process that uses up all memory, and the kernel complains."""
    options = ["--mem", "160M", "--append", "cma=32M quiet"]
    for complaint in "Out of memory:", "Call trace:", "page allocation failure":
        options += ["--allow", complaint]
    upstream, ours, results = abi_guest.boot_both("abi.memory", "memory", options, args)
    if any(result.status == "fail" for result in results):
        return results
    theirs, own = abi_guest.memory(upstream), abi_guest.memory(ours)
    if theirs[abi_guest.LETTER] == ["none"]:
        del theirs[abi_guest.LETTER], own[abi_guest.LETTER]
        results.append(tap.Result(abi_guest.LETTER, "skip", ["# no page of an area was left free, without SysRq"]))
    return results + abi_compare.compare("abi.memory", theirs, own)


def compare_boots(stage, boots, args):
    """Areas and messages of each boot, {name: its options}. Ours has to come up well in all."""
    upstream, ours, results = {}, {}, []
    for name, options in boots.items():
        theirs, own, ended = abi_guest.boot_both(f"{stage}.{name}", "areas", options, args)
        results.append(ended[1])
        upstream[f"{name}: boot ends"], ours[f"{name}: boot ends"] = (abi_guest.outcome(boot) for boot in ended)
        if theirs and own:
            upstream |= abi_guest.areas(name, theirs)
            ours |= abi_guest.areas(name, own)
    return results + abi_compare.compare(stage, upstream, ours)


def run_cases(stage, begin, args):
    """The boots of reservation.cases that begin so: command lines, or device trees."""
    boots = {}
    for case in core.cases():
        name = case.name.removeprefix("reservation.")
        overlays = [word for overlay in case.overlays for word in ("--overlay", overlay_path(overlay))]
        if name.startswith(begin):
            boots[name] = ["--mem", case.mem, "--append", case.append, *overlays]
    return compare_boots(stage, boots, args)


def run_parameters(_stage, args):
    return run_cases("abi.parameters", "command_line", args)


def run_nodes(_stage, args):
    return run_cases("abi.nodes", "tree", args)


def compare_trees(stage, items):
    return abi_compare.compare(stage, items(abi_tree.UPSTREAM), items(abi_tree.OURS))


def run_exports(_stage, _args):
    return compare_trees("abi.exports", abi_tree.exports)


def run_layouts(_stage, _args):
    return compare_trees("abi.layouts", abi_tree.layouts)


def run_strings(_stage, _args):
    return compare_trees("abi.strings", abi_tree.strings)


def run_contract(_stage, _args):
    return [result for tree in (abi_tree.UPSTREAM, abi_tree.OURS) for result in abi_tree.contract(tree)]


def run_kconfig(_stage, _args):
    return compare_trees("abi.kconfig", abi_tree.kconfig)


def run_defconfigs(_stage, _args):
    return abi_compare.compare("abi.defconfigs", *abi_tree.defconfigs())


def run_unmodified(_stage, _args):
    return compare_trees("abi.unmodified", abi_tree.unmodified)


def run_top(_stage, args):
    """cma-top has to make do with what upstream's kernel tells."""
    return top_check.run_top(abi_guest.UPSTREAM, args)


def stages():
    for run in (run_parameters, run_nodes, run_numa, run_hugetlb, run_files, run_defconfigs, run_events, run_owner,
                run_memory, run_exports, run_layouts, run_strings, run_contract, run_kconfig, run_unmodified, run_top):
        yield Stage("abi." + run.__name__.removeprefix("run_"), run, None)
