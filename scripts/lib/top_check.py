# SPDX-License-Identifier: GPL-2.0
"""Does cma-top tell what the kernel's files say?

One boot: tools/testing/selftests/cma/top_dump.sh runs it in the guest and packs up the files that it reads. Here, the
files are read again in a way of our own, and cma-top once more on their copy (--root), built for this machine.
"""

import base64
import fcntl
import gzip
import io
import json
import os
import pty
import re
import struct
import subprocess
import tarfile
import termios
import xml.etree.ElementTree

from lib import documents, tap
from lib.common import REPO
from lib.stages import RUN, boot, image, initrd, overlay_path

DOCUMENT = REPO / "Documentation/admin-guide/mm/cma.rst"
DEBUGFS, SYSFS = "sys/kernel/debug/cma", "sys/kernel/mm/cma"
NUMBERS = {"pages": (DEBUGFS, "count"), "order_per_bit": (DEBUGFS, "order_per_bit"), "used": (DEBUGFS, "used"),
           "largest": (DEBUGFS, "maxchunk"), "peak": (SYSFS, "peak_pages"),
           "alloc_pages_success": (SYSFS, "alloc_pages_success"), "alloc_pages_fail": (SYSFS, "alloc_pages_fail"),
           "release_pages_success": (SYSFS, "release_pages_success")}
# What the guest is asked that must fail, how, and what it must say.
ERRORS = {"no such area": (1, "there is no area 'nosuch'"), "wrong option": (2, "--help"),
          "two modes": (2, "not two"), "wrong number": (2, "a number of at least 0.1"), "another word": (2, "'word'")}


def document_commands():
    """What the section of the document has people type: its lines that begin with the prompt "# "."""
    text = DOCUMENT.read_text()
    section = re.search(rf"^{re.escape(documents.HOLDERS)}\n=+\n(.*?)(?=^[^\n]+\n=+\n|\Z)", text, re.S | re.M)
    return re.findall(r"^ {4,}# (.*)$", section[1], re.M) if section else []


def make_archive(commands):
    """The commands, for the guest, where top_dump.sh finds them."""
    root = RUN / "top-commands"
    (root / "tests").mkdir(parents=True, exist_ok=True)
    (root / "tests/commands").write_text("".join(f"{command}\n" for command in commands))
    made = subprocess.run(["cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0"], cwd=root, check=True,
                          stdout=subprocess.PIPE, input=b"tests\ntests/commands\n")
    archive = RUN / "top-commands.cpio.gz"
    archive.write_bytes(gzip.compress(made.stdout))
    return archive


def answers(report):
    """{section: (lines, exit status)}; problems that the guest told."""
    found, problems, name = {}, [], None
    for line in report.splitlines():
        line = line.rstrip("\r")
        if line.startswith("=== problem"):
            problems.append(line[4:])
        elif line.startswith("=== exit "):
            found[name] = (found[name][0], int(line[9:]))
        elif line.startswith("=== "):
            name = line[4:]
            found[name] = ([], None)
        elif name:
            found[name][0].append(line)
    return found, problems


class Tree:
    """The files, as they are."""

    def __init__(self, path):
        self.path = path

    def text(self, area, file, folder=DEBUGFS):
        path = self.path / folder / area / file
        return path.read_text() if path.exists() else None

    def number(self, area, file, folder=DEBUGFS):
        text = self.text(area, file, folder)
        return None if text is None else int(text)

    def lines(self, area, file):
        text = self.text(area, file)
        return None if text is None else [line.split() for line in text.splitlines() if not line.startswith("#")]

    def areas(self):
        return sorted(path.name for path in (self.path / DEBUGFS).iterdir())

    def tenants(self, area):
        """By kind, of the pages that are not handed out; an area in one piece."""
        words = [int(word) for word in self.text(area, "bitmap").split()]
        base, pages = self.number(area, "base_pfn"), self.number(area, "count")
        per_bit = 1 << self.number(area, "order_per_bit")
        counts = dict.fromkeys(("free", "anon", "file", "shmem", "huge", "kernel", "other"), 0)
        with open(self.path / "proc/kpageflags", "rb") as file:
            file.seek(base * 8)
            data = file.read(pages * 8)
        for page in range(pages):
            bit = page // per_bit
            flags = int.from_bytes(data[page * 8:page * 8 + 8], "little")
            if words[bit // 32] >> bit % 32 & 1:
                continue
            has = {name: flags >> number & 1 for name, number in
                   {"lru": 5, "slab": 7, "buddy": 10, "anon": 12, "swapbacked": 14, "huge": 17, "pgtable": 26,
                    "reserved": 32}.items()}
            kind = ("free" if has["buddy"] or has["reserved"] else "huge" if has["huge"] else
                    "kernel" if has["slab"] or has["pgtable"] else "anon" if has["anon"] else
                    "shmem" if has["swapbacked"] else "file" if has["lru"] else "other")
            counts[kind] += 1
        return counts

    def make_private(self, area):
        """What is free becomes reserved, as in an area that lends nothing."""
        base, pages = self.number(area, "base_pfn"), self.number(area, "count")
        with open(self.path / "proc/kpageflags", "r+b") as file:
            file.seek(base * 8)
            data = bytearray(file.read(pages * 8))
            for page in range(pages):
                flags = int.from_bytes(data[page * 8:page * 8 + 8], "little")
                if flags >> 10 & 1:
                    data[page * 8:page * 8 + 8] = (1 << 32).to_bytes(8, "little")
            file.seek(base * 8)
            file.write(data)


def check_area(tree, said):
    """What cma-top says of an area that its files do not say."""
    area, wrong = said["name"], []

    def expect(what, shown, told):
        if shown != told:
            wrong.append(f"# {area}: {what}: shown {shown}, the file says {told}")

    for key, (folder, file) in NUMBERS.items():
        expect(key, said[key], tree.number(area, file, folder))
    expect("base of the first range", said["ranges"][0]["base_pfn"], tree.number(area, "base_pfn"))
    expect("sum of the ranges", sum(each["pages"] for each in said["ranges"]), tree.number(area, "count"))
    if said["tenants"] and len(said["ranges"]) == 1:
        expect("pages in all", sum(said["tenants"].values()) + said["used"], said["pages"])

    requests = tree.lines(area, "requests")
    if requests is None:
        for key in "requests", "latency", "holders", "blockers":
            expect(key, said[key], None)
        return wrong
    counts = {" ".join(words[2:]) if words[0] == "failed" else words[0]: int(words[1]) for words in requests}
    expect("requests", {"requests": said["requests"]["begun"], "successes": said["requests"]["successes"],
                        "failures": said["requests"]["failures"], **said["requests"]["reasons"]}, counts)
    expect("latency", [[each["from_us"], *each["requests"]] for each in said["latency"]],
           [[int(word) for word in words] for words in tree.lines(area, "latency")])
    expect("holders", [[hex(each["pfn"]), str(each["pages"]), str(each["pid"]), each["task"], each["device"],
                        each["caller"]] for each in said["holders"]["list"]],
           [[*words[:2], *words[3:6], " ".join(words[6:])] for words in tree.lines(area, "holders")])
    expect("blockers", [[hex(each["pfn"]), str(each["failures"]), str(each["attempts"]), each["kind"], each["reason"]]
                        for each in said["blockers"]],
           [[*words[:3], words[4], " ".join(words[10:])] for words in tree.lines(area, "blockers")])
    return wrong


def result(name, wrong):
    return tap.Result(name, "fail" if wrong else "pass", list(wrong))


def parsed(name, lines):
    try:
        return json.loads("\n".join(lines)), result(f"{name}: JSON parses", [])
    except ValueError as error:
        return None, result(f"{name}: JSON parses", [f"# {error}"])


def check_json(name, tree, lines, tenants):
    said, first = parsed(name, lines)
    if not said:
        return [first]
    wrong = [line for area in said["areas"] for line in check_area(tree, area)]
    if sorted(area["name"] for area in said["areas"]) != tree.areas():
        wrong.append(f"# areas: {[area['name'] for area in said['areas']]}, not {tree.areas()}")
    results = [first, result(f"{name}: JSON equals the files", wrong)]
    if tenants:
        wrong = [f"# {area['name']}: {area['tenants']}, kpageflags say {tree.tenants(area['name'])}"
                 for area in said["areas"] if len(area["ranges"]) == 1
                 and area["tenants"] != tree.tenants(area["name"])]
        results.append(result(f"{name}: tenants equal kpageflags", wrong))
    return results


def check_svg(name, tree, area, lines):
    """Well-formed, and a cell for each pageblock."""
    cells = tree.number(area, "count") // 512
    try:
        root = xml.etree.ElementTree.fromstring("\n".join(lines))
    except xml.etree.ElementTree.ParseError as error:
        return result(f"{name}: SVG is well-formed", [f"# {error}"])
    titles = root.findall(".//{http://www.w3.org/2000/svg}title")
    return result(f"{name}: SVG is well-formed and has a cell a pageblock",
                  [] if len(titles) == cells else [f"# {len(titles)} cells, {cells} pageblocks"])


def cells_of(lines):
    """The characters of a map: its lines begin with a page frame."""
    return "".join("".join(line.split()[1:]) for line in lines if line.lstrip().startswith("0x"))


def check_text(found, area, ours):
    """What people read, and the errors."""
    results = []
    once = "\n".join(found["once"][0])
    wanted = [area, "pages since boot"]
    wanted += ["3 got pages", "no range left", "alloc_set", "top_dump.sh"] if ours else ["this kernel does not tell"]
    results.append(result("once: tells of areas, requests and holders",
                          [f"# not said: {each}" for each in wanted if each not in once]))
    cells = cells_of(found["map"][0])
    results.append(result("map: a character a pageblock",
                          [] if len(cells) == 32 and cells[0] == "#" else [f"# not 32: {cells}"]))
    heads = sum(line.startswith("area (MiB)") for line in found["twice"][0])
    results.append(result("live: two looks", [] if heads == 2 else [f"# {heads} headlines"]))
    for name in "json", "once", "map", "svg", "twice", "help":
        if found[name][1]:
            results.append(result(f"{name}: ends well", [f"# exit status {found[name][1]}", *found[name][0]]))
    for name, (status, text) in ERRORS.items():
        lines, code = found[name]
        good = code == status and text in "\n".join(lines)
        results.append(result(f"{name}: is refused, and why", [] if good else [f"# exit {code}", *lines]))
    if ours:
        results.append(result("not recorded: says how to switch it on",
                              [] if "holders: not recorded (echo on >" in "\n".join(found["not recorded"][0])
                              else found["not recorded"][0]))
    lines, code = found["no debugfs"]
    good = code == 0 and "debugfs is not mounted: mount -t debugfs" in "\n".join(lines)
    results.append(result("without debugfs: shows what sysfs has, and how to mount it",
                          [] if good else [f"# exit {code}", *lines]))
    return results


def check_commands(found, commands):
    for command in commands:
        lines, code = found.get(f"command {command}", (["did not run"], None))
        is_silent = re.fullmatch(r"echo \w+ > \S+", command)
        yield result(f"document: {command}",
                     [] if code == 0 and bool(lines) != bool(is_silent) else [f"# exit {code}", *lines])


def watched(program, tree, meanwhile):
    """Two looks in a terminal of 80x24, each as its lines; between them something happens."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    with subprocess.Popen([program, "--root", tree.path, "--page-size", "4096", "-n", "2", "-d", "1"],
                          stdin=subprocess.DEVNULL, stdout=its, stderr=its):
        os.close(its)
        said, got = os.read(ours, 65536), b"more"
        meanwhile()
        while got:
            try:
                got = os.read(ours, 65536)
            except OSError:         # how Linux says that nobody is at the other end any more
                got = b""
            said += got
    os.close(ours)
    return [look.splitlines() for look in said.decode(errors="replace").split("\033[H\033[J")[1:]]


def check_live(program, tree, area, ours):
    """What is told fits on the screen; and what is counted between two looks is a rate."""
    folder, file, column = (DEBUGFS, "requests", "req/s") if ours else (SYSFS, "alloc_pages_success", "pages/s")
    counter = tree.path / folder / area / file

    def count():
        counter.write_text(re.sub(r"\d+", lambda number: str(int(number[0]) + 500), counter.read_text(), count=1))

    looks = watched(program, tree, count)
    fits = len(looks) == 2 and all(len(look) < 24 and all(len(line) <= 80 for line in look) for look in looks)
    rates = " ".join(dict(zip(look[0].split()[1:], look[1].split())).get(column, "?") for look in looks)
    return [result("copy: live: two looks, each fits into 80x24",
                   [] if fits else [f"# {line}" for look in looks or [["nothing"]] for line in look]),
            result(f"copy: live: {column} of what was counted",
                   [] if re.fullmatch(r"- [1-9][\d.]*", rates) else [f"# {rates}"])]


def check_copy(tree, area, ours):
    """The copy tells of a page in the way, too, which nobody has here."""
    program = build()

    def told(*options):
        done = subprocess.run([program, "--root", tree.path, "--page-size", "4096", *options], text=True,
                              capture_output=True)
        return done.stdout.splitlines()

    if ours:
        with open(tree.path / DEBUGFS / area / "blockers", "a", encoding="utf-8") as file:
            file.write(f"0x{tree.number(area, 'base_pfn') + 10 * 512 + 3:x} 2 5 1.500 shmem 3 1 n 0:1 1234 "
                       "pinned or extra references\n")
    results = check_json("copy", tree, told("--json"), True)
    if ours:
        cells = cells_of(told("--map", area))
        results.append(result("copy: the map marks what was in the way",
                              [] if cells.find("!") == 10 else [f"# {cells}"]))
        svg = told("--svg", area)
        results += [check_svg("copy", tree, area, svg),
                    result("copy: the picture, too",
                           [] if sum("one was in the way" in line for line in svg) == 1 else ["# not so"])]
        once = "\n".join(told("-1"))
        results.append(result("copy: the text says what it was",
                              [] if "2 requests failed, 5 ranges given up; shmem, 3 refs, 1 maps, device 0:1 inode 1234"
                              in once else once.splitlines()))
    results += check_live(program, tree, area, ours)
    before = tree.tenants(area)
    tree.make_private(area)
    said = json.loads("\n".join(told("--json")))["areas"][0]["tenants"]
    results.append(result("copy: what a private area has not handed out is free",
                          [] if said == before and said["free"] else [f"# {said}, was {before}"]))
    return results


def build():
    """cma-top for this machine."""
    program = RUN / "cma-top"
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, REPO / "tools/mm/cma-top.c"], check=True)
    return program


def run_top(config, args):
    """cma-top in a guest with this kernel, and on the files of it."""
    ours = config == "arm64"
    commands = document_commands() if ours else []
    if ours and len(commands) < 5:
        return [result(f"{DOCUMENT.name}: section {documents.HOLDERS!r} has commands", [f"# {commands}"])]
    name = f"top.{config}"
    report, booted = boot(name, ["run", "top_dump.sh"],
                          ["--image", image(config, args.image), "--initrd", initrd(config), "--mem", "512M",
                           "--append", "cma=0", "--overlay", overlay_path("one.dtso"),
                           *(["--add-initrd", make_archive(commands)] if ours else [])])
    found, problems = answers(report)
    results = [booted, result("the files can be copied", problems)]
    if "end" not in found:
        return results + [result("the guest has said all", report.splitlines()[-20:] or ["# nothing"])]
    (area,) = [each.split()[1] for each in found if each.startswith("area ")]

    tree = Tree(RUN / f"{name}.tree")
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode("".join(found["tree"][0])))) as archive:
        archive.extractall(tree.path)
    results += check_json("guest", tree, found["json"][0], False)
    results += check_copy(tree, area, ours)
    results.append(check_svg("guest", tree, area, found["svg"][0]))
    results += check_text(found, area, ours)
    return results + list(check_commands(found, commands))
