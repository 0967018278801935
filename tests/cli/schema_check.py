#!/usr/bin/env python3
"""Checks a --json envelope against its schema: schema_check.py DOCS_JSON FILE.

Knows the part of JSON Schema that cli/core/schema.c and docs/formats use, and
fails on any other keyword, so that nothing in a schema goes unchecked.
"""
import json
import os
import re
import sys

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
KNOWN = {"$schema", "$id", "title", "type", "properties", "required", "items", "enum", "const",
         "pattern", "minLength", "minimum", "maximum", "dependentRequired", "if", "then",
         "additionalProperties"}


def holds(schema, value):
    try:
        check(schema, value, "")
    except AssertionError:
        return False
    return True


def is_a(name, value):
    want = TYPES[name]
    return isinstance(value, want) and (want is bool or not isinstance(value, bool))


def check_members(schema, value, where):
    for key, others in schema.get("dependentRequired", {}).items():
        for other in others:
            assert key not in value or other in value, f"{where}: {key} without {other}"
    if "additionalProperties" in schema:
        assert schema["additionalProperties"] is False, f"{where}: additionalProperties"
        more = set(value) - set(schema["properties"])
        assert not more, f"{where}: members that the schema has not: {more}"
    if "if" in schema and holds(schema["if"], value):
        check(schema["then"], value, where)


def check(schema, value, where):
    unknown = set(schema) - KNOWN
    assert not unknown, f"{where}: unknown keywords {unknown}"
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert any(is_a(name, value) for name in types), f"{where}: not of type {types}"
    if "const" in schema:
        assert value == schema["const"], f"{where}: {value!r} is not {schema['const']!r}"
    if "enum" in schema:
        assert value in schema["enum"], f"{where}: {value!r} is none of {schema['enum']}"
    if "pattern" in schema:
        assert re.search(schema["pattern"], value), f"{where}: {value!r}"
    assert len(value) >= schema["minLength"] if "minLength" in schema else True, f"{where}: empty"
    assert value >= schema["minimum"] if "minimum" in schema else True, f"{where}: {value}"
    assert value <= schema["maximum"] if "maximum" in schema else True, f"{where}: {value}"
    check_members(schema, value, where)
    for key in schema.get("required", []):
        assert key in value, f"{where}: no {key}"
    for key, sub in schema.get("properties", {}).items():
        if key in value:
            check(sub, value[key], f"{where}/{key}")
    if "items" in schema:
        for i, item in enumerate(value):
            check(schema["items"], item, f"{where}/{i}")


def no_nulls(value, where):
    assert value is not None, f"{where}: null"
    if isinstance(value, dict):
        for key, item in value.items():
            assert re.fullmatch(r"[a-z0-9_$]+", key) or "/properties" in where or \
                "/schema" in where or where.endswith("/trustworthiness_vector"), \
                f"{where}: key {key!r}"
            no_nulls(item, f"{where}/{key}")
    elif isinstance(value, list):
        for i, item in enumerate(value):
            no_nulls(item, f"{where}/{i}")


def main():
    docs, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    if document.get("_type") == "https://in-toto.io/Statement/v1":
        document["schema"] = "cococtl.measurement-statement.v1"
    else:
        no_nulls(document, "")
    if not document["schema"].startswith(
            ("cococtl.measurement-", "cococtl.reference-", "cococtl.attestation-")):
        assert document["ok"] == (document["exit_code"] == 0), "ok and exit_code disagree"
        assert document["ok"] == (not document["errors"]), "ok and errors disagree"
    name = document["schema"].removeprefix("cococtl.").removesuffix(".v1")
    if name == "error":  # no command was recognised
        return
    with open(os.path.join(docs, f"{name}.v1.schema.json"), encoding="utf-8") as file:
        check(json.load(file), document, "")


try:
    main()
except AssertionError as error:
    sys.exit(f"schema_check: {error}")
