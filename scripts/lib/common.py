# SPDX-License-Identifier: GPL-2.0
"""Where things are, how the scripts speak, and how they write files."""

import os
import pathlib
import signal
import sys

REPO = pathlib.Path(__file__).resolve().parents[2]
OUT = pathlib.Path(os.environ.get("OUT") or REPO / "out").resolve()
LOG = OUT / "log"

PRISTINE = OUT / "pristine"         # the base as Debian ships it; never changed
STRIPPED = OUT / "stripped"         # only the files that the strip changed
PREPARED = OUT / "arm64"            # objects of our kernel, and in it ...
SOURCE = PREPARED / "src"           # ... the tree it is built from

# The kernel directories that the repository mirrors. Nothing else of it is part of the kernel.
MIRRORED = ("Documentation", "arch", "drivers", "fs", "include", "kernel", "lib", "mm", "tools")


class Failure(Exception):
    """What is wrong, in one sentence that names the file and the step."""


def say(text):
    print(text, flush=True)


def main(run):
    """Run a script's body; a Failure becomes one line on stderr and exit code 1."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)   # so that what we started ends with us
    try:
        sys.exit(run() or 0)
    except Failure as failure:
        print(f"{pathlib.Path(sys.argv[0]).name}: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:             # nobody reads us any more; keep Python from saying so as it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def write_if_changed(path, content):
    """Write bytes unless they are there already, so that make sees no change where there is none."""
    try:
        if path.read_bytes() == content:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True
