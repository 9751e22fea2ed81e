# SPDX-License-Identifier: GPL-2.0
"""The series: that nothing is forgotten, nothing comes twice, and no message breaks a patch."""

import pathlib
import tempfile
import unittest

from lib import cover, hooks, series
from lib.common import Failure

DIFF = hooks.parse("mm/f.c", "Why: because.\n\n--- a/mm/f.c\n+++ b/mm/f.c\n"
                   "@@ -1,1 +1,2 @@ [one] f\n a\n+b\n@@ -9,1 +10,2 @@ [two]\n c\n+d\n")


def patch(number, name, *files, subject="mm: do it", body="Because.\n"):
    return series.Patch(number, name, subject, list(files), body)


def misassigned(*patches, files=("mm/a.c", "mm/b.c")):
    return series.misassigned(list(patches), list(files), {"mm/f.c": DIFF})


class Assign(unittest.TestCase):
    def test_each_once_is_right(self):
        self.assertEqual(misassigned(patch(1, "one", "mm/a.c"), patch(2, "two", "mm/[b-z].c")), [])

    def test_a_file_without_a_patch(self):
        self.assertEqual(misassigned(patch(1, "one", "mm/a.c"), patch(2, "two")), ["mm/b.c: belongs to no patch"])

    def test_a_file_of_two_patches(self):
        self.assertEqual(misassigned(patch(1, "one", "mm/a.c"), patch(2, "two", "mm/*.c")),
                         ["mm/a.c: belongs to 2 patches, one and two"])

    def test_a_hunk_without_a_patch(self):
        self.assertEqual(misassigned(patch(1, "one", "mm/*.c")),
                         ["mm/f.c.diff: hunk 2, outside functions: series/ has no patch [two]"])

    def test_a_pattern_that_names_nothing(self):
        self.assertEqual(misassigned(patch(1, "one", "mm/*.c"), patch(2, "two", "mm/gone.c")),
                         ["series/02-two: no file of ours is mm/gone.c"])

    def test_a_patch_without_content(self):
        self.assertEqual(misassigned(patch(1, "one", "mm/*.c"), patch(2, "two"), patch(3, "three")),
                         ["series/03-three: it has neither file nor hunk"])

    def test_two_patches_of_one_name(self):
        self.assertIn("series: two patches are named two",
                      misassigned(patch(1, "one", "mm/*.c"), patch(2, "two"), patch(3, "two")))


class Said(unittest.TestCase):
    def test_a_good_one(self):
        self.assertEqual(series.badly_said([patch(1, "one")]), [])

    def test_lines_that_end_a_message(self):
        for line in ("---", "--- a/mm/f.c", "diff --git a b", "Index: f", "From nobody"):
            self.assertEqual(len(series.badly_said([patch(1, "one", body=f"Because.\n{line}\n")])), 1, line)

    def test_a_person(self):
        self.assertIn("names a person", series.badly_said([patch(1, "one", body="So.\n\nSigned-off-by: A <a@b>\n")])[0])

    def test_a_long_line(self):
        self.assertIn("75 columns", series.badly_said([patch(1, "one", body="x" * 76 + "\n")])[0])

    def test_a_long_subject(self):
        self.assertIn("folded in mail", series.badly_said([patch(1, "one", subject="mm: " + "x" * 47)])[0])

    def test_no_reason(self):
        self.assertEqual(series.badly_said([patch(1, "one", body="\n")]), ["series/01-one: it gives no reason"])


class Read(unittest.TestCase):
    def read(self, **files):
        with tempfile.TemporaryDirectory() as directory:
            for name, text in files.items():
                (pathlib.Path(directory) / name.replace("_", "-", 1)[1:]).write_text(text)
            return series.read(pathlib.Path(directory))

    def test_header_and_message(self):
        one, = self.read(n01_one="Subject: mm: do it\nFiles: mm/a.c\n mm/b/*\n\nBecause: it\n\nis so.\n")
        self.assertEqual(one, series.Patch(1, "one", "mm: do it", ["mm/a.c", "mm/b/*"], "Because: it\n\nis so.\n"))

    def test_a_gap_in_the_numbers(self):
        with self.assertRaisesRegex(Failure, "without a gap: 01-one, 03-three"):
            self.read(n01_one="Subject: s\n\nb\n", n03_three="Subject: s\n\nb\n")


class Cover(unittest.TestCase):
    def test_figures_of_the_table(self):
        rows = cover.table("  THP    case                  goal   ours  upstream  upstream/ours  goal met\n"
                           "  never  pin, none exists      3000  E2941  >2003024            681  yes\n"
                           "  never  idle, release 16         -   1.25      3.87           3.10  -\n\nProse.\n")
        self.assertEqual(rows["never", "pin, none exists"]["upstream"], ">2003024")
        self.assertEqual(rows["never", "idle, release 16"]["ours"], "1.25")

    def test_the_documents_have_every_row(self):
        self.assertIn("idle, allocate 1", cover.numbers(cover.DOCUMENT))
