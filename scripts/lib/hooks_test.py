# SPDX-License-Identifier: GPL-2.0
"""Hook diffs: what places a hunk, what stops one, and that making and applying are inverse."""

import unittest

from lib import hooks
from lib.common import Failure

BEFORE = """#include <a.h>
#include <b.h>

static int one(int x)
{
	prepare(x);

	return x;
}

#ifdef B
static int two(int x)
{
	prepare(x);
	if (x)
		return 1;

	return x;
}
#else
static inline int two(int x) { return 0; }
#endif
"""


def diff(*hunks):
    return hooks.parse("mm/f.c", "Why: because.\n\n--- a/mm/f.c\n+++ b/mm/f.c\n" + "".join(hunks))


def applied(*hunks):
    return hooks.apply(diff(*hunks), BEFORE)


class Apply(unittest.TestCase):
    def test_line_numbers_are_hints(self):
        after = applied("@@ -90,1 +91,2 @@ [p]\n #include <b.h>\n+#include <c.h>\n")
        self.assertEqual(after, BEFORE.replace("<b.h>\n", "<b.h>\n#include <c.h>\n"))

    def test_function_tells_two_places_apart(self):
        after = applied("@@ -1,1 +1,2 @@ [p] two\n \tprepare(x);\n+\thook(x);\n")
        head, tail = BEFORE.split("#ifdef")
        self.assertEqual(after, head + "#ifdef" + tail.replace("(x);\n", "(x);\n\thook(x);\n"))

    def test_twice_stops(self):
        with self.assertRaisesRegex(Failure, r"mm/f.c.diff: hunk 1, outside functions.* 2 times"):
            applied("@@ -1,1 +1,2 @@ [p]\n \tprepare(x);\n+\thook(x);\n")

    def test_not_in_the_function_stops(self):
        with self.assertRaisesRegex(Failure, r"hunk 1, in one: .* 0 times"):
            applied("@@ -1,1 +1,2 @@ [p] one\n \tif (x)\n+\t\thook(x);\n")

    def test_unknown_function_stops(self):
        with self.assertRaisesRegex(Failure, r"hunk 1, in three: there is no such function"):
            applied("@@ -1,1 +1,2 @@ [p] three\n \tprepare(x);\n+\thook(x);\n")

    def test_wrong_count_stops(self):
        with self.assertRaisesRegex(Failure, "fewer lines"):
            diff("@@ -1,1 +1,3 @@ [p] two\n \tprepare(x);\n+\thook(x);\n")

    def test_no_why_stops(self):
        with self.assertRaisesRegex(Failure, "Why:"):
            hooks.parse("f", "--- a/f\n+++ b/f\n@@ -1,1 +1,2 @@ [p]\n a\n+b\n")


class Make(unittest.TestCase):
    def made(self, after, old=None):
        text = hooks.make("mm/f.c", BEFORE, after, old)
        self.assertEqual(hooks.apply(hooks.parse("mm/f.c", text), BEFORE), after)
        return text

    def test_new_diff_wants_a_reason_and_a_patch(self):
        text = self.made(BEFORE.replace("\tif (x)", "\thook(x);\n\tif (x)"))
        self.assertTrue(text.startswith("Why: TODO\n"))
        self.assertIn("[unassigned] two\n", text)

    def test_one_line_of_context_where_it_is_enough(self):
        text = self.made(BEFORE.replace("\tif (x)", "\thook(x);\n\tif (x)"))
        self.assertEqual(text.count("\n "), 1)

    def test_a_blank_line_is_no_context(self):
        text = self.made(BEFORE.replace("\n\nstatic int one", "\nint ours;\n\nstatic int one"))
        self.assertRegex(text, r"\n \S")

    def test_names_and_reason_survive_an_edit(self):
        old = diff("@@ -1,1 +1,2 @@ [p] two\n \tprepare(x);\n+\thook(x);\n")
        text = self.made(hooks.apply(old, BEFORE).replace("hook(x)", "hook(x, 1)"), old)
        self.assertTrue(text.startswith("Why: because.\n"))
        self.assertIn("[p] two\n", text)

    def test_a_second_change_does_not_inherit_the_name(self):
        old = diff("@@ -1,1 +1,2 @@ [p] two\n \tprepare(x);\n+\thook(x);\n")
        text = self.made(hooks.apply(old, BEFORE).replace("return 1;", "return trace_two(x);"), old)
        self.assertIn("[p] two\n", text)
        self.assertIn("[unassigned] two\n", text)

    def test_remove_a_whole_function(self):
        text = self.made(BEFORE[:BEFORE.index("static int one")] + BEFORE[BEFORE.index("#ifdef"):])
        self.assertEqual(text.count("@@ -"), 1)


class Misfits(unittest.TestCase):
    def test_every_hunk_that_does_not_fit_is_told(self):
        found = hooks.misfits(diff("@@ -1,1 +1,2 @@ [p] three\n \tif (x)\n+\t\thook(x);\n",
                                   "@@ -9,1 +9,2 @@ [p] two\n \tif (x)\n+\t\thook(x);\n",
                                   "@@ -9,1 +9,2 @@ [p] one\n \tif (x)\n+\t\thook(x);\n"), BEFORE)
        self.assertEqual(len(found), 2)
        self.assertRegex(found[0], "mm/f.c.diff: hunk 1, in three: there is no such function")
        self.assertRegex(found[1], "mm/f.c.diff: hunk 3, in one: .* 0 times")
