# SPDX-License-Identifier: GPL-2.0
"""What every change has to pass: checks, the host harness and whether it sees bugs, KUnit, kselftests on arm64."""

import re

from lib import documents, tap, top_check
from lib.common import REPO
from lib.stages import RUN, SELFTESTS, Boot, Stage, boot, boot_options, image, overlay_path, run_boot, run_command

CAMERA = "arch/arm64/boot/dts/cma/virt-camera.dtso"
KUNIT_DIRS = ("mm/cma/tests", "mm/contig/tests", "kernel/dma/tests")

BOOTS = [
    Boot("guest.tenants", ["tenant_test"], "cma=0", ["one.dtso"], mem="320M", disks=True, seconds=900),
    Boot("guest.pressure", ["pin_test", "signal_test", "unmovable_test"], "cma=0", ["one.dtso"], mem="320M",
         disks=True, seconds=900),
    Boot("guest.parallel", ["parallel_test"], "cma=64M", ["several.dtso"], mem="512M", disks=True, seconds=900),
    Boot("guest.placement", ["placement_test"], "cma=64M", ["several.dtso"], mem="512M", disks=True, seconds=900),
    Boot("guest.areas", ["abi_test", "area_test", "heap_test", "accounting_test", "sysfs_test", "heaps_test"],
         "cma=128M", ["several.dtso"], seconds=600),
    Boot("guest.private", ["private_test", "heap_test", "sysfs_test"], "", ["private.dtso"]),
    Boot("guest.insight", ["insight_test"], "cma=0 cma_holders=on", ["one.dtso"], mem="320M", disks=True, seconds=600),
    Boot("guest.policy", ["policy_test"], "cma=256M transparent_hugepage=never"),
    Boot("guest.debugfs_off", ["variant_test"], "cma=64M debugfs=off", mem="512M"),
    Boot("guest.camera", ["camera_test"], "cma=64M", [CAMERA]),
    Boot("guest.nocma", ["nocma_test.sh"], config="arm64-nocma"),
]
DOCUMENTS = Boot("guest.documents", [], "cma=64M", [CAMERA])


def cases():
    """The boots of reservation.cases."""
    for line in (SELFTESTS / "reservation.cases").read_text().splitlines():
        if line and not line.startswith("#"):
            name, append, overlay = (field.strip() for field in line.split("|")[:3])
            yield Boot(f"reservation.{name}", [f"reservation_test.sh:{name}"], append,
                       [] if overlay == "-" else [overlay])


def kunit_sources():
    """{suite: cases} of our sources. A file's cases are counted, so a suite is known by its file's first name."""
    for directory in KUNIT_DIRS:
        for path in sorted((REPO / directory).glob("*.c")):
            text = path.read_text()
            suites = re.findall(r"struct kunit_suite \w+ = \{[^}]*?\.name = \"([^\"]+)\"", text, re.S)
            entries = len(re.findall(r"^\s*KUNIT_CASE(?:_SLOW|_ATTR|_PARAM|_PARAM_ATTR)?\(", text, re.M))
            yield path.relative_to(REPO), suites, entries


def run_kunit(_stage, args):
    """Every suite runs at boot. Of ours, as many cases must have run as the sources hold."""
    report, result = boot("guest.kunit", ["kunit"],
                          ["--image", image("arm64", args.image), "--append", "cma=64M kunit.enable=1",
                           "--allow", "kunit", "--overlay", overlay_path(CAMERA),
                           "--overlay", overlay_path("kunit.dtso")])
    suites = tap.parse_kunit(report)
    results = [result]
    for suite, suite_cases in sorted(suites.items()):
        for case in suite_cases:
            case.name = f"{suite}.{case.name}"
            if case.status == "skip":       # this boot has all that any of them needs
                case.status = "fail"
        results += suite_cases
    for path, names, entries in kunit_sources():
        ran = sum(len(suites.get(name, [])) for name in names)
        results.append(tap.Result(f"{path}: {entries} cases in the source, as many ran",
                                  "pass" if names and ran == entries else "fail", [f"# {ran} ran, suites {names}"]))
    return results


def run_documents(stage, args, section=None):
    """Every command of our documents that is typed at the guest's prompt does what they say."""
    blocks = list(documents.command_blocks(section))
    report, result = boot(stage.name, ["run", "documents.sh"],
                          [*boot_options(stage, args), "--add-initrd", documents.archive(blocks, RUN / stage.name)],
                          stage.seconds)
    return [result, *(tap.Result(name, "fail" if complaint else "pass",
                                 [f"# {line}" for line in (complaint or "").splitlines()])
                      for name, complaint in documents.compare(blocks, report))]


def run_check(_stage, _args):
    return run_command("check", ["scripts/check", "--quick"], details_below=True)


def run_host(_stage, _args):
    return run_command("host", ["make", "-s", "-C", "tools/testing/cma", "check"])


def run_bugs(_stage, _args):
    return run_command("bugs", ["make", "-s", "-C", "tools/testing/cma", "bugs"])


def run_top(_stage, args):
    return top_check.run_top("arm64", args)


def stages():
    yield Stage("check", run_check)
    yield Stage("host", run_host)
    yield Stage("bugs", run_bugs)
    # The longest first, so that none is left alone at the end.
    for each in BOOTS[:2]:
        yield Stage(each.name, run_boot, each)
    yield Stage("guest.kunit", run_kunit)
    yield Stage("guest.top", run_top)
    yield Stage(DOCUMENTS.name, run_documents, DOCUMENTS)
    for each in [*BOOTS[2:], *cases()]:
        yield Stage(each.name, run_boot, each)
