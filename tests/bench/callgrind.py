"""Reads callgrind's output: what each function cost by itself, and who called malloc().

    profile = read(path)
    (profile - base).self[(layer, function)]

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
    def __init__(self, self_cost, allocations):
        self.self, self.allocations = self_cost, allocations

    def __sub__(self, base):
        return Profile(_less(self.self, base.self), _less(self.allocations, base.allocations))

    def total(self):
        return sum(self.self.values())

    def layers(self):
        by = Counter()
        for (layer, _), cost in self.self.items():
            by[layer] += cost
        return by


def _less(a, b):
    left = Counter(a)
    left.subtract(b)
    return left


def _layer(obj, path, home):
    """home: the file that the function is in, when this line's has no folder of src/."""
    name = obj.rsplit("/", 1)[-1]
    if name == PROGRAM:
        found = FOLDER.search(path) or FOLDER.search(home)
        return found.group(1) if found else "tenantd, no source"
    found = LIBRARY.match(name)
    return found.group(1) if found else "vdso and loader"


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
        self.self, self.allocations = Counter(), Counter()

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

    def call(self, text):
        callee, caller = _plain(self.called), _plain(self.function)
        target = self.called_obj or self.obj
        if callee in ALLOCATORS and "libc.so" in target and caller not in ALLOCATORS:
            self.allocations[_layer(self.obj, self.file, self.home)] += int(text.split()[0])
        self.inclusive, self.called_obj = True, None

    def costs(self, line):
        if self.inclusive:
            self.inclusive = False
            return
        fields = line.split()
        if len(fields) > 1:
            self.self[_layer(self.obj, self.file, self.home), _plain(self.function)] += int(fields[1])

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
    if total is None or sum(reader.self.values()) != total:
        raise ValueError(f"{path}: the costs do not add up to {total}")
    return Profile(reader.self, reader.allocations)
