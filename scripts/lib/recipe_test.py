# SPDX-License-Identifier: GPL-2.0
"""Strip steps: each removes what it names with its comment, and fails where there is nothing."""

import unittest

from lib import recipe

SOURCE = """enum mode {
	NORMAL,
	OURS,		/* a comment */
	LAST,
};

/* Says what it does. */
static int helper(int a,
		  int b)
{
	return b;
}

int declared(int a,
	     int b);

#define macro(x) \\
	helper(x, x)

static int user(int a)
{
	int b = helper(a, 1);

	b = helper(a, b);

	if (is_ours(a)) {
		/* if (is_ours(a)) in a comment is no code */
		return 1;
	}

	if (is_ours(b))
		return 2;
	else if (other(b))
		return 3;

	switch (a) {
	case OURS:
		if (b)
			break;
		fallthrough;
	case LAST:
		break;
	}
	return (is_ours(a) || b);
}
EXPORT_SYMBOL(user);

#ifdef CONFIG_X
int x;
#else
int y;
#endif
"""

KCONFIG = """config A
	bool

config B
	def_bool y

if B
config C
	bool
endif

config D
	bool
"""


class Steps(unittest.TestCase):
    def after(self, step, *args, source=SOURCE, path="mm/f.c"):
        text = recipe.Text(path, source)
        step(text, *args)
        self.assertNotIn("\n\n\n", text.text)
        return text.text

    def removes(self, expected, step, *args, **kwargs):
        source = kwargs.get("source", SOURCE)
        self.assertIn(expected, source)
        self.assertEqual(self.after(step, *args, **kwargs), source.replace(expected, "", 1))

    def fails(self, reason, step, *args):
        with self.assertRaisesRegex(recipe.StepFailed, reason):
            step(recipe.Text("mm/f.c", SOURCE), *args)

    def test_function_goes_with_its_comment(self):
        self.removes(SOURCE[SOURCE.index("/* Says"):SOURCE.index("int declared")], recipe.function, "helper")

    def test_prototype(self):
        self.removes("int declared(int a,\n\t     int b);\n\n", recipe.prototype, "declared")

    def test_macro(self):
        self.removes("#define macro(x) \\\n\thelper(x, x)\n\n", recipe.macro, "macro")

    def test_enumerator(self):
        self.removes("\tOURS,\t\t/* a comment */\n", recipe.enumerator, "OURS")

    def test_export(self):
        self.removes("EXPORT_SYMBOL(user);\n", recipe.export, "user")

    def test_case_ends_at_the_next_of_its_switch(self):
        self.removes("\tcase OURS:\n\t\tif (b)\n\t\t\tbreak;\n\t\tfallthrough;\n", recipe.case, "OURS", "user")

    def test_if_block(self):
        self.removes(SOURCE[SOURCE.index("\tif (is_ours(a)"):SOURCE.index("\tif (is_ours(b)")],
                     recipe.if_statement, "is_ours( a )", "user")

    def test_if_keeps_its_else(self):
        self.removes("if (is_ours(b))\n\t\treturn 2;\n\telse ", recipe.if_statement, "is_ours(b)", "user")

    def test_operand(self):
        self.removes("is_ours(a) || ", recipe.operand, "is_ours(a)", "user")

    def test_unwrap_keeps_the_argument_and_drops_a_self_assignment(self):
        text = self.after(recipe.unwrap, "helper", "2", source=SOURCE[SOURCE.index("static int user"):])
        self.assertIn("\tint b = 1;\n\n\tif (is_ours(a))", text)

    def test_unifdef_keeps_the_else(self):
        self.assertTrue(self.after(recipe.unifdef, "CONFIG_X").endswith("EXPORT_SYMBOL(user);\n\nint y;\n"))

    def test_conditional_takes_the_else_too(self):
        self.assertTrue(self.after(recipe.conditional, "CONFIG_X").rstrip().endswith("EXPORT_SYMBOL(user);"))

    def test_config(self):
        self.removes("config B\n\tdef_bool y\n\n", recipe.config, "B", source=KCONFIG, path="mm/Kconfig")

    def test_config_if(self):
        self.removes("if B\nconfig C\n\tbool\nendif\n\n", recipe.config_if, "B", source=KCONFIG, path="mm/Kconfig")

    def test_nothing_to_remove_fails(self):
        self.fails("found no definition", recipe.function, "nothing")
        self.fails("found no case", recipe.case, "NOTHING", "user")
        self.fails("found no function", recipe.case, "OURS", "nothing")
        self.fails("found no #ifdef", recipe.unifdef, "CONFIG_Y")
        self.fails("found no if", recipe.if_statement, "nothing()", "user")
        self.fails("found no call", recipe.unwrap, "nothing", "1")

    def test_what_is_left_fails(self):
        self.fails("still named in line", recipe.gone, "is_ours")

    def test_removed_is_all_of_a_deleted_file(self):
        self.assertEqual(recipe.removed(SOURCE, None), SOURCE.splitlines())

    def test_removed_is_what_the_steps_take(self):
        def removed(source):
            return recipe.removed(source, self.after(recipe.unifdef, "CONFIG_X", source=source))

        self.assertEqual(removed(SOURCE), ["#ifdef CONFIG_X", "int x;", "#else", "#endif"])
        self.assertEqual(removed(SOURCE.replace("int x;", "int x;\nint theirs;")),
                         ["#ifdef CONFIG_X", "int x;", "int theirs;", "#else", "#endif"])
        self.assertEqual(removed(SOURCE.replace("int y;", "int theirs;")), removed(SOURCE))
