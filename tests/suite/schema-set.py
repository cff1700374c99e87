"""The documents that schemas of the official suite refer to, as lines "URI PATH": its own remote
ones, and the metaschema with its vocabularies, which python3-jsonschema has.

    schema-set.py SUITE DIRECTORY    what has no file of its own yet is written to DIRECTORY
"""
import importlib.util
import json
import pathlib
import sys

DRAFT = "https://json-schema.org/draft/2020-12/"


def documents():
    """What the draft publishes, by one of the two layouts that package has had."""
    spec = importlib.util.find_spec("jsonschema_specifications")
    if spec is not None:
        place = pathlib.Path(spec.origin).parent / "schemas" / "draft202012"
        for path in sorted(place.rglob("*")):
            if path.is_file():
                yield json.loads(path.read_text("utf-8"))
        return
    place = pathlib.Path(importlib.util.find_spec("jsonschema").origin).parent / "schemas"
    yield json.loads((place / "draft2020-12.json").read_text("utf-8"))
    yield from json.loads((place / "vocabularies.json").read_text("utf-8")).values()


def main():
    suite, directory = map(pathlib.Path, sys.argv[1:])
    for document in documents():
        if document["$id"].startswith(DRAFT):
            path = directory / (document["$id"][len(DRAFT):].replace("/", "-") + ".json")
            path.write_text(json.dumps(document), "utf-8")
            print(document["$id"], path)
    remotes = suite / "remotes"
    for path in sorted(remotes.rglob("*.json")):
        name = path.relative_to(remotes).as_posix()
        if not name.startswith(("draft3", "draft4", "draft6", "draft7", "v1")):
            print(f"http://localhost:1234/{name}", path.absolute())


if __name__ == "__main__":
    main()
