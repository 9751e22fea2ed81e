# SPDX-License-Identifier: GPL-2.0
"""What is measured, in which boots, and how good it shall be: the goals of issue 3.

A row is known by the name that tools/testing/selftests/cma/bench.c gives a case, and by the pages of its request.
Costs and goals are thousands of instructions, net of the write to debugfs.
"""

import dataclasses
import typing

AREA_PAGES = 65536              # cma=256M
LOOK = 0.025                    # for each page of the area that is looked at
IDLE = {1: 1, 16: 1, 256: 2, 1024: 4.5, 4096: 13, 16384: 45}
RELEASE = {1: 0.8, 256: 6, 4096: 80, 16384: 300}
BASE_PAGE, HUGE_PAGE, DROPPED, CACHE_MOVED = 4.0, 0.8, 1.9, 3.0


@dataclasses.dataclass
class Row:
    case: str
    pages: int
    text: str
    goal: typing.Optional[float] = None
    per: str = ""               # "page": cost and goal are per page; "pair": per allocation and release
    executed: bool = False      # a wait may belong to it: the PMU's count is the cost, not the clock
    must: str = ""              # "succeeds" or "fails"; "keeps": succeeds and drops nothing
    writes: int = 1             # to debugfs, whose own cost is not the request's

    @property
    def key(self):
        return self.case, self.pages


@dataclasses.dataclass
class Group:
    """One boot of the guest."""
    name: str
    rows: list
    smp: int = 1
    thp: tuple = ("never", "always")
    overlay: str = ""           # changes the board tree


def _rows(case, sizes, text, goals=None, **more):
    more = {"must": "succeeds", **more}
    return [Row(case, pages, text.format(pages), (goals or {}).get(pages), **more) for pages in sizes]


SIZES = (1, 16, 256, 1024, 4096, 16384)
FULL = (256, 1024, 4096, 16384)


def _pins(every, fits, none):
    looked = LOOK * AREA_PAGES
    return Group(f"pins_{every}", [
        Row(f"pins_{every}.window", fits, f"pin in every {every}. block, allocate {fits}, window exists",
            BASE_PAGE * fits + looked, executed=True, must="succeeds"),
        Row(f"pins_{every}.none", none, f"pin in every {every}. block, allocate {none}, none exists",
            3000, executed=True, must="fails")])


GROUPS = [
    _pins(2, 512, 1024),
    _pins(8, 2048, 4096),
    _pins(32, 8192, 16384),
    Group("idle", _rows("idle", SIZES, "idle, allocate {}", IDLE) +
          _rows("release", SIZES, "idle, release {}", RELEASE)),
    Group("windows", _rows("windows", (1, 16, 256, 1024), "memory full, free windows left, allocate {}",
                           {pages: IDLE[pages] + LOOK * AREA_PAGES for pages in (1, 16, 256, 1024)})),
    Group("base", _rows("base", (1,), "full of base pages, allocate {}") +
          _rows("base", FULL, "full of base pages, allocate {}, per page", dict.fromkeys(FULL, BASE_PAGE), per="page")),
    Group("thp", _rows("thp", (1,), "full of huge pages, allocate {}") +
          _rows("thp", FULL, "full of huge pages, allocate {}, per page", {pages: HUGE_PAGE for pages in FULL[1:]},
                per="page"), thp=("always",)),
    Group("cache", _rows("cache", (1,), "full of clean cache, allocate {}", must="keeps") +
          _rows("cache", FULL, "full of clean cache, room, allocate {}, per page", dict.fromkeys(FULL, CACHE_MOVED),
                per="page", must="keeps")),
    Group("cache_low", _rows("cache_low", FULL, "full of clean cache, no room, allocate {}, per page",
                             dict.fromkeys(FULL, DROPPED), per="page")),
    Group("frames", _rows("frames", (2048,), "full of base pages, dma-buf frame of 8 MiB", executed=True, writes=0) +
          _rows("frames_release", (2048,), "release dma-buf frame of 8 MiB", executed=True, writes=0)),
    Group("gigantic", _rows("gigantic", (8192,), "hugetlb page of 32 MiB, empty memory", executed=True) +
          _rows("gigantic_release", (8192,), "release hugetlb page, empty memory", executed=True) +
          _rows("gigantic_tenants", (8192,), "hugetlb page of 32 MiB, tenants", executed=True) +
          _rows("gigantic_tenants_release", (8192,), "release hugetlb page, tenants", executed=True)),
    Group("mixed", [], thp=("never",)),
    Group("threads", [Row("threads", 0, "16 threads, 1 to 64 pages, a pair", 5, per="pair", executed=True,
                          must="succeeds", writes=0)], smp=4),
    Group("other_area", _rows("other_area.idle", (1,), "another area idle, allocate {}") +
          _rows("other_area.busy", (1,), "another area busy among pins, allocate {}"), smp=2, thp=("never",),
          overlay="tools/testing/selftests/cma/dt/one.dtso"),
]

# The picture of README and cma_cost.rst: one line a promise, what costs more among them.
OVERVIEW = [("idle", 1), ("idle", 256), ("idle", 16384), ("release", 1), ("release", 4096), ("windows", 1),
            ("base", 4096), ("cache", 4096), ("pins_2.none", 1024), ("threads", 0), ("other_area.busy", 1)]
