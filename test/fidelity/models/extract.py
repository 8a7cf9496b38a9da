"""Writes service-models.json: what AWS's own service models say of the requests that Sluice and its stacks make.

    python3 test/fidelity/models/extract.py [version of botocore]

They are botocore's: the one package that AWS keeps with lengths, patterns and enums of every service. The SDK's clients for
JavaScript leave them out. botocore is under Apache-2.0, copyright Amazon.com, Inc.; texts are not taken over.
"""

import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).parent
# What Sluice sends, and of "deployed" what CloudFormation sends for its stacks.
WANTED = json.loads((HERE / "operations.json").read_text())
KEPT = ("type", "required", "min", "max", "pattern", "enum", "union")


def download(version):
    """The wheel of botocore, by pip: nothing is installed."""
    folder = tempfile.mkdtemp(prefix="sluice-models-")
    wanted = f"botocore=={version}" if version else "botocore"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, wanted]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode != 0:
        last = (ended.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        sys.exit(f"the Python registry gave no botocore ({last}): is it reachable, and does the version exist?")
    return next(pathlib.Path(folder).glob("botocore-*.whl"))


def latest_model(wheel, service):
    """Of several API versions, the newest."""
    found = sorted(n for n in wheel.namelist() if n.startswith(f"botocore/data/{service}/") and "/service-2.json" in n)
    data = wheel.read(found[-1])
    return json.loads(gzip.decompress(data) if found[-1].endswith(".gz") else data)


def kept(shape):
    """A shape without its texts."""
    out = {key: shape[key] for key in KEPT if key in shape}
    if "members" in shape:
        out["members"] = {name: member["shape"] for name, member in shape["members"].items()}
    for part in ("member", "key", "value"):
        if part in shape:
            out[part] = shape[part]["shape"]
    return out


def named(out):
    """The shapes that a shape is made of."""
    return [*out.get("members", {}).values(), *(out[part] for part in ("member", "key", "value") if part in out)]


def extract(model, operations):
    """Inputs of the operations, and all shapes they reach."""
    inputs = {name: model["operations"][name]["input"]["shape"] for name in operations}
    shapes, left = {}, list(inputs.values())
    while left:
        name = left.pop()
        if name not in shapes:
            shapes[name] = kept(model["shapes"][name])
            left.extend(named(shapes[name]))
    return {"operations": inputs, "shapes": dict(sorted(shapes.items()))}


def written(source, services):
    """A shape a line, so that a change shows what moved."""
    line = lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    blocks = []
    for client, of in services.items():
        shapes = ",\n".join(f"{line(name)}:{line(shape)}" for name, shape in of["shapes"].items())
        blocks.append(f'{line(client)}:{{"operations":{line(of["operations"])},\n"shapes":{{\n{shapes}}}}}')
    return f'{{"source":{line(source)},\n"services":{{\n' + ",\n".join(blocks) + "}}\n"


def main(version=None):
    path = download(version)
    wheel = zipfile.ZipFile(path)
    source = {"package": "botocore", "version": path.name.split("-")[1], "licence": "Apache-2.0"}
    services = {
        client: extract(latest_model(wheel, of["model"]), [*of["sent"], *of.get("deployed", [])])
        for client, of in WANTED.items()
    }
    (HERE / "service-models.json").write_text(written(source, services))
    print(f"service-models.json: {len(services)} services of botocore {source['version']}")


main(*sys.argv[1:])
