# SPDX-License-Identifier: GPL-2.0
"""What encloses a line: functions, types and macros of C, and symbols of Kconfig.

This is no parser. It leans on what kernel style guarantees: a definition starts in column 0 and ends
at the next line that has its closing brace in column 0. Conditional compilation cannot unbalance
that. Lines are counted from 0, and ranges are half-open: [start, end).
"""

import collections
import re

Scope = collections.namedtuple("Scope", "name kind start end")

_HIDDEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
_NOT_A_NAME = re.compile(r"__(attribute__|printf|scanf|aligned|section|alloc_size|must_hold|acquires"
                         r"|releases|cond_lock|nocapture)$")
_KCONFIG_WORD = re.compile(r"(config|menuconfig|choice|endchoice|comment|if|endif|menu|endmenu"
                           r"|source|mainmenu)\b|#")


def code_only(text):
    """The text with comments and literals blanked out: same length, same lines."""
    return _HIDDEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def closing(text, start):
    """The offset of the bracket that closes the one at start, in text made by code_only()."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    opening, depth = text[start], 0
    for at in range(start, len(text)):
        if text[at] == opening:
            depth += 1
        elif text[at] == pairs[opening]:
            depth -= 1
            if not depth:
                return at
    return -1


def scopes(path, lines):
    """The named top-level things of a file, in order. A file of a kind not known here has none."""
    name = path.rsplit("/", 1)[-1]
    if name.endswith((".c", ".h")):
        return list(_c_scopes(lines))
    if name.startswith("Kconfig"):
        return list(_kconfig_scopes(lines))
    return []


def enclosing(all_scopes, start, end):
    """The name of the scope that lines [start, end) lie in; for an insertion start equals end."""
    for scope in all_scopes:
        if start == end and scope.start < start < scope.end:
            return scope.name
        if start < end and scope.start <= start and end <= scope.end:
            return scope.name
    return ""


def _c_scopes(lines):
    code = code_only("\n".join(lines)).split("\n")
    at, begin = 0, None             # begin: where the declaration that we are in started
    while at < len(code):
        line, end = code[at], at + 1
        if line.startswith("#"):
            while code[end - 1].endswith("\\") and end < len(code):
                end += 1
            macro = re.match(r"#\s*define\s+(\w+)", line)
            if macro:
                yield Scope(macro.group(1), "macro", at, end)
            begin = None
        elif not line.strip():
            begin = None
        else:
            begin = at if begin is None else begin
            event = re.match(r"(?:TRACE|DECLARE|DEFINE)_EVENT\w*\((\w+),\s*$", line)
            if event:
                while end < len(code) and not code[end - 1].startswith(");"):
                    end += 1
                yield Scope(event.group(1), "macro", at, end)
                begin = None
            elif "{" in line:
                if line.count("{") != line.count("}"):
                    while end < len(code) and not code[end - 1].startswith("}"):
                        end += 1
                kind, name = _kind_and_name(" ".join(code[begin:at + 1]))
                if name:
                    yield Scope(name, kind, begin, end)
                begin = None
            elif line.rstrip().endswith(";"):
                begin = None
        at = end


def _kind_and_name(declaration):
    head = declaration.split("{", 1)[0]
    if "=" in head:
        names = re.findall(r"\w+", re.sub(r"\[[^]]*\]", " ", head.split("=", 1)[0]))
        return "data", names[-1] if names else ""
    type_name = re.match(r"\s*(?:typedef\s+)?(struct|union|enum)\b\s*(\w*)[^(]*$", head)
    if type_name:
        return type_name.group(1), type_name.group(2)
    wrapped = re.match(r"\s*(?:static\s+)?[A-Z][A-Z0-9_]+\(\s*(\w+)", head)
    if wrapped:
        return "function", wrapped.group(1)
    for name in re.findall(r"(\w+)\s*\(", head):
        if not _NOT_A_NAME.match(name):
            return "function", name
    return "", ""


def _kconfig_scopes(lines):
    name, begin = None, 0
    for at, line in enumerate(lines + ["endmenu"]):
        if not _KCONFIG_WORD.match(line):
            continue
        if name:
            yield Scope(name, "config", begin, at)
        symbol = re.match(r"(?:menu)?config\s+(\w+)", line)
        name, begin = (symbol.group(1) if symbol else None), at
