"""Events against the JSON Schemas that the program prints, by another validator than its own."""
import functools
import json

import jsonschema
import stack


@functools.lru_cache
def kinds():
    """The version and the validator of every kind."""
    validator, formats = jsonschema.Draft202012Validator, jsonschema.FormatChecker()
    rows = json.loads(stack.command({}, "events", "--json"))
    for row in rows:
        validator.check_schema(row["schema"])
    return {row["kind"]: (row["version"], validator(row["schema"], format_checker=formats)) for row in rows}


def check(rows):
    """rows: kind, version and payload of events. Those of an older version have no schema any more."""
    for kind, version, payload in rows:
        assert kind in kinds(), f"there is no kind {kind}"
        current, validator = kinds()[kind]
        assert version <= current, (kind, version)
        faults = [f"{e.json_path}: {e.message}" for e in validator.iter_errors(payload)] if version == current else []
        assert not faults, f"{kind}: {faults}\n{payload}"


def check_all(db):
    """Every event of a stack.Database."""
    check(db.sql("SELECT kind, version, payload FROM tenantd.events"))
