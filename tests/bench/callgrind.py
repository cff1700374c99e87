"""Reads callgrind's output: what each function cost by itself, who called malloc(), and
what the program's own functions asked of libraries.

    profile = read(path) - read(another)
    profile.self[layer, function]
    profile.whole[function]             of the program's own, with all that it called
    profile.outward[caller, callee]     likewise, from the program into a library
    profile.outward_calls[caller, callee]

A layer is a folder of src/, by the source file of each line (so that what is inlined
counts where it is written), or the library that the code lies in. The kernel's part of a
system call is not seen.
"""
import re
from collections import Counter

PROGRAM = "tenantd"
ALLOCATORS = {"malloc", "calloc", "realloc", "memalign", "posix_memalign", "aligned_alloc"}
FOLDER = re.compile(r"(?:^|/)src/([a-z]+)/[^/]+$")
LIBRARY = re.compile(r"([^/]+?)(?:-\d[\d.]*)?\.so[^/]*$")


class Profile:
    NAMES = ("self", "allocations", "whole", "outward", "outward_calls")

    def __init__(self):
        self.self, self.allocations, self.whole, self.outward, self.outward_calls = (Counter() for _ in self.NAMES)

    def __sub__(self, base):
        left = Profile()
        for name in self.NAMES:
            getattr(left, name).update(getattr(self, name))
            getattr(left, name).subtract(getattr(base, name))
        return left

    def total(self):
        return sum(self.self.values())

    def layers(self):
        by = Counter()
        for (layer, _), cost in self.self.items():
            by[layer] += cost
        return by


def _is_program(obj):
    return obj.rsplit("/", 1)[-1] == PROGRAM


def _layer(obj, path, home):
    """home: the file that the function is in, when this line's has no folder of src/."""
    if _is_program(obj):
        found = FOLDER.search(path) or FOLDER.search(home)
        return found.group(1) if found else "tenantd, no source"
    found = LIBRARY.match(obj.rsplit("/", 1)[-1])
    return found.group(1) if found else "unknown"


def _plain(function):
    """Without the version of the symbol and the depth of a recursion."""
    return re.sub(r"(@.*|'\d+)$", "", function)


class _Reader:
    """One file. Names come once, as "(7) name", and then as "(7)"."""

    def __init__(self):
        self.names = {"ob": {}, "fl": {}, "fn": {}}
        self.obj = self.home = self.file = self.function = "???"
        self.called_obj = self.called = None
        self.inclusive = False  # the next line of costs is a call's
        self.asked = None       # by whom and what, where that goes out of the program
        self.seen = Profile()

    def name(self, kind, text):
        found = re.match(r"\((\d+)\)(?: (.*))?$", text)
        if not found:
            return text
        if found.group(2) is not None:
            self.names[kind][found.group(1)] = found.group(2)
        return self.names[kind][found.group(1)]

    def position(self, key, text):
        if key == "ob":
            self.obj = self.name("ob", text)
        elif key == "fl":
            self.home = self.file = self.name("fl", text)
        elif key in ("fi", "fe"):
            self.file = self.name("fl", text)
        elif key == "fn":
            self.function, self.called_obj = self.name("fn", text), None
        elif key == "cob":
            self.called_obj = self.name("ob", text)
        elif key in ("cfi", "cfl"):
            self.name("fl", text)
        elif key == "cfn":
            self.called = self.name("fn", text)

    def layer(self):
        return _layer(self.obj, self.file, self.home)

    def call(self, text):
        callee, caller, times = _plain(self.called), _plain(self.function), int(text.split()[0])
        target = self.called_obj or self.obj
        if callee in ALLOCATORS and "libc.so" in target and caller not in ALLOCATORS:
            self.seen.allocations[self.layer()] += times
        self.asked = None
        if _is_program(self.obj) and not _is_program(target):
            self.asked = f"{self.layer()}: {caller}", f"{_layer(target, '', '')}: {callee}"
            self.seen.outward_calls[self.asked] += times
        self.inclusive, self.called_obj = True, None

    def costs(self, line):
        fields = line.split()
        cost = int(fields[1]) if len(fields) > 1 else 0
        if not self.inclusive:
            self.seen.self[self.layer(), _plain(self.function)] += cost
        elif self.asked:
            self.seen.outward[self.asked] += cost
        if _is_program(self.obj):
            self.seen.whole[f"{_layer(self.obj, self.home, '')}: {_plain(self.function)}"] += cost
        self.inclusive = False

    def line(self, line):
        if line[0] in "0123456789+-*":
            self.costs(line)
            return
        key, mark, text = line.partition("=")
        if mark and key == "calls":
            self.call(text)
        elif mark:
            self.position(key, text)


def read(path):
    reader, total = _Reader(), None
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("totals:"):
                total = int(line.split()[1])
            elif line:
                reader.line(line)
    if total is None or reader.seen.total() != total:
        raise ValueError(f"{path}: the costs do not add up to {total}")
    return reader.seen
