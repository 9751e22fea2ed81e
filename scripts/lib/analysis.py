# SPDX-License-Identifier: GPL-2.0
"""What compilers and analysers find in our kernel code: in our files, and in the lines that our hooks add.

Each check takes the repository's files and its hooked files, and returns what it found. What is found in lines that are
not ours is left out.
"""

import concurrent.futures
import fnmatch
import functools
import os
import re
import shutil
import subprocess

from lib import configs, overlay, tree
from lib.common import LOG, OUT, REPO, SOURCE, Failure, say

# The largest stack frames that our functions may have, in bytes; the kernel's own bound, CONFIG_FRAME_WARN, is 2048.
# With gcc 12 for arm64 the largest are 752 (contig_evacuate(), once a request, which keeps what it set aside), 656
# (cma_declare(), at boot, the pieces) and 320 (the look at an area in place.c). KUnit's assertions build a record each
# on the stack of the test: 848. clang 14 needs more, 864 for contig_evacuate().
FRAME_BYTES = {"gcc": 768, "clang": 896}
TEST_FRAME_BYTES = 896

# What is said and is not so: (file, words, why)
FALSE_POSITIVES = [
    ("mm/cma/private.c", "dereference of", "cma_private_collect(): a page that lingers lies in its area"),
]

# What the kernel of make image goes without, and files of ours are for. All of ours in these folders must compile.
ADDED_OPTIONS = ["FAULT_INJECTION", "FAULT_INJECTION_DEBUG_FS", "FAIL_CMA", "NUMA", "DMA_NUMA_CMA", "MEMORY_HOTPLUG"]
ALWAYS = ("mm/", "kernel/")

# The kernel's make, by compiler: more of its arguments
COMPILERS = {"gcc": [], "clang": ["LLVM=1"]}
HARNESS = "tools/testing/cma"
# Lines that tell more of a complaint before or after them
NOT_A_COMPLAINT = re.compile(r": (note|In function)|^\s*\d* \|")


class Skip(Exception):
    """Why a check could not be made."""


def check_gcc(files, diffs):
    """gcc W=1: our objects, and what hooks add"""
    return compiler_says("gcc", files, diffs)


def check_clang(files, diffs):
    """clang W=1, and its stack frames: our objects, and what hooks add"""
    return compiler_says("clang", files, diffs) + large_frames("clang", files, diffs)


def check_frames(files, diffs):
    """stack frames: -Wframe-larger-than"""
    return large_frames("gcc", files, diffs)


def check_sparse(files, diffs):
    """sparse C=2: our objects, and what hooks add"""
    build("gcc", sources(files, diffs))         # so that the next make compiles nothing, and says what sparse says
    code, lines = kernel_make("gcc", sources(files, diffs), ["C=2"], "check-sparse")
    return in_ours(lines, files, diffs) + make_failed(code, "check-sparse-gcc")


def compiler_says(compiler, files, diffs):
    paths = sources(files, diffs)
    code, lines = build(compiler, paths)
    found = [line for line in in_ours(lines, files, diffs) if not is_frame(line)]
    objects = kernel(compiler).objects
    found += [f"{path}: no object of it in {objects}" for path in paths
              if not (objects / path).with_suffix(".o").exists()]
    return found + make_failed(code, f"check-{compiler}")


def large_frames(compiler, files, diffs):
    _, lines = build(compiler, sources(files, diffs))
    return [line for line in in_ours(lines, files, diffs) if is_frame(line) and too_large(line)]


def is_frame(line):
    return "-Wframe-larger-than" in line


def too_large(line):
    """A test's frame may be larger than the bound that the compiler was told."""
    number = re.search(r"frame size (?:of )?\(?(\d+)", line)
    return "/tests/" not in line.split(":")[0] or not number or int(number[1]) > TEST_FRAME_BYTES


def sources(files, diffs):
    """The .c files of ours and of hooks: those that must compile, and others that make image has objects of."""
    objects = configs.find("arm64").objects
    return tuple(path for path in [*files, *diffs] if path.endswith(".c") and
                 (path.startswith(ALWAYS) or (objects / path).with_suffix(".o").exists()))


@functools.cache
def build(compiler, paths):
    """Compile anew, as a compiler says nothing of an object that is up to date. Exit code and lines."""
    config = kernel(compiler)
    for path in paths:
        (config.objects / path).with_suffix(".o").unlink(missing_ok=True)
    return kernel_make(compiler, paths, [], "check")


def kernel_make(compiler, paths, options, step):
    if not paths:
        raise Skip(f"no object of ours is built in {configs.find('arm64').objects}")
    objects = [path[:-1] + "o" for path in paths]
    flags = [*COMPILERS[compiler], "-j2", "-k", "W=1", f"KCFLAGS=-Wframe-larger-than={FRAME_BYTES[compiler]}"]
    code, log = configs.run_make(kernel(compiler), [*flags, *options, *objects], step, progress=True)
    return code, log.read_text(errors="replace").splitlines()


@functools.cache
def kernel(compiler):
    """The kernel of make image and ADDED_OPTIONS, in objects of its own: its flags would have all others built anew."""
    if compiler == "clang" and not shutil.which("clang"):
        raise Skip("there is no clang: scripts/deps --set check")
    config = configs.find("arm64")
    added = [f"CONFIG_{option}=y" for option in ADDED_OPTIONS]
    settings = (config.objects / ".config").read_bytes() + "".join(f"{line}\n" for line in added).encode()
    own = config._replace(name=compiler, objects=OUT / f"check-{compiler}")
    own.objects.mkdir(parents=True, exist_ok=True)
    # The compiler's own make oldconfig changes the copy; what it was made from says whether it is still good.
    if tree.content(own.objects / "config.from") != settings:
        (own.objects / ".config").write_bytes(settings)
        code, log = configs.run_make(own, [*COMPILERS[compiler], "olddefconfig"], "check-config")
        if code:
            raise Failure(f"make olddefconfig for {compiler} failed, its log is {log}")
        dropped = set(added) - set((own.objects / ".config").read_text().splitlines())
        if dropped:
            raise Failure(f"{own.objects}/.config: no {', '.join(sorted(dropped))}: a dependency is missing")
        (own.objects / "config.from").write_bytes(settings)
    return own


def make_failed(code, step):
    return [f"make failed, its log is {LOG}/{step}.log"] if code else []


def check_cocci(files, diffs):
    """coccinelle: the kernel's semantic patches on our files, and on what hooks add"""
    if not shutil.which("spatch"):
        raise Skip("there is no spatch: scripts/deps --set check")
    paths = [path for path in [*files, *diffs] if path.endswith((".c", ".h")) and not path.startswith("tools/")]
    patches = sorted((SOURCE / "scripts/coccinelle").rglob("*.cocci"))
    if not shutil.which("ocamlopt"):
        for patch in [patch for patch in patches if "ocaml" in patch.read_text()]:
            say(f"# coccinelle: {patch.name} is left out, it needs a compiler of OCaml")
            patches.remove(patch)
    log = LOG / "check-cocci.log"
    lines = []
    say(f"# coccinelle: {len(patches)} semantic patches, some minutes, log {log}")
    with open(log, "w", encoding="utf-8") as file, \
            concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        runs = pool.map(lambda patch: run_spatch(patch, paths), patches)
        for number, (patch, done) in enumerate(zip(patches, runs), 1):
            name = patch.relative_to(SOURCE)
            file.write(f"== {name}: exit code {done.returncode}\n{done.stdout}")
            lines += [f"{line} [{name}]" for line in done.stdout.splitlines()]
            if done.returncode:
                lines.append(f"{name}: spatch failed, see {log}")
            if not number % 10:
                say(f"# coccinelle: {number} of {len(patches)}")
    return in_ours(lines, files, diffs) + [line for line in lines if ": spatch failed" in line]


def run_spatch(patch, paths):
    """As scripts/coccicheck runs it, which knows a directory or one file only. Headers are read if they are ours."""
    options = re.findall(r"^// ?Options:(.*)", patch.read_text(), re.M)
    return subprocess.run(["spatch", "-D", "report", "--no-show-diff", "--very-quiet", "--cocci-file", patch,
                           *" ".join(options).split(), *paths],
                          cwd=SOURCE, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def check_analyzer(files, diffs):
    """gcc -fanalyzer: our files that build on the host"""
    # What is a false positive would end the make as an error.
    return harness_says(files, "gcc-analyzer", [], ["CC=gcc", "CFLAGS=-O2 -g -fanalyzer -Wno-error"])


def check_scan_build(files, diffs):
    """scan-build: our files that build on the host"""
    if not shutil.which("scan-build"):
        raise Skip("there is no scan-build: scripts/deps --set check")
    return harness_says(files, "scan-build", ["scan-build", "-o", OUT / "check-scan-build/reports", "--use-cc=gcc"], [])


def harness_says(files, name, before, settings):
    """The harness's make of the kernel's files alone, without sanitizers, whose code is not what is to be analysed."""
    log = LOG / f"check-{name}.log"
    done = subprocess.run([*before, "make", "-B", "-k", "-C", REPO / HARNESS, f"O={OUT}/check-{name}", "SANITIZE=",
                           *settings, "kernel-objects"],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    log.write_text(done.stdout)
    found = in_ours(done.stdout.splitlines(), files, [])
    return found or make_failed(done.returncode, f"check-{name}")


def in_ours(lines, files, diffs):
    """Of a log's lines, the complaints about our files and about lines that hooks add, once each."""
    known = re.compile(r"(?:^|/)(" + "|".join(map(re.escape, [*files, *diffs])) + r"):(\d+)(?:[-:]\d+)*:? ")
    found = {}
    for line in lines:
        at = known.search(line)
        if at and NOT_A_COMPLAINT.search(line) is None and \
                (at[1] in files or int(at[2]) in added_lines(at[1])) and not is_false(line, at[1]):
            found[line[at.start(1):]] = True
    return list(found)


def is_false(line, path):
    return any(fnmatch.fnmatch(path, pattern) and words in line for pattern, words, _ in FALSE_POSITIVES)


@functools.cache
def added_lines(path):
    """The numbers of the lines that a hook diff adds to the prepared tree's file."""
    done = subprocess.run(["diff", "-U0", overlay.before_hooks(path), SOURCE / path], text=True, capture_output=True,
                          check=False)
    hunks = re.findall(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", done.stdout, re.M)
    return {number for start, length in hunks for number in range(int(start), int(start) + int(length or 1))}


QUICK = [check_gcc, check_frames, check_sparse, check_analyzer]
SLOW = [check_clang, check_scan_build, check_cocci]     # minutes, or tools that nothing else needs
