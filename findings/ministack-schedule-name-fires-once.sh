#!/usr/bin/env bash
# MiniStack: a one-time schedule that was deleted after it ran blocks its name; a new one of that name never runs.
#
# One would guess: after DeleteSchedule the name is free. CreateSchedule accepts it, so the new schedule runs at its time.
# What happens:    the emulator remembers by name that the schedule ran, and DeleteSchedule does not forget it. The new
#                  one is listed as ENABLED and its time passes. The same schedule under a name never used runs.
# Seen with:       ministack 1.5.33, botocore 1.43.106, Python 3.11.7, 2026-11-29. The output is `expected` below.
# What it means:   a program that names the schedule of a delayed job after the job works on AWS, and on the emulator
#                  sends the first delay of each job only. It looks like a lost message. In tests, use a name once, or
#                  `ActionAfterCompletion: 'DELETE'`, which does forget the name.
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
from datetime import datetime, timedelta, timezone

import botocore.session
from botocore.exceptions import BotoCoreError

session = botocore.session.get_session()
session.set_credentials("test", "test")
endpoint = f"http://127.0.0.1:{sys.argv[1]}"
sqs, scheduler = (
    session.create_client(name, region_name="us-east-1", endpoint_url=endpoint) for name in ("sqs", "scheduler")
)


def make_queue():
    for _ in range(120):
        try:
            return sqs.create_queue(QueueName="jobs")["QueueUrl"]
        except BotoCoreError:  # it is starting
            time.sleep(0.5)
    sys.exit("MiniStack did not start")


queue = make_queue()
arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def schedule(name, body, **options):
    at = (datetime.now(timezone.utc) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%S")
    target = {"Arn": arn, "RoleArn": "arn:aws:iam::000000000000:role/scheduler", "Input": body}
    off = {"Mode": "OFF"}
    scheduler.create_schedule(
        Name=name, ScheduleExpression=f"at({at})", FlexibleTimeWindow=off, Target=target, **options
    )


def received(expected, seconds):
    """The bodies that come, until `expected` has come and 5 s more, or until `seconds` are over."""
    bodies, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            if message["Body"] == expected:
                end = min(end, time.monotonic() + 5)
    return ", ".join(sorted(bodies)) or "nothing"


schedule("job-1", "job-1 for the first time")
schedule("job-2", "job-2 for the first time", ActionAfterCompletion="DELETE")
print("first:", received("job-1 for the first time", 60))
scheduler.delete_schedule(Name="job-1")
schedule("job-1", "job-1 again")
print("job-1 is", scheduler.get_schedule(Name="job-1")["State"])
schedule("job-2", "job-2 again")
schedule("job-3", "job-3")
print("second:", received("job-3", 60))
PY

expected='first: job-1 for the first time, job-2 for the first time
job-1 is ENABLED
second: job-2 again, job-3'
seen=$(venv/bin/python program.py "$port")
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
