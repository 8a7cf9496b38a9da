"""Makes LocalStack keep its tables in MiniStack, which is open source. By default it runs Amazon's DynamoDB Local.

TTL, tags, backups and replicas stay LocalStack's own. It hands on what reads and writes tables and items.
"""
import os
import subprocess
import time

import psutil
from localstack.aws.api import CommonServiceException
from localstack.aws.forwarder import AwsRequestProxy
from localstack.services.dynamodb import server, utils
from localstack.utils.net import get_free_tcp_port
from localstack.utils.serving import Server

HERE = os.path.dirname(os.path.abspath(__file__))
HOST = "127.0.0.1"
LONGEST_START_S = 60.0  # seconds on a machine that does nothing else; this one may be busy
STARTS = 3  # another program may take the port that was free
# start.ts shows lines of the log that begin with this.
WHAT = "MiniStack, which keeps LocalStack's tables,"

# Parts of an UpdateTable that LocalStack keeps for itself. It applies them when its database says "Nothing to update",
# which DynamoDB Local does and MiniStack does not: it would refuse the table's own region, which LocalStack names as a
# replica when it makes a TableV2.
OWN = {"ReplicaUpdates", "SSESpecification", "TableClass"}


class Proxy(AwsRequestProxy):
    """Hands a request on to MiniStack, or answers what became of it."""

    problem = None

    def forward(self, context, service_request=None):
        """`service_request` takes the place of the one in `context`."""
        if self.problem:
            raise CommonServiceException("InternalFailure", self.problem, status_code=500)
        request = (context.service_request if service_request is None else service_request) or {}
        if (request.get("StreamSpecification") or {}).get("StreamEnabled"):
            raise refusal("LocalStack without Docker makes no streams: for them it listens on every network interface")
        if context.operation.name == "UpdateTable" and OWN & request.keys():
            service_request = {name: value for name, value in request.items() if name not in OWN}
            if service_request.keys() == {"TableName"}:
                raise refusal("Nothing to update")
        return super().forward(context, service_request)


def refusal(message):
    return CommonServiceException("ValidationException", message)


class Tables(server.DynamodbServer):
    """The process that keeps the tables. LocalStack starts it with its first request, and anew when it is reset."""

    process = None

    def do_start_thread(self):
        """Returns when MiniStack answers. If it never does, raises a RuntimeError, which every request is answered."""
        for _ in range(STARTS):
            # Chosen now, not when LocalStack made this object: another program may have taken that port since.
            self._host, self._port = HOST, get_free_tcp_port()
            self.proxy = Proxy(self.url)
            self.process = start_ministack(self.port)
            if wait_until_up(self.process, self.port):
                return Server.do_start_thread(self)
            code = self.process.poll()
            if code is None:
                self.do_shutdown()
                raise self.failed(f"did not listen on port {self.port} within {LONGEST_START_S:.0f} s")
        raise self.failed(f"ended with code {code} as it started: its output is in the log")

    def failed(self, what):
        self.proxy.problem = f"{WHAT} {what}"
        return RuntimeError(self.proxy.problem)

    def wait_for_dynamodb(self):
        """It is up by then. By itself LocalStack would wait for a port that stays closed for ever."""

    def do_run(self):
        code = self.process.wait()
        if not self._stopped.is_set():
            server.LOG.error(self.failed(f"ended with code {code}: the tables are lost, start anew"))

    def do_shutdown(self):
        self.process.kill()
        self.process.wait()


def start_ministack(port):
    environment = {
        **os.environ,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "SERVICES": "dynamodb",
        "LOG_LEVEL": "WARNING",
    }
    command = [os.environ["SLUICE_MINISTACK"], os.path.join(HERE, "tables.py")]
    # Nothing is written to the pipe. It ends when LocalStack does.
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)


def wait_until_up(process, port):
    """Returns False if the process ends before it listens, or takes too long."""
    deadline = time.monotonic() + LONGEST_START_S
    while process.poll() is None and time.monotonic() < deadline:
        if listens(process, port):
            return True
        time.sleep(0.1)
    return False


def listens(process, port):
    """Whether this very process does: another one's answer on that port would be taken for its own."""
    try:
        sockets = psutil.Process(process.pid).net_connections("tcp")
    except psutil.NoSuchProcess:
        return False
    return any(socket.status == psutil.CONN_LISTEN and socket.laddr.port == port for socket in sockets)


def install():
    """Before LocalStack loads its provider, which keeps what it finds."""
    server.DynamodbServer = Tables
    # DynamoDB Local knows accounts and regions by the access key alone. MiniStack reads the region from the signature.
    utils.get_ddb_access_key = lambda account_id, _region_name: account_id
