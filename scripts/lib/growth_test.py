# SPDX-License-Identifier: GPL-2.0
"""Growing files: what of a Makefile and of a Kconfig file is there, while only some of the sources are."""

import unittest

from lib import growth

BASE = "obj-y += theirs.o\nobj-$(CONFIG_OLD) += gone.o\n"
MAKEFILE = BASE + """
# Always there.
obj-y			+= a.o b.o
obj-$(CONFIG_ONE)	+= one.o sub/
list-$(CONFIG_OF)	:= of.o
obj-$(CONFIG_TWO)	+= $(list-y)
"""
OURS = {"mm/x/a.c", "mm/x/b.c", "mm/x/one.c", "mm/x/sub/test.c", "mm/x/of.c"}
KCONFIG = """if X

config ONE
	bool "one"
	help
	  About one.

config ALWAYS
	int "builds nothing"

config TWO
	bool "two"

endif # X
"""


def made(*present):
    return growth.makefile("mm/x/Makefile", MAKEFILE, BASE, {f"mm/x/{path}" for path in present}, OURS)


class Makefile(unittest.TestCase):
    def test_all_there_is_as_it_stands(self):
        self.assertEqual(made("a.c", "b.c", "one.c", "sub/test.c", "of.c"), MAKEFILE)

    def test_an_object_comes_with_its_source(self):
        self.assertIn("\nobj-y			+= b.o\n", made("b.c"))

    def test_a_line_without_objects_is_not_there(self):
        self.assertNotIn("CONFIG_ONE", made("a.c"))

    def test_a_directory_comes_with_its_first_file(self):
        self.assertIn("+= sub/\n", made("sub/test.c"))

    def test_an_empty_list_is_not_named(self):
        self.assertNotIn("list", made("a.c"))
        self.assertIn("$(list-y)", made("of.c"))

    def test_lines_of_the_base_stay(self):
        self.assertTrue(made().startswith(BASE))

    def test_what_is_not_ours_stays(self):
        text = "obj-y += elsewhere.o\n"
        self.assertEqual(growth.makefile("mm/x/Makefile", text, "", set(), OURS), text)


class Kconfig(unittest.TestCase):
    def grown(self, *present):
        builds = growth.options({"mm/x/Makefile": (MAKEFILE.replace("$(list-y)", "of.o"), BASE)})
        return growth.kconfig(KCONFIG, builds, {f"mm/x/{path}" for path in present})

    def test_all_there_is_as_it_stands(self):
        self.assertEqual(self.grown("one.c", "of.c"), KCONFIG)

    def test_an_option_comes_with_the_first_that_it_builds(self):
        self.assertIn("config ONE", self.grown("sub/test.c"))

    def test_an_option_goes_whole(self):
        self.assertNotIn("About one", self.grown("of.c"))
        self.assertIn("if X\n\nconfig ALWAYS", self.grown("of.c"))

    def test_an_option_that_builds_nothing_is_always_there(self):
        self.assertIn("config ALWAYS", self.grown())

    def test_options_of_the_base_are_not_ours(self):
        self.assertNotIn("OLD", growth.options({"mm/x/Makefile": (MAKEFILE, BASE)}))
