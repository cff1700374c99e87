"""Seeds of a fuzz driver: one file with an input a line (replay.c says how), or one file each.

    seeds.py unpack NAME.seeds DIR    each input into a file of its own
    seeds.py add NAME.seeds DIR       appends every file of DIR that is not there yet
"""
import hashlib
import itertools
import pathlib
import re
import sys

NAMED = {10: "\\n", 13: "\\r", 9: "\\t", 92: "\\\\"}
PIECE = re.compile(r"(?:\\(\d+)\*)?(\\x[0-9a-f]{2}|\\.|.)")


def shown(byte):
    return NAMED.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}")


def escaped(data):
    runs = ((one, len(list(same))) for one, same in itertools.groupby(map(shown, data)))
    return "".join(f"\\{n}*{one}" if n >= 10 else one * n for one, n in runs)


def unescaped(text):
    byte = {shown(byte): byte for byte in range(256)}
    return bytes(itertools.chain.from_iterable(
        [byte[piece[2]]] * int(piece[1] or 1) for piece in PIECE.finditer(text)))


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
