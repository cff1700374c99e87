"""Inputs from the official JSON Schema test suite, in the form of NAME.seeds (replay.c says how).

    suite.py schema SUITE          a schema and up to four of its values
    suite.py schema_check SUITE    each value once
    suite.py schema_set SUITE      a schema and the remote documents it names, or one of those
"""
import json
import pathlib
import re
import sys

from seeds import escaped

SEPARATOR = "\x1e"


def text_of(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def groups(suite):
    for path in sorted((suite / "tests" / "draft2020-12").rglob("*.json")):
        yield from json.loads(path.read_text("utf-8"))


def with_values(suite):
    for group in groups(suite):
        values = [text_of(test["data"]) for test in group["tests"]]
        for i in range(0, len(values), 4):
            yield SEPARATOR.join([text_of(group["schema"]), *values[i:i + 4]])


def values_alone(suite):
    for group in groups(suite):
        yield from (text_of(test["data"]) for test in group["tests"])


def with_remotes(suite):
    remotes = suite / "remotes" / "draft2020-12"
    known = {path.name: json.loads(path.read_text("utf-8")) for path in sorted(remotes.rglob("*.json"))}
    for group in groups(suite):
        text = text_of(group["schema"])
        named = [text_of(document) for name, document in known.items()
                 if re.search(rf"\b{re.escape(name)}", text)]
        yield SEPARATOR.join([text, *named[:5]])
    yield from map(text_of, known.values())


def main():
    ways = {"schema": with_values, "schema_check": values_alone, "schema_set": with_remotes}
    inputs = dict.fromkeys(ways[sys.argv[1]](pathlib.Path(sys.argv[2])))
    for i, text in enumerate(inputs):
        try:
            data = text.encode("utf-8")
        except UnicodeEncodeError:  # half a surrogate pair
            continue
        if len(data) <= 16384:
            print(f"{i}: {escaped(data)}")


if __name__ == "__main__":
    main()
