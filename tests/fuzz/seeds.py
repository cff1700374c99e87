"""Seeds of a fuzz driver: one file with an input a line (replay.c says how), or one file each.

    seeds.py unpack NAME.seeds DIR    each input into a file of its own
    seeds.py add NAME.seeds DIR       appends every file of DIR that is not there yet
"""
import hashlib
import pathlib
import re
import sys

NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}
BYTES = {"n": 10, "r": 13, "t": 9, "\\": 92}


def escaped(data):
    return "".join(NAMED.get(c) or (c if " " <= c <= "~" else f"\\x{ord(c):02x}")
                   for c in data.decode("latin-1"))


def unescaped(text):
    return re.sub(r"\\(x[0-9a-fA-F]{2}|.)",
                  lambda m: chr(BYTES.get(m[1]) or int(m[1][1:], 16)), text).encode("latin-1")


def read(path):
    lines = path.read_text("ascii").splitlines() if path.exists() else []
    return dict(line.split(": ", 1) for line in lines if line and line[0] != "#")


def unpack(path, directory):
    directory.mkdir(parents=True, exist_ok=True)
    for text in read(path).values():
        data = unescaped(text)
        (directory / hashlib.sha1(data).hexdigest()).write_bytes(data)


def add(path, directory):
    known = {unescaped(text) for text in read(path).values()}
    found = sorted((file.read_bytes() for file in directory.iterdir()), key=lambda d: (len(d), d))
    with path.open("a", encoding="ascii") as out:
        for data in found:
            if data not in known:
                out.write(f"{hashlib.sha1(data).hexdigest()[:12]}: {escaped(data)}\n")


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("unpack", "add"):
        sys.exit(__doc__)
    globals()[sys.argv[1]](pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
