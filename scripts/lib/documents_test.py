# SPDX-License-Identifier: GPL-2.0
"""Commands in documents: found with what is said to come of them, and compared with what does."""

import re
import unittest

from lib.documents import Block, Command, compare, guest_script, pattern, unknown_host_commands, without_numbers


def block(*commands):
    return Block("a.rst", 7, [Command(7 + number, prompt, text, output)
                              for number, (prompt, text, output) in enumerate(commands)])


def says(document, guest):
    told = "".join(f"{without_numbers(line)}\n" for line in guest)
    return bool(re.fullmatch(pattern(document), told))


class Compare(unittest.TestCase):
    def test_numbers_may_differ_words_may_not(self):
        self.assertTrue(says(["used: 128 kB", "pfn=0x7c000"], ["used:    4 kB", "pfn=0x1"]))
        self.assertFalse(says(["used: 128 kB"], ["free: 128 kB"]))
        self.assertFalse(says(["128"], []))
        self.assertFalse(says(["0"], ["3"]))
        self.assertTrue(says(["[   12.345678] cma: used 3"], ["[    0.023289] cma: used 4"]))
        self.assertFalse(says(["[   12.345678] cma: used 3"], ["[    0.023289] cma: used 0"]))

    def test_nothing_said_means_nothing_comes(self):
        self.assertTrue(says([], []))
        self.assertFalse(says([], ["sh: write error: Cannot allocate memory"]))

    def test_dots_stand_for_anything(self):
        self.assertTrue(says(["...", "reserved"], ["camera", "other", "reserved"]))
        self.assertTrue(says(["...: assigned"], ["[ 1.0] camera: assigned"]))
        self.assertFalse(says(["...", "reserved"], ["reserved", "more"]))

    def test_a_command_that_was_not_run_is_told(self):
        blocks = [block(("#", "cat used", ["1"]), ("#", "cat count", ["2"]))]
        results = dict(compare(blocks, "@ a.rst:7\n5\n"))
        self.assertIsNone(results["a.rst:7: cat used"])
        self.assertEqual(results["a.rst:8: cat count"], "it was not run")

    def test_guest_script_leaves_the_build_machine_out(self):
        text = guest_script([block(("$", "git am x", []), ("#", "echo 'a'", []))])
        self.assertNotIn("git am", text)
        self.assertIn("@ a.rst:8", text)

    def test_a_host_command_has_a_test(self):
        self.assertTrue(unknown_host_commands([block(("$", "make coffee", []))]))
        self.assertFalse(unknown_host_commands([block(("$", "make patchset BASE=/x", []))]))
