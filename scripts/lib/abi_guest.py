# SPDX-License-Identifier: GPL-2.0
"""What does a booted kernel show of CMA? Takes what abi_dump.sh says apart, into items that can be compared.

Of every item, what differs from one boot to the next of the same kernel is taken out here, and nothing else.
"""

import concurrent.futures
import functools
import re
import subprocess

from lib import tap
from lib.common import OUT, Failure
from lib.stages import boot, image, initrd

UPSTREAM, OURS = "arm64-abi-upstream", "arm64-abi"      # the same fragments, but for our own options
LETTER = "report on memory: the letter of areas' pages"
STEP = re.compile(r"(.*?): ([^;]*);(.*)")


def sections(report):
    """The report of abi_dump.sh: {section: lines}."""
    found, lines = {}, []
    for line in report.splitlines():
        line = line.rstrip("\r")
        if line.startswith("=== "):
            lines = found[line[4:]] = []
        else:
            lines.append(line.rstrip())
    return found


@functools.cache
def archive():
    return initrd(OURS)


def boot_both(name, what, options, args):
    """Both kernels side by side: the sections of upstream's, those of ours, and results of the boots."""
    kernels = {UPSTREAM: image(UPSTREAM), OURS: args.image or image(OURS)}
    options = ["--initrd", archive(), *options]

    def one(config):
        return boot(f"{name}.{config}", ["run", "abi_dump.sh", what], ["--image", kernels[config], *options], 900)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        boots = list(pool.map(one, kernels))
    for config, (_, result) in zip(kernels, boots):
        result.name = f"{name}: {config} {result.name}"
    dumps = [sections(report) if "=== end" in report else None for report, _ in boots]
    return *dumps, [result for _, result in boots]


def outcome(boot_result):
    """How a boot ended, without paths and times."""
    told = " ".join(boot_result.details).removeprefix("# ")
    return [re.sub(r"[:(]* ?/\S+|\[ *[\d.]+\] ", "", told).strip()] if boot_result.status == "fail" else ["well"]


def no_numbers(text):
    return re.sub(r"\s+", " ", re.sub(r"\b(0x[0-9a-f]+|\d+)", "N", text)).strip()


def by_name(lines, prefix):
    """PATH: TEXT lines, as one item each."""
    found = {}
    for line in lines:
        name, _, text = line.partition(": ")
        found[f"{prefix}: {name}"] = [text]
    return found


def messages(lines):
    """What the boot log says of memory that is reserved: without times, sizes of the kernel left open."""
    found = []
    for line in lines:
        text = re.sub(r"^\[ *[\d.]+\] ", "", line)
        if re.search(r"cma|reserved mem", text, re.I) and not re.match(r"Kernel command line|Linux version|\s", text):
            found.append(re.sub(r"\b\d+K(?! cma-reserved)", "NK", text) if text.startswith("Memory: ") else text)
    return found


def areas(case, dump):
    found = {f"{case}: areas": [*dump["areas"], *(f"sysfs: {name}" for name in dump["areas in sysfs"]),
                                *(f"heap: {name}" for name in dump["heaps"]), *dump["totals"]]}
    found[f"{case}: messages"] = messages(dump["dmesg"])
    return found


def files(dump):
    found = {"boot log": messages(dump["dmesg"])}
    for name in "debugfs", "sysfs", "heap devices", "/proc/sys/vm":
        found[f"{name}: names, modes, owners, sizes"] = dump[name]
    for section in "form", "reading in pieces", "opening for what is not offered":
        found |= by_name(dump[section], section)
    for name in "meminfo", "zoneinfo", "pagetypeinfo", "buddyinfo":
        found[f"/proc/{name}: lines, their names and form"] = [no_numbers(line) for line in dump[f"/proc/{name}"]]
    found["/proc/vmstat: names in their order"] = [line.split()[0] for line in dump["/proc/vmstat"]]
    for section in "semantics", "bad input to alloc", "odd input to alloc", "bad input to free":
        found |= steps(section, dump[section])
    return found


def steps(section, lines):
    """What a write to debugfs did: its outcome, and each counter that moved, by how much.

    Free pages are told as what they are off from what is handed out: 0 where all that was given back is free again.
    """
    found = {}
    for line in lines:
        what, outcome, counters = STEP.fullmatch(line).groups()
        moved = {name: int(by) for name, by in re.findall(r"(\w+)([+-]\d+)", counters)}
        free_kb, free = moved.pop("CmaFree", 0), moved.pop("nr_free_cma", 0)
        found[f"{section}: {what}"] = [outcome, *(f"{name} {by:+}" for name, by in moved.items()),
                                       f"nr_free_cma and used: off by {free + moved.get('used', 0)}",
                                       f"CmaFree and nr_free_cma: off by {free_kb - 4 * free} kB"]
    return found


def events(dump):
    found = {}
    for section, lines in dump.items():
        if section.startswith("event "):
            found[section] = [line for line in lines if line and not line.startswith("ID:")]
    found["events of a request"] = [no_numbers(re.sub(r".*?: (?=\w+: )", "", line)).replace("=-N", "=N")
                                    for line in dump["events of a request"] if line]
    found["events of a request"] = [re.sub(r"page=\w+", "page=P", line) for line in found["events of a request"]]
    return found


ISOLATED = "events of a request for what programs use"


def isolated(dump):
    """Which events there are; how many, and of which ranges, is for each allocator to decide."""
    lines = [line for line in dump.pop(ISOLATED) if ": " in line and "cma_alloc_busy_retry" not in line]
    found = {f"{ISOLATED}: which": sorted({re.sub(r".*?: (?=\w+: )", "", line).split(":")[0] for line in lines})}
    types = {value for line in lines for value in re.findall(r"migrate_range_info: .* migratetype=(\d+)", line)}
    found[f"{ISOLATED}: migratetype"] = ["that of areas" if types == {"4"} else "another"]
    return found


def owner(dump):
    """Of each record its head; the call chain below is the allocator's own."""
    records = [record for record in "\n".join(dump["page_owner"]).split("\n\n") if record.strip()]
    heads = {no_numbers(re.sub(r"\bts \d+ ns|0x\w+|Flags \S+", "", " | ".join(record.strip().splitlines()[:2])))
             for record in records}
    return {"page_owner: records": [str(len(records))], "page_owner: their heads": sorted(heads)}


def sort_owners(source, dump):
    """What page_owner_sort makes of it: each `N times, M pages`."""
    tool, records, result = (OUT / "abi" / name for name in ("page_owner_sort", "records", "sorted"))
    tool.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["gcc", "-O1", "-w", "-o", tool, source / "tools/mm/page_owner_sort.c"], check=True)
    records.write_text("\n".join(dump["page_owner"]) + "\n")
    done = subprocess.run([tool, "-t", records, result], text=True, capture_output=True)
    if done.returncode or not result.exists():
        return {"page_owner_sort": ["failed", *(done.stdout + done.stderr).splitlines()[-3:]]}
    return {"page_owner_sort": re.findall(r"^\d+ times, \d+ pages", result.read_text(), re.M)}


def memory(dump):
    """The report on memory. Which types a free list has is by chance; that areas' pages have one is not."""
    log = [re.sub(r"^\[ *[\d.]+\] ", "", line) for line in dump["dmesg"]]
    start = next((number for number, line in enumerate(log) if line == "Mem-Info:"), None)
    if start is None:
        raise Failure("the boot log holds no report on memory (Mem-Info:)")
    report = []
    for line in log[start:]:
        report.append(line)
        if "pages cma reserved" in line:
            break
    letters = {letter for line in report for group in re.findall(r"kB \(([A-Z]+)\)", line) for letter in group}
    normal = [re.sub(r" \([UMEHCI]+\)", "", no_numbers(line)) for line in report]
    return {"report on memory": normal, LETTER: ["C" if "C" in letters else "none"]}


def fields(lines):
    return re.findall(r"\tfield:.*?(\w+)(?:\[\d*\])?;", "\n".join(lines))


def perf_kmem(source, upstream, ours):
    """perf kmem goes by the names of fields: of those that it reads, upstream's events and ours must have the same."""
    text = (source / "tools/perf/builtin-kmem.c").read_text()
    reads = set(re.findall(r'evsel__(?:int|str)val\(evsel,\s*sample,\s*"(\w+)"', text))
    for event in sorted(set(re.findall(r'"kmem:(\w+)"', text))):
        item = f"event kmem/{event}"
        if item in upstream:
            wanted = reads & set(fields(upstream[item]))
            lost = wanted - set(fields(ours.get(item, []))) if wanted else {"any field that perf reads"}
            yield tap.Result(f"perf kmem: {item} has {' '.join(sorted(wanted))}", "fail" if lost else "pass",
                             [f"# lost: {' '.join(sorted(lost))}"])
