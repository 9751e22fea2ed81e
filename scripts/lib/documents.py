# SPDX-License-Identifier: GPL-2.0
"""Our documents: their HTML, by the kernel's own Sphinx configuration, and the commands in them, each run by a test."""

import collections
import gzip
import os
import re
import shlex
import shutil
import subprocess

from lib import overlay
from lib.common import LOG, OUT, REPO, SOURCE, Failure, say

DOCS = OUT / "docs"
DOCUMENTATION = SOURCE / "Documentation"
CONF_PY = DOCUMENTATION / "conf.py"

# Commands of the build machine, and the test that runs them; those of the guest are run by the stage guest.documents.
HOST_COMMANDS = {
    r"make patchset BASE=\S+": "scripts/test-bases",
    r"git am \S+/patchset/cma\.mbx": "scripts/bisect",
}

# Sections whose commands need another guest than guest.documents: guest.top, debug.documents.
HOLDERS, FAULTS = "Who holds memory, and what is in the way", "Faults and delays"

Command = collections.namedtuple("Command", "line prompt text output")
Block = collections.namedtuple("Block", "path line commands")


def documents():
    """(our documents, the indexes of the kernel that name them), relative to Documentation/."""
    files, diffs = overlay.repository_files()
    paths = [path.removeprefix("Documentation/") for path in (*files, *diffs)
             if path.startswith("Documentation/") and path.endswith(".rst")]
    ours = [path for path in paths if f"Documentation/{path}" in files]
    return ours, [path for path in paths if path not in ours]


def cut_index(index, ours):
    """Title of a kernel's index, and of its lists only what is ours."""
    lines = (DOCUMENTATION / index).read_text().splitlines()
    under = next(number for number, line in enumerate(lines) if re.match(r"(=+)$", line) and number
                 and re.match(r"\S", lines[number - 1]) and lines[number - 1] != line)
    folder = index.removesuffix("index.rst")
    entries = [line.strip() for line in lines if f"{folder}{line.strip()}.rst" in ours]
    return "\n".join([lines[under - 1], "=" * len(lines[under - 1]), "", ".. toctree::", "",
                      *(f"   {entry}" for entry in entries), ""])


def make_source(source):
    shutil.rmtree(source, ignore_errors=True)
    ours, indexes = documents()
    pictures = [path.removeprefix("Documentation/") for path in overlay.repository_files()[0]
                if path.startswith("Documentation/") and path.endswith(".svg")]
    for path in [*ours, *pictures]:
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(DOCUMENTATION / path, source / path)
    for path in indexes:
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(cut_index(path, ours))
    title = "Contiguous memory areas: the documents"
    (source / "index.rst").write_text("\n".join(
        [title, "=" * len(title), "", ".. toctree::", "   :maxdepth: 3", "",
         *(f"   {path.removesuffix('.rst')}" for path in sorted(indexes)), ""]))
    return ours


def sphinx(source):
    """What Sphinx warns of."""
    warnings = DOCS / "warnings"
    log = LOG / "docs.log"
    LOG.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "srctree": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8",
                   "SPHINX_CONF": str(CONF_PY), "BUILDDIR": str(DOCS), "KBUILD_VERBOSE": "0"}
    command = ["sphinx-build", "-b", "html", "-c", CONF_PY.parent, "-d", DOCS / "doctrees", "-w", warnings,
               "-D", f"kerneldoc_srctree={SOURCE}", "-D", f"kerneldoc_bin={SOURCE / 'scripts/kernel-doc'}",
               "-D", "version=6.12", "-D", "release=6.12", source, DOCS / "html"]
    say(f"docs: log {log}")
    with open(log, "w", encoding="utf-8") as file:
        code = subprocess.run(command, env=environment, stdout=file, stderr=subprocess.STDOUT, cwd=SOURCE).returncode
    found = warnings.read_text().replace(f"{source}/", "Documentation/").splitlines() if warnings.exists() else []
    return found or ([f"sphinx-build failed, see {log}"] if code else [])


def dead_references(ours):
    """Files of the kernel that a document names and that are not there."""
    found = []
    for path in ours:
        text = (DOCUMENTATION / path).read_text()
        for name in sorted(set(re.findall(r"\bDocumentation/[\w/,.+-]+\.(?:rst|txt|yaml)\b", text))):
            if not (SOURCE / name).exists():
                found.append(f"Documentation/{path}: there is no {name}")
    return found


def build():
    """Everything that is wrong with the documents."""
    if not CONF_PY.exists():
        raise Failure(f"there is no {CONF_PY}: scripts/prepare makes it")
    if not shutil.which("sphinx-build"):
        raise Failure("there is no sphinx-build: scripts/deps --set docs")
    DOCS.mkdir(parents=True, exist_ok=True)
    for directory in ("html", "doctrees"):
        shutil.rmtree(DOCS / directory, ignore_errors=True)
    ours = make_source(DOCS / "source")
    return sphinx(DOCS / "source") + dead_references(ours)


def command_blocks(wanted=None):
    """Literal blocks of our documents in which somebody types at a prompt, # in the guest, $ on the build machine.

    @wanted: of this section; else of all that need no guest of their own.
    """
    for path in sorted((REPO / "Documentation").rglob("*.rst")):
        commands, indent, section, before = [], "", "", ""
        for number, line in enumerate([*path.read_text().splitlines(), "end"], 1):
            section = before if re.match("===+$", line) else section
            before = line
            if section != wanted if wanted else section in (HOLDERS, FAULTS):
                continue
            typed = re.match(r"(\s+)([#$]) (\S.*)$", line)
            if commands and line.strip() and not line.startswith(indent):
                yield Block(path.relative_to(REPO), commands[0].line, commands)
                commands = []
            if typed and (not commands or typed[1] == indent):
                indent = typed[1]
                commands.append(Command(number, typed[2], typed[3], []))
            elif commands and line.strip():
                commands[-1].output.append(line.removeprefix(indent))


def unknown_host_commands(blocks):
    """Commands of the build machine that no test is known to run."""
    return [f"{block.path}:{command.line}: no test is known to run: {command.text}; see HOST_COMMANDS"
            for block in blocks for command in block.commands
            if command.prompt == "$" and not any(re.fullmatch(known, command.text) for known in HOST_COMMANDS)]


def guest_script(blocks):
    """A program for the guest that runs every block in a shell of its own, and says which command comes next."""
    lines = ["#!/bin/sh", "# SPDX-License-Identifier: GPL-2.0"]
    for block in blocks:
        typed = [f"echo '@ {block.path}:{command.line}'\n{command.text}" for command in block.commands
                 if command.prompt == "#"]
        if typed:
            lines.append(f"sh -c {shlex.quote(chr(10).join(typed))} sh 2>&1")
    return "\n".join([*lines, "echo '@ end'", ""])


def archive(blocks, directory):
    """The program as a cpio archive, to be added to the initrd."""
    program = directory / "documents/tests/documents.sh"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(guest_script(blocks))
    program.chmod(0o755)
    path = directory / "documents.cpio.gz"
    done = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0"], cwd=directory / "documents", check=True,
                          input=b"tests\ntests/documents.sh\n", stdout=subprocess.PIPE)
    # What follows a compressed archive has to be one too, or be aligned.
    path.write_bytes(gzip.compress(done.stdout, mtime=0))
    return path


def pattern(lines):
    """What a document says comes of a command. Numbers may be others, but 0 is 0; ... stands for anything."""
    parts = []
    for line in lines:
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*")
        else:
            parts.append(".*".join(map(re.escape, without_numbers(line).split("..."))) + r"\n")
    return "".join(parts)


def without_numbers(line):
    """Numbers that are not 0 may be any other; whether one is 0 is often the point, but not of the log's time."""
    line = re.sub(r"^\[ *\d+\.\d+\]", "[N.N]", line.strip())
    line = re.sub(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+", lambda number: "0" if number[0] == "0" else "N", line)
    return re.sub(r"\s+", " ", line.strip())


def compare(blocks, report):
    """(what, complaint or None) for each command of the guest."""
    told, where = collections.defaultdict(list), None
    for line in report.splitlines():
        if line.startswith("@ "):
            where = line[2:]
            told[where] = []
        elif where:
            told[where].append(line)
    for block in blocks:
        for command in block.commands:
            if command.prompt != "#":
                continue
            where = f"{block.path}:{command.line}"
            name = f"{where}: {command.text}"
            if where not in told:
                yield name, "it was not run"
                continue
            text = "".join(f"{without_numbers(line)}\n" for line in told[where])
            yield name, (None if re.fullmatch(pattern(command.output), text)
                         else "the document says:\n" + "\n".join(command.output)
                         + "\nthe guest says:\n" + "\n".join(told[where]))
