# SPDX-License-Identifier: GPL-2.0
"""The steps that a strip recipe is made of.

Every step names what it removes by symbol, never by line, and fails when it finds nothing to remove,
or more than the one thing it is about. A removal takes the comment directly above with it, and never
leaves two blank lines where there was one.
"""

import difflib
import re
import subprocess

from lib import csource
from lib.common import Failure


class StepFailed(Exception):
    """Why a step could not be done; the recipe's reader adds which one, and where."""


class Text:
    """One file while steps are applied to it."""

    def __init__(self, path, text):
        self.path, self.text = path, text

    @property
    def lines(self):
        return self.text.split("\n")

    @property
    def code(self):
        return csource.code_only(self.text)

    def remove_lines(self, start, end):
        lines = self.lines
        before = lines[start - 1].strip() if start else ""
        if not before and end < len(lines) and not lines[end].strip():
            end += 1
        self.text = "\n".join(lines[:start] + lines[end:])

    def remove_with_comment(self, start, end):
        """Remove lines, and the comment that stands directly above them."""
        lines, code = self.lines, self.code.split("\n")
        while start and lines[start - 1].strip() and not code[start - 1].strip():
            start -= 1
        self.remove_lines(start, end)

    def scope(self, name, kinds):
        found = [s for s in csource.scopes(self.path, self.lines) if s.name == name and s.kind in kinds]
        return one(found, f"definition of {name}")

    def in_function(self, name, matches):
        """Of the matches of a pattern, those inside a function. It may have a second body, a stub."""
        scopes = [s for s in csource.scopes(self.path, self.lines) if s.name == name and s.kind == "function"]
        if not scopes:
            raise StepFailed(f"found no function {name}")
        return [m for m in matches if any(s.start <= self.line_of(m.start()) < s.end for s in scopes)]

    def line_of(self, offset):
        return self.text.count("\n", 0, offset)


def one(found, what):
    if not found:
        raise StepFailed(f"found no {what}")
    if len(found) > 1:
        raise StepFailed(f"found {len(found)} times, not once: {what}")
    return found[0]


def normal(code):
    return re.sub(r"\s+", "", code)


def unifdef(text, symbol):
    """Resolve #ifdef of a symbol as if it were not defined; an #else branch stays."""
    done = subprocess.run(["unifdef", "-B", f"-U{symbol}"], input=text.text, text=True, capture_output=True)
    if done.returncode == 0:
        raise StepFailed(f"found no #ifdef of {symbol}")
    if done.returncode != 1:
        raise StepFailed(f"unifdef: {done.stderr.strip()}")
    text.text = done.stdout


def conditional(text, symbol):
    """Remove every #ifdef of a symbol whole, its #else branch too."""
    starts = [i for i, line in enumerate(text.lines) if re.match(rf"#\s*ifdef\s+{symbol}\b", line)]
    if not starts:
        raise StepFailed(f"found no #ifdef {symbol}")
    for start in reversed(starts):
        depth, end = 1, start
        while depth:
            end += 1
            if end == len(text.lines):
                raise StepFailed(f"found no #endif of #ifdef {symbol}")
            depth += bool(re.match(r"#\s*if", text.lines[end]))
            depth -= bool(re.match(r"#\s*endif", text.lines[end]))
        text.remove_lines(start, end + 1)


def function(text, name):
    """Remove a function's definition."""
    scope = text.scope(name, ("function",))
    text.remove_with_comment(scope.start, scope.end)


def prototype(text, name):
    """Remove a function's declaration."""
    found = []
    for match in re.finditer(rf"(?:^|(?<=[;}}\n]))[A-Za-z_][\w\s*]*?\b{name}\s*\(", text.code, re.M):
        end = csource.closing(text.code, match.end() - 1)
        if text.code[end + 1:].lstrip().startswith(";"):
            found.append((text.line_of(match.start()), text.line_of(end) + 1))
    text.remove_with_comment(*one(found, f"declaration of {name}"))


def macro(text, name):
    """Remove a macro's definition."""
    scope = text.scope(name, ("macro",))
    text.remove_with_comment(scope.start, scope.end)


def export(text, name):
    """Remove the EXPORT_SYMBOL of a function."""
    found = [i for i, line in enumerate(text.lines) if re.match(rf"EXPORT_SYMBOL(_GPL)?\({name}\);", line)]
    at = one(found, f"EXPORT_SYMBOL of {name}")
    text.remove_lines(at, at + 1)


def enumerator(text, name):
    """Remove a name from its enum."""
    found = [i for i, line in enumerate(text.code.split("\n")) if re.match(rf"\s+{name}\s*(=[^,]*)?,\s*$", line)]
    at = one(found, f"enumerator {name}")
    text.remove_lines(at, at + 1)


def case(text, name, where):
    """Remove a case of the one switch in a function that has it."""
    found = text.in_function(where, re.finditer(rf"^([ \t]*)case {name}:", text.code, re.M))
    match = one(found, f"case {name}")
    code, indent = text.code.split("\n"), match.group(1)
    start = end = text.line_of(match.start())
    while end == start or not re.match(rf"{indent}(case\b|default:|\}})", code[end]):
        end += 1
    text.remove_lines(start, end)


def if_statement(text, condition, where):
    """Remove the if with this condition and what it guards; a statement after its else stays."""
    code, found = text.code, []
    for match in text.in_function(where, re.finditer(r"\bif\s*\(", code)):
        end = csource.closing(code, match.end() - 1)
        if normal(text.text[match.end():end]) == normal(condition):
            found.append((match.start(), end + 1))
    start, end = one(found, f"if ({condition})")
    end += len(code[end:]) - len(code[end:].lstrip())
    if code[end] == "{":
        end = csource.closing(code, end) + 1
    elif re.match(r"(if|for|while|do|switch)\b", code[end:]):
        raise StepFailed(f"if ({condition}) guards a compound statement without braces")
    else:
        end = code.index(";", end) + 1
    other = re.match(r"\s*else\s+(?!\{)", code[end:])
    if other:
        text.text = text.text[:start] + text.text[end + other.end():]
    elif re.match(r"\s*else\b", code[end:]):
        raise StepFailed(f"if ({condition}) has an else with braces")
    else:
        text.remove_lines(text.line_of(start), text.line_of(end) + 1)


def operand(text, expression, where):
    """Remove the left operand of an || in a function."""
    found = text.in_function(where, re.finditer(re.escape(expression) + r"\s*\|\|\s*", text.code))
    match = one(found, f"operand {expression} ||")
    text.text = text.text[:match.start()] + text.text[match.end():]


def unwrap(text, name, number):
    """Replace every call of a function by its argument of that number; x = x goes altogether."""
    calls = list(re.finditer(rf"\b{name}\s*\(", text.code))
    if not calls:
        raise StepFailed(f"found no call of {name}")
    for match in reversed(calls):
        end = csource.closing(text.code, match.end() - 1)
        argument = text.text[match.end():end].split(",")[int(number) - 1].strip()
        text.text = text.text[:match.start()] + argument + text.text[end + 1:]
        at = text.line_of(match.start())
        if re.match(r"\s*(\S+) = \1;$", text.lines[at]):
            text.remove_lines(at, at + 1)


def config(text, symbol):
    """Remove a Kconfig symbol."""
    scope = text.scope(symbol, ("config",))
    text.remove_lines(scope.start, scope.end)


def config_if(text, symbol):
    """Remove a Kconfig `if` with everything up to its `endif`."""
    lines = text.lines
    starts = [i for i, line in enumerate(lines) if re.match(rf"if\s+{symbol}\s*$", line)]
    start = end = one(starts, f"if {symbol}")
    depth = 1
    while depth:
        end += 1
        depth += bool(re.match(r"if\b", lines[end])) - bool(re.match(r"endif\b", lines[end]))
    text.remove_lines(start, end + 1)


def gone(text, *names):
    """Check that nothing in the code, comments apart, names these any more."""
    for name in names:
        match = re.search(rf"\b{name}\b", text.code)
        if match:
            raise StepFailed(f"{name} is still named in line {text.line_of(match.start()) + 1}")


STEPS = {
    "unifdef": unifdef, "conditional": conditional, "function": function, "prototype": prototype,
    "macro": macro, "export": export, "enumerator": enumerator, "case": case, "if": if_statement,
    "operand": operand, "unwrap": unwrap, "config": config, "config-if": config_if, "gone": gone,
}


def read(recipe):
    """The recipe as (path, [(line number, verb, arguments)]), in order; a deleted file has no steps."""
    files = []
    for number, line in enumerate(recipe.read_text().splitlines(), 1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        if not line[0].isspace():
            files.append((words[0], []))
            continue
        if " in " in line:          # `if A || B in function`: the condition may hold blanks
            words = [words[0], " ".join(words[1:words.index("in")]), words[-1]]
        if not files or words[0] not in [*STEPS, "delete"]:
            raise Failure(f"{recipe.name}: line {number}: no such step: {line.strip()}")
        files[-1][1].append((number, words[0], words[1:]))
    return files


def apply(recipe, tree):
    """Yield (path, stripped text), or (path, None) for a file to delete."""
    for path, steps in read(recipe):
        yield path, strip(recipe, tree, path, steps)


def strip(recipe, tree, path, steps):
    """One file's text after its steps, None if it is to be deleted."""
    if not (tree / path).is_file():
        raise Failure(f"{recipe.name}: {path} is not in {tree}")
    if [verb for _, verb, _ in steps] == ["delete"]:
        return None
    text = Text(path, (tree / path).read_text())
    for number, verb, arguments in steps:
        try:
            STEPS[verb](text, *arguments)
        except (StepFailed, TypeError) as why:
            raise Failure(f"{recipe.name}: line {number}: {path}: {verb} {' '.join(arguments)}: {why}") from None
    return text.text


def removed(text, stripped):
    """The lines that the strip takes from a file; all of them if it deletes it (@stripped is None)."""
    before = text.splitlines()
    if stripped is None:
        return before
    found = []
    matcher = difflib.SequenceMatcher(None, before, stripped.splitlines())
    for verb, start, end, _, _ in matcher.get_opcodes():
        # Of two equal lines, before a gap and at its end, either may be found gone. Here it is the one at its end.
        while verb == "delete" and end < len(before) and before[start] == before[end]:
            start, end = start + 1, end + 1
        found += before[start:end] if verb in ("delete", "replace") else []
    return found
