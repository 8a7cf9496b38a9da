"""Gives functions the bodies of SQS messages byte for byte, as AWS does.

For its filters LocalStack parses a JSON body and writes it again with other spaces. That changes its size, and signatures
and hashes of it no longer match.
"""
import json
import types

from localstack.services.lambda_.event_source_mapping.pollers import sqs_poller


class Body(dict):
    """A parsed body that filters look into, with the text that it came from."""


def loads(text):
    parsed = json.loads(text)
    if not isinstance(parsed, dict):
        raise json.JSONDecodeError("a filter sees objects only", text, 0)  # it stays as it is
    body = Body(parsed)
    body.text = text
    return body


def install():
    """The poller uses `json` for nothing else."""
    sqs_poller.json = types.SimpleNamespace(
        loads=loads, dumps=lambda body: body.text, JSONDecodeError=json.JSONDecodeError
    )
