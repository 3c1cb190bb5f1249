#!/usr/bin/env python3
"""Holds settings, readings and events against the JSON Schemas of this project.

  validate.py                    every schema, and every YAML file of deploy/ and of the good examples
  validate.py KIND FILE...       files against one schema: config catalogue scenario test reading
                                 event
                                 (.yaml, .json, or .ndjson with one document a line)

Needs the Debian packages python3-jsonschema and python3-yaml. Exit code 65 if anything is wrong.
"""

import json
import pathlib
import re
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "Schemas"
MODELINE = re.compile(r"^# yaml-language-server: \$schema=(\S+)", re.MULTILINE)


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2 core schema, as editors read it: no dates, and no truth values but true and false."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
]:
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
# Leading zeros are decimal in the core schema.
CoreLoader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node), 10))


def validators():
    found = {}
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        checker = jsonschema.FormatChecker()
        found[path.name.removesuffix(".schema.json")] = jsonschema.Draft202012Validator(schema, format_checker=checker)
    return found


def documents(path):
    """The documents of a file, each with its place for messages."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ndjson":
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{path}:{number}", json.loads(line)
    elif path.suffix == ".json":
        yield str(path), json.loads(text)
    else:
        yield str(path), yaml.load(text, Loader=CoreLoader)


def kind_of(document):
    if not isinstance(document, dict):
        return None
    if "scenario" in document:
        return "scenario"
    if "tests" in document:
        return "test"
    # A catalogue lists its devices; a config says when they are silent.
    if document.keys() & {"metrics", "districts"} or isinstance(document.get("devices"), list):
        return "catalogue"
    return "config"


def check(validator, place, document):
    faults = 0
    for error in sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.absolute_path))):
        where = "/".join(map(str, error.absolute_path)) or "the whole"
        print(f"{place}: {where}: {error.message}", file=sys.stderr)
        faults += 1
    return faults


def check_modeline(path):
    """The schema that a file names for editors must exist."""
    match = MODELINE.search(path.read_text(encoding="utf-8"))
    if match and not match[1].startswith("https:") and not (path.parent / match[1]).resolve().is_file():
        print(f"{path}: the schema {match[1]} that it names does not exist", file=sys.stderr)
        return 1
    return 0


def main(arguments):
    schemas = validators()
    faults = 0
    count = 0
    if arguments:
        kind, *names = arguments
        if kind not in schemas or not names:
            print(__doc__, file=sys.stderr)
            return 64
        work = [(pathlib.Path(name), kind) for name in names]
    else:
        folders = [ROOT / "deploy", ROOT / "Tests" / "GanzhiConfigTests" / "Examples" / "good"]
        files = [path for folder in folders for path in sorted(folder.rglob("*.yaml"))]
        files += sorted((ROOT / "Tests" / "GanzhiConfigTests" / "Examples" / "good").rglob("*.ndjson"))
        work = [(path, path.stem if path.suffix == ".ndjson" else None) for path in files]
    for path, kind in work:
        if path.suffix == ".yaml":
            faults += check_modeline(path)
        try:
            for place, document in documents(path):
                chosen = kind or kind_of(document)
                if chosen is None:
                    print(f"{place}: neither config nor catalogue nor scenario nor tests", file=sys.stderr)
                    faults += 1
                    continue
                faults += check(schemas[chosen], place, document)
                count += 1
        except (yaml.YAMLError, ValueError, OSError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            faults += 1
    print(f"{len(schemas)} schemas, {count} documents, {faults} faults")
    return 65 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
