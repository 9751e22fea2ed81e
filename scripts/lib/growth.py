# SPDX-License-Identifier: GPL-2.0
"""How our Makefiles and Kconfig files grow along the series.

They stand in the repository as they are at its end. On the way there a Makefile names an object from the patch on
that brings its source, and a Kconfig file has an option from the patch on that brings the first of what it builds.
So every patch builds, no option is offered before it does something, and nobody has to write such a file twice.
"""

import os
import re

_RULE = re.compile(r"((?:[\w.-]+)-(?:y|\$\(CONFIG_\w+\)))(\s*(?:\+=|:=|=)\s*)(\S.*)$")
_OPTION = re.compile(r"\$\(CONFIG_(\w+)\)")
_KEYWORD = re.compile(r"(config|menuconfig|choice|endchoice|if|endif|menu|endmenu|comment|source)\b")


def is_growing(path):
    return os.path.basename(path) == "Makefile" or os.path.basename(path).startswith("Kconfig")


def _is_there(directory, token, paths):
    """Is the source of an object, or anything of a directory, among the paths?"""
    if token.endswith("/"):
        return any(path.startswith(f"{directory}/{token}") for path in paths)
    return token.endswith(".o") and f"{directory}/{token[:-1]}c" in paths


def _our_rules(path, text, base):
    """(line number, match) of the lines that say what to build and are not the base's."""
    known = set(base.split("\n"))
    for number, line in enumerate(text.split("\n")):
        match = _RULE.match(line)
        if match and line not in known:
            yield number, match


def makefile(path, text, base, present, ours):
    """A Makefile as it is while only the paths in @present, out of @ours, are there; @base: what is the base's."""
    directory, lines = os.path.dirname(path), text.split("\n")
    dropped, gone = set(), set()
    for number, match in _our_rules(path, text, base):
        left = [token for token in match[3].split()
                if token not in gone and (_is_there(directory, token, present)
                                          or not _is_there(directory, token, ours))]
        if not left:
            dropped.add(number)
            gone.add(f"$({match[1].split('-$')[0]}-y)")     # a list that is empty now
        elif left != match[3].split():
            lines[number] = match[1] + match[2] + " ".join(left)
    return "\n".join(line for number, line in enumerate(lines) if number not in dropped)


def options(makefiles):
    """{option: [(directory, token)]}: what each option builds, from our Makefiles as {path: (text, base's text)}."""
    found = {}
    for path, (text, base) in makefiles.items():
        for _, match in _our_rules(path, text, base):
            for option in _OPTION.findall(match[1]):
                found.setdefault(option, []).extend((os.path.dirname(path), token) for token in match[3].split())
    return found


def kconfig(text, builds, present):
    """A Kconfig file of ours while only the paths in @present are there; @builds: what options() has found."""
    kept, skipping = [], False
    for line in text.split("\n"):
        if _KEYWORD.match(line):
            option = re.match(r"(?:menu)?config (\w+)", line)
            made = builds.get(option[1]) if option else None
            skipping = bool(made) and not any(_is_there(*each, present) for each in made)
        if not skipping:
            kept.append(line)
    return "\n".join(kept)
