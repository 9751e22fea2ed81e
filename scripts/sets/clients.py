# SPDX-License-Identifier: GPL-2.0
"""Drivers and programs that nobody here wrote, each a user of contiguous memory, in a kernel that has all of them.

What the guest needs for it beside the initrd, scripts/client-programs builds.
"""

import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading

from lib import tap
from lib.common import REPO, Failure
from lib.stages import RUN, Boot, Stage, run_boot

CONFIG = "arm64-clients"
DISK_MIB = 64
PROGRAMS_LOCK = threading.Lock()

# The area `one` hands out nothing of its own accord: it is taken and given back while something else runs.
ONE = ["one.dtso"]
LARGE = ["tools/testing/selftests/cma/clients/large.dtso"]      # this one programs prefer
VIRTIO_MEM = "/machine/peripheral/plug"


def kselftest(*names):
    return [f"kselftest.sh:{name}" for name in names]


def qemu(*words):
    """Words for QEMU, as scripts/qemu takes them."""
    return [part for word in words for part in ("--qemu", word)]


DEVICES = Boot("clients.devices", ["device_test", "net_test.sh"], "cma=32M", seconds=1200)
SMMU = dataclasses.replace(DEVICES, name="clients.smmu", programs=["smmu_test.sh", "device_test"],
                           options=qemu("-machine", "iommu=smmuv3"))
PLUG = Boot("clients.virtio-mem", ["virtio_mem_test.sh"], "cma=0 memhp_default_state=online_movable", ONE,
            mem="1G,slots=2,maxmem=4G", seconds=900,
            options=qemu("-object", "memory-backend-ram,id=plugged,size=2G",
                         "-device", "virtio-mem-pci,id=plug,memdev=plugged,requested-size=0"))

BOOTS = [
    Boot("clients.kselftest-gup", kselftest("gup_pin_dump", "gup_pin_longterm"), "cma=16M", LARGE, mem="2G", disks=True,
         seconds=900),
    # A gigantic page, a copy of it, and two more as large in the programs' own memory.
    Boot("clients.kselftest-cow", kselftest("gup_longterm", "cow"), "cma=16M hugetlb_cma=2G", LARGE, mem="7G",
         disks=True, seconds=1800),
    Boot("clients.kselftest-hugetlb",
         kselftest("hugepage-mmap", "hugepage-shm", "map_hugetlb", "hugepage-mremap", "hugepage-vmemmap",
                   "hugetlb-madvise", "hugetlb_dio", "hugetlb_madv_vs_map",
                   "hugetlb-soft-offline"),
         "cma=16M", LARGE, mem="2G", disks=True, seconds=1800),
    Boot("clients.huge-tenants", ["huge_tenants_test"], "cma=16M", LARGE, mem="2G", seconds=900),
    Boot("clients.kselftest-dmabuf", kselftest("dmabuf-heap"), "cma=64M", ONE, disks=True),
    Boot("clients.hugetlb-cma", ["hugetlb_cma_test"], "cma=16M hugetlb_cma=3G", mem="5G", seconds=900),
    *(Boot(f"clients.gigantic-only.{name}", ["gigantic_only_test.sh"], f"cma=16M hugetlb_cma=1G hugetlb_cma_only={value}",
           mem="5G", seconds=900) for name, value in (("on", 1), ("off", 0))),
    Boot("clients.vivid", ["vivid_test.sh"],
         "cma=64M vivid.n_devs=1 vivid.node_types=0x1 vivid.allocators=1", seconds=900),
    Boot("clients.vivid-private", ["vivid_test.sh:private"],
         "vivid.n_devs=1 vivid.node_types=0x1 vivid.allocators=1", ["private.dtso"], seconds=900),
    Boot("clients.debug", ["debug_test.sh"], "cma=16M", ONE, seconds=600),
    Boot("clients.kfence", ["device_test:device.virtio_blk.gets_its_rings_from_the_full_area_and_works"],
         "cma=32M kfence.sample_interval=10"),
    Boot("clients.stress", ["stress_test.sh"], "cma=16M", LARGE, mem="2G", disks=True, seconds=900),
]


def client_programs():
    """The archive, built once for all stages."""
    with PROGRAMS_LOCK:
        done = subprocess.run(["scripts/client-programs"], cwd=REPO, text=True, stdout=subprocess.PIPE)
    if done.returncode:
        raise Failure("scripts/client-programs failed")
    return pathlib.Path(done.stdout.strip())


def run_client(stage, args):
    return run_boot(dataclasses.replace(stage, config=CONFIG, archives=[client_programs()]), args)


def run_devices(stage, args):
    """A disk behind each kind of controller, and a network card with a file server."""
    directory = RUN / f"{stage.name}.files"
    directory.mkdir(parents=True)
    for disk in ("nvme", "ahci", "virtio", "usb"):
        with open(directory / disk, "wb") as file:
            file.truncate(DISK_MIB << 20)
    serve_payload(directory / "tftp")
    drives = [word for disk in ("ahci", "virtio", "usb")
              for word in ("-drive", f"if=none,id={disk},file={directory / disk},format=raw")]
    options = ["--nvme", directory / "nvme", *qemu(
        *drives,
        "-device", "ich9-ahci,id=sata", "-device", "ide-hd,bus=sata.0,drive=ahci",
        "-device", "virtio-blk-pci,drive=virtio,disable-legacy=on,iommu_platform=on,num-queues=2,queue-size=1024",
        "-device", "qemu-xhci,id=xhci", "-device", "usb-storage,bus=xhci.0,drive=usb",
        "-netdev", f"user,id=net,tftp={directory / 'tftp'}", "-device", "e1000e,netdev=net")]
    try:
        return run_client(dataclasses.replace(stage, options=[*stage.options, *options]), args)
    finally:
        shutil.rmtree(directory)


def serve_payload(directory):
    directory.mkdir()
    payload = os.urandom(1 << 20)
    (directory / "payload").write_bytes(payload)
    (directory / "payload.sha256").write_text(f"{hashlib.sha256(payload).hexdigest()}  payload\n")


def run_virtio_mem(stage, args):
    """The guest's report asks for sizes, and the device gets them through QEMU's monitor."""
    ended, problems = threading.Event(), []
    with tempfile.TemporaryDirectory() as directory:        # the path of a socket must be short
        monitor = f"{directory}/qmp"
        options = [*stage.options, *qemu("-qmp", f"unix:{monitor},server=on,wait=off")]
        server = threading.Thread(target=serve_requests,
                                  args=(monitor, RUN / f"{stage.name}.verdict", ended, problems))
        server.start()
        try:
            results = run_client(dataclasses.replace(stage, options=options), args)
        finally:
            ended.set()
            server.join()
    return results + [tap.Result("monitor takes each request", "fail" if problems else "pass", problems)]


def serve_requests(monitor, report, ended, problems):
    served = 0
    while not ended.wait(0.5):
        text = report.read_text(errors="replace") if report.exists() else ""
        wanted = re.findall(r"^# request (\d+)\r?\n", text, re.M)
        for mebibytes in wanted[served:]:
            try:
                request_size(monitor, int(mebibytes) << 20)
            except (OSError, ValueError, Failure) as problem:
                problems.append(f"# {mebibytes} MiB: {problem}")
        served = len(wanted)


def request_size(monitor, size):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(monitor)
        stream = connection.makefile("rw")
        for command in (
                {"execute": "qmp_capabilities"},
                {"execute": "qom-set",
                 "arguments": {"path": VIRTIO_MEM, "property": "requested-size", "value": size}}):
            stream.write(json.dumps(command) + "\n")
            stream.flush()
            answer = {}
            while not {"return", "error"} & answer.keys():     # a greeting and events come between
                answer = json.loads(stream.readline())
            if "error" in answer:
                raise Failure(answer["error"]["desc"])


def stages():
    # The longest first, so that none is left alone at the end.
    yield Stage(BOOTS[0].name, run_client, BOOTS[0])
    yield Stage(DEVICES.name, run_devices, DEVICES)
    yield Stage(SMMU.name, run_devices, SMMU)
    for boot in BOOTS[1:]:
        run = run_devices if boot.name == "clients.kfence" else run_client
        yield Stage(boot.name, run, boot)
    yield Stage(PLUG.name, run_virtio_mem, PLUG)
