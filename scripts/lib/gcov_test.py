# SPDX-License-Identifier: GPL-2.0
"""Coverage: how runs and builds are put together, and what a reason explains."""

import collections
import unittest

from lib import gcov
from lib.common import Failure
from lib.gcov import Line

LIST = """# a comment
mm/a.c one
- return -ENOMEM;
- if (!pages)
why: memory does not run out
here

mm/a.c two
- *
why: it is dead
"""


def lines(**those):
    return collections.defaultdict(Line, {int(number[1:]): line for number, line in those.items()})


class Counts(unittest.TestCase):
    def test_runs_of_a_build_are_added(self):
        build = {"f.c": lines(l1=Line(1, [1, 0]))}
        gcov.add_build(build, {"f.c": lines(l1=Line(2, [0, 2]), l2=Line(0))})
        self.assertEqual(build["f.c"], {1: Line(3, [1, 2]), 2: Line(0)})

    def test_a_line_has_run_if_it_did_in_any_build(self):
        merged = gcov.merge([{"f.c": lines(l1=Line(0))}, {"f.c": lines(l1=Line(4))}, {"f.c": lines(l2=Line(0))}])
        self.assertEqual({number: line.runs for number, line in merged["f.c"].items()}, {1: 4, 2: 0})

    def test_halves_of_two_builds_make_no_whole(self):
        merged = gcov.merge([{"f.c": lines(l1=Line(1, [1, 0]))}, {"f.c": lines(l1=Line(1, [0, 1]))}])
        self.assertEqual(merged["f.c"][1].taken, 1)

    def test_the_larger_share_counts(self):
        merged = gcov.merge([{"f.c": lines(l1=Line(1, [1, 1, 0, 0]))}, {"f.c": lines(l1=Line(1, [1, 1]))}])
        self.assertEqual(merged["f.c"][1].branches, [1, 1])

    def test_what_is_exempt_counts_as_far_as_it_has_run(self):
        merged = {"f.c": lines(l1=Line(0), l2=Line(1, [1, 0]), l3=Line(1, [1, 0]))}
        self.assertEqual(gcov.sums(merged)["f.c"], gcov.Sum(3, 2, 4, 2))
        self.assertEqual(gcov.sums(merged, {("f.c", 1), ("f.c", 2)})["f.c"], gcov.Sum(2, 2, 3, 2))


class Exemptions(unittest.TestCase):
    def test_reads_paragraphs(self):
        one, two = gcov.exemptions(LIST)
        self.assertEqual((one.function, one.lines, one.why, one.number),
                         ("one", ["return -ENOMEM;", "if (!pages)"], "memory does not run out here", 2))
        self.assertEqual(two.lines, ["*"])

    def test_explains_by_function_and_text(self):
        one, two = gcov.exemptions(LIST)
        self.assertTrue(one.explains("mm/a.c", "one", "return -ENOMEM;"))
        self.assertFalse(one.explains("mm/a.c", "one", "return 0;"))
        self.assertFalse(one.explains("mm/b.c", "one", "return -ENOMEM;"))
        self.assertTrue(two.explains("mm/a.c", "two", "anything"))

    def test_what_is_not_there_or_has_run_is_told(self):
        allowed = gcov.exemptions(LIST)
        allowed[0].explains("mm/a.c", "one", "return -ENOMEM;")
        allowed[0].is_about("mm/a.c", "one", "if (!pages)")
        self.assertEqual(gcov.stale(allowed), ["coverage.exceptions:8: mm/a.c two: *"])
        self.assertEqual(gcov.needless(allowed), ["coverage.exceptions:2: mm/a.c one: if (!pages)"])

    def test_refuses_an_entry_without_a_reason(self):
        for text in ("mm/a.c one\n- x;\n", "mm/a.c\n- x;\nwhy: y\n", "mm/a.c one\nwhy: y\n"):
            with self.assertRaises(Failure):
                gcov.exemptions(text)


if __name__ == "__main__":
    unittest.main()
