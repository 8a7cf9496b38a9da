"""Prints what CloudFormation's handlers of some resource types do, and what identifies a resource, from cfn-lint's schemas."""

import json
import pathlib
import sys

import cfnlint

wanted = set(sys.argv[1:])
found = {}
for file in pathlib.Path(cfnlint.__file__).parent.joinpath("data/schemas/resources").glob("*.json"):
    schema = json.loads(file.read_text())
    if schema.get("typeName") not in wanted:
        continue
    handlers = schema.get("handlers", {})
    actions = {action for handler in handlers.values() for action in handler.get("permissions", [])}
    found[schema["typeName"]] = {
        "actions": sorted(actions),
        "identifier": [path.rsplit("/", 1)[1] for path in schema["primaryIdentifier"]],
    }
print(json.dumps(found, indent=1, sort_keys=True))
