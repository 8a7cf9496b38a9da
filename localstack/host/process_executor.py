"""Makes LocalStack run a Node function as a process of this machine; by itself it knows only Docker.

One execution environment is one child process: it speaks the real Lambda Runtime API (bootstrap.mjs) with a small HTTP
server here. The process is stopped between invocations, as on Lambda. If an invocation exceeds the function's timeout,
it is killed, and the next invocation starts a new one.
"""
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from localstack.services.lambda_.invocation import lambda_models
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

import exact_bodies

HERE = os.path.dirname(os.path.abspath(__file__))
NODE = os.environ["SLUICE_NODE"]
LONGEST_INIT_S = 30.0  # Lambda allows 10; this machine may be busy with other things


class RuntimeApiHandler(BaseHTTPRequestHandler):
    """The HTTP side of an `Environment`, which is its server's `environment`."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def do_GET(self):  # /runtime/invocation/next: blocks until there is one
        environment = self.server.environment
        events = environment.events
        environment.idle.set()
        event = events.get()
        if event is None:
            self.close_connection = True
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": event["id"],
            "Lambda-Runtime-Deadline-Ms": str(event["deadline"]),
            "Lambda-Runtime-Invoked-Function-Arn": event["arn"],
            "Lambda-Runtime-Trace-Id": event["trace"],
        }
        self.reply(200, event["payload"], headers)

    def do_POST(self):  # .../<request id>/response, .../<request id>/error, /runtime/init/error
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        *_, request_id, what = self.path.rsplit("/", 2)
        if what in ("response", "error"):
            self.server.environment.finish(request_id, body, what == "error")
        self.reply(202)

    def reply(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Environment:
    """An execution environment: the Runtime API, and the process that asks it for work."""

    def __init__(self, env, cwd, timeout):
        self.env, self.cwd, self.timeout = env, cwd, timeout
        self.process, self.reader, self.lines = None, None, []
        self.events, self.idle = queue.Queue(), threading.Event()
        self.expect("init")
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApiHandler)
        self.server.daemon_threads = True
        self.server.environment = self
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def expect(self, request_id):
        self.request_id, self.answer = request_id, queue.Queue(1)

    def finish(self, request_id, body, is_error):
        if request_id != self.request_id:
            return  # an answer that came too late
        try:
            self.answer.put_nowait((body, is_error))
        except queue.Full:
            pass

    def start(self):
        self.events, self.idle = queue.Queue(), threading.Event()
        self.expect("init")
        env = {**self.env, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_port}"}
        self.process = subprocess.Popen(
            [NODE, os.path.join(HERE, "bootstrap.mjs")], cwd=self.cwd, env=env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        self.reader = threading.Thread(target=self.read, args=(self.process.stdout,), daemon=True)
        self.reader.start()
        deadline = time.monotonic() + LONGEST_INIT_S
        while not self.idle.wait(0.02):
            if not self.answer.empty():
                raise RuntimeError(self.answer.get()[0].decode())
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(error_body("Runtime.InitError", "init failed\n" + self.take_lines()[-2000:]).decode())

    def read(self, stream):
        for line in stream:
            self.lines.append(line.decode("utf-8", "replace"))

    def take_lines(self):
        taken = len(self.lines)
        lines, self.lines[:taken] = self.lines[:taken], []
        return "".join(lines)

    def signal(self, number):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self):
        if not self.process:
            return
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.reader.join(1)  # its last lines
        self.events.put(None)  # the thread that waits for its next event
        self.process = None

    def invoke(self, request_id, arn, trace, payload):
        """The payload, whether it is an error's, and what the function logged."""
        if self.process is None or self.process.poll() is not None:
            self.kill()
            self.start()
        self.signal(signal.SIGCONT)
        self.expect(request_id)
        self.idle.clear()
        started = time.monotonic()
        deadline = int((time.time() + self.timeout) * 1000)
        self.events.put({"id": request_id, "arn": arn, "trace": trace, "payload": payload, "deadline": deadline})
        body, is_error = self.wait(request_id, started)
        duration = (time.monotonic() - started) * 1000
        time.sleep(0.01)  # its last lines are in the pipe; any that come later go with the next invocation
        report = f"END RequestId: {request_id}\nREPORT RequestId: {request_id}\tDuration: {duration:.2f} ms\n"
        return body, is_error, f"START RequestId: {request_id} Version: $LATEST\n{self.take_lines()}{report}"

    def wait(self, request_id, started):
        while True:
            try:
                answer = self.answer.get(timeout=0.05)
                self.idle.wait(1)  # it asks for the next event: only now may it be stopped
                self.signal(signal.SIGSTOP)
                return answer
            except queue.Empty:
                code = self.process.poll()
                if code is not None:
                    self.kill()
                    how = f"signal: {signal.Signals(-code).name[3:].lower()}" if code < 0 else f"exit status {code}"
                    said = f"RequestId: {request_id} Error: Runtime exited with error: {how}"
                    return error_body("Runtime.ExitError", said), True
                if time.monotonic() - started > self.timeout:
                    self.kill()
                    said = f"RequestId: {request_id} Error: Task timed out after {self.timeout:.2f} seconds"
                    return error_body("Sandbox.Timedout", said), True

    def close(self):
        self.kill()
        self.server.shutdown()
        self.server.server_close()


def error_body(error_type, message):
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()


class ProcessRuntimeExecutor(RuntimeExecutor):
    environment = None

    def start(self, env_vars):
        config = self.function_version.config
        if not (config.runtime or "").startswith("nodejs"):
            raise RuntimeError(f"{config.runtime}: only nodejs runs as a process")
        code = str(config.code.get_unzipped_code_location())
        self.home = tempfile.mkdtemp(prefix=f"home-{self.function_version.id.function_name}-")
        env = {
            "PATH": os.environ["PATH"], "HOME": self.home, "TMPDIR": self.home, "LANG": "en_US.UTF-8",
            **{name: str(value) for name, value in env_vars.items()},
            "LAMBDA_TASK_ROOT": code, "LAMBDA_RUNTIME_DIR": HERE, "TZ": "UTC",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.runtime}",
        }
        self.environment = Environment(env, code, config.timeout)
        self.environment.start()

    def invoke(self, payload):
        request_id = payload["invoke-id"]
        body, is_error, logs = self.environment.invoke(
            request_id, payload["invoked-function-arn"], payload["trace-id"], payload["payload"].encode()
        )
        return lambda_models.InvocationResult(request_id, body, is_error, logs)

    def stop(self):
        if self.environment:
            self.environment.close()
            shutil.rmtree(self.home, ignore_errors=True)

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return f"http://127.0.0.1:{self.environment.server.server_port if self.environment else 0}"

    def get_logs(self):
        return self.environment.take_lines() if self.environment else ""

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        pass

    @classmethod
    def validate_environment(cls):
        return True


class plugin(RuntimeExecutorPlugin):
    name = "process"

    def load(self, *_args, **_kwargs):
        exact_bodies.install()
        return ProcessRuntimeExecutor
