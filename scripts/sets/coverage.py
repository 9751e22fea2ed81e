# SPDX-License-Identifier: GPL-2.0
"""What scripts/coverage boots, on a kernel that counts what has run: the core set's boots, faults, races, two nodes."""

import dataclasses

from lib.stages import Stage, run_boot
from sets import configs, core, debug

SLOWER = 4          # the limits only catch hangs, and a host may be busy
# The counts are files of debugfs. Those whose figures are of one kernel (guest.nocma) or of time are left out; so is a soak.
MORE = ("debug.faults", "debug.races", "debug.broken", "debug.activation", "debug.activation_half", "debug.security",
        "configs.numa", "configs.numa_wrong", "configs.gigantic")


def counted(each):
    return dataclasses.replace(each, name="coverage." + each.name.split(".", 1)[1], config="arm64",
                               append=f"{each.append} {debug.PATIENT}", seconds=SLOWER * each.seconds,
                               options=[*each.options, *debug.expected(each)])


def boots():
    yield from (each for each in core.BOOTS if each.config == "arm64" and "debugfs=off" not in each.append)
    yield from (each for each in [*debug.BOOTS, *configs.BOOTS] if each.name in MORE)


def stages():
    for each in boots():
        yield Stage(counted(each).name, run_boot, counted(each))
    yield Stage("coverage.kunit", configs.run_kunit, counted(debug.KUNIT))
    yield Stage("coverage.documents", debug.run_documented, counted(debug.DOCUMENTED))
    yield from (stage for stage in core.stages() if stage.name in ("guest.top", "guest.documents"))
    for each in core.cases():
        each = dataclasses.replace(counted(each), name="coverage." + each.name)
        yield Stage(each.name, run_boot, each)
