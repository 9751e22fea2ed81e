# SPDX-License-Identifier: GPL-2.0
"""checkpatch.pl --strict, and where it does not know better."""

import fnmatch
import shutil
import subprocess

from lib.common import OUT, REPO, SOURCE

# Where checkpatch does not know better: (files, types of complaint, why). What holds everywhere is in .checkpatch.conf.
STYLE_EXCEPTIONS = [
    ("include/trace/events/*", "OPEN_ENDED_LINE PARENTHESIS_ALIGNMENT", "the layout that TRACE_EVENT() has"),
    ("include/trace/events/*", "MACRO_ARG_UNUSED TRAILING_SEMICOLON", "an X-macro, used column by column"),
    ("include/linux/contig_reason.h", "COMPLEX_MACRO MACRO_ARG_UNUSED CAMELCASE", "the X-macro of reasons"),
    ("mm/contig/fault.[ch]", "COMPLEX_MACRO MACRO_ARG_UNUSED MACRO_ARG_REUSE", "the X-macro of stages"),
    ("mm/contig/fault.c", "UNDOCUMENTED_SETUP", "kernel-parameters.txt.diff"),
    ("mm/cma/tests/zeroed_kunit.c", "COMPLEX_MACRO MACRO_ARG_REUSE", "an iterator"),
    ("mm/cma/tests/area_kunit.c", "MSLEEP", "a poll"),
    ("tools/testing/selftests/cma/fault_test.c", "SPACING", "a type by way of a macro"),
    ("tools/testing/selftests/cma/broken_test.c", "SPACING", "a type by way of a macro"),
    ("*Kconfig*", "EMBEDDED_FILENAME", "the file that it sources"),
    ("include/linux/mmzone.h", "MACRO_ARG_UNUSED", "stubs, in the form of those that they replace"),
    ("mm/cma/area.h", "MACRO_ARG_REUSE", "an iterator"),
    ("include/linux/dma-contiguous.h", "OPEN_BRACE", "taken for a variable, as below"),
    ("kernel/dma/contiguous-of.c", "OPEN_BRACE", "taken for a variable, as below"),
    ("mm/cma/area.c", "OPEN_BRACE", "taken for a variable: a function with a function among its arguments"),
    ("mm/cma/boot.c", "CAMELCASE", "the names of page flags"),
    ("mm/contig/range.c", "BRACKET_SPACE", "designated initializers out of an X-macro"),
    ("include/linux/dma-contiguous.h", "ENOSYS", "what the call has always returned without DMA_CMA"),
    ("mm/show_mem.c", "PRINTK_WITHOUT_KERN_LEVEL", "a line of a report, as those around it"),
    ("tools/*", "PREFER_DEFINED_ATTRIBUTE_MACRO BIT_MACRO CAMELCASE", "user space has not the kernel's macros"),
    ("tools/mm/*", "VOLATILE PREFER_KERNEL_TYPES", "user space: what a signal handler writes, and its types"),
    ("tools/testing/selftests/cma/*", "NAKED_SSCANF QUOTED_WHITESPACE_BEFORE_NEWLINE", "compared by the macro around it"),
    ("tools/*", "EMBEDDED_FUNCTION_NAME", "the word of an interface or a message, not the function's name"),
    ("tools/*.sh", "LONG_LINE LONG_LINE_COMMENT LONG_LINE_STRING", "scripts have 120 columns"),
    ("tools/*.sh", "REPEATED_WORD", "a program and its file"),
    ("tools/testing/cma/*", "EXECUTE_PERMISSIONS", "programs, in Python or shell, without a suffix"),
    ("kernel/dma/Kconfig", "DT_SPLIT_BINDING_PATCH", "two properties of a node, and the code that reads them"),
    ("drivers/misc/Kconfig", "DT_SPLIT_BINDING_PATCH", "a driver without hardware, and its binding"),
    ("Documentation/devicetree/*", "DT_SPLIT_BINDING_PATCH", "as above"),
    ("tools/testing/cma/plugin/*", "NEW_TYPEDEFS", "QEMU's interface, under its own names"),
    ("tools/testing/cma/*include/*", "MACRO_ARG_REUSE MACRO_ARG_UNUSED MACRO_ARG_PRECEDENCE NEW_TYPEDEFS EXPORT_SYMBOL"
     " IS_ENABLED_CONFIG SPACING", "stands in for the kernel's header of that name"),
]


def checkpatch(*args):
    """What it complains of and nobody has excepted."""
    here = _tree()
    done = subprocess.run(["perl", SOURCE / "scripts/checkpatch.pl", f"--root={here}", "--strict", "--terse",
                           "--show-types", "--no-summary", "--color=never", *args],
                          cwd=here, text=True, capture_output=True)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()] if done.returncode else []
    return [line for line in lines if not excepted(line)]


def _tree():
    """What looks like the kernel's tree to checkpatch, which drops a file where it runs.

    get_maintainer.pl is not in it: for each file of a patch it would be asked whether somebody still maintains that.
    """
    here = OUT / "check"
    if (here / "scripts").is_symlink():         # of an older checkout
        (here / "scripts").unlink()
    (here / "scripts").mkdir(parents=True, exist_ok=True)
    for directory, left_out in ((".", "scripts"), ("scripts", "get_maintainer.pl")):
        for entry in (SOURCE / directory).iterdir():
            link = here / directory / entry.name
            if entry.name != left_out and not link.exists():
                link.symlink_to(entry)
    shutil.copy(REPO / ".checkpatch.conf", here)
    return here


def excepted(complaint):
    path, _, rest = complaint.partition(":")
    return any(fnmatch.fnmatch(path, pattern) and any(f":{name}:" in rest for name in names.split())
               for pattern, names, _ in STYLE_EXCEPTIONS)
