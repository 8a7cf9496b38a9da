#!/usr/bin/env bash
# MiniStack: one data point puts every alarm on a metric of that name into ALARM, whatever the dimensions.
#
# One would guess: an alarm watches one metric: namespace, name and exactly its dimensions. An alarm on the errors of
#                  function `a` does not care for those of function `b`.
# What happens:    the emulator compares namespace and name alone. One point for `b` turns the alarms of `a`, of `b` and of
#                  a function that does not exist on.
# Seen with:       ministack 1.5.33, botocore 1.43.106, Python 3.11.7, 2026-11-30. The output is `expected` below.
# What it means:   "the alarm of this function goes on when it fails" is green in a test although the alarm watches a
#                  misspelt dimension, which never gets data on AWS. Check an alarm's dimensions against what is emitted.
set -euo pipefail

folder=$(mktemp -d)
emulator=
trap '[ -z "$emulator" ] || kill "$emulator" 2> /dev/null || true; wait; rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ministack==1.5.33 botocore==1.43.106

port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
HOME=$folder TMPDIR=$folder GATEWAY_PORT=$port BIND_HOST=127.0.0.1 MINISTACK_HOST=127.0.0.1 LOG_LEVEL=WARNING \
  venv/bin/python -m ministack > emulator.log 2>&1 &
emulator=$!

cat > program.py <<'PY'
import sys
import time

import botocore.session
from botocore.exceptions import BotoCoreError

session = botocore.session.get_session()
session.set_credentials("test", "test")
cloudwatch = session.create_client(
    "cloudwatch", region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{sys.argv[1]}"
)


def dimensions(function):
    return [{"Name": "FunctionName", "Value": function}]


def put_alarm(function):
    cloudwatch.put_metric_alarm(
        AlarmName=f"errors of {function}",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=dimensions(function),
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )


for _ in range(120):
    try:
        cloudwatch.describe_alarms()
        break
    except BotoCoreError:  # it is starting
        time.sleep(0.5)
else:
    sys.exit("MiniStack did not start")

for function in ("a", "b", "no-such-function"):
    put_alarm(function)
cloudwatch.put_metric_data(
    Namespace="AWS/Lambda", MetricData=[{"MetricName": "Errors", "Value": 1, "Dimensions": dimensions("b")}]
)
for alarm in sorted(cloudwatch.describe_alarms()["MetricAlarms"], key=lambda one: one["AlarmName"]):
    print(f"{alarm['AlarmName']}: {alarm['StateValue']}")
PY

expected='errors of a: ALARM
errors of b: ALARM
errors of no-such-function: ALARM'
seen=$(venv/bin/python program.py "$port")
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
