"""Has LocalStack keep its tables in MiniStack, which is open source; by itself it runs Amazon's DynamoDB Local.

Streams, TTL, tags, backups and replicas stay LocalStack's own; it hands on what reads and writes tables and items.
"""
import os
import subprocess

from localstack.aws.api import CommonServiceException
from localstack.aws.forwarder import AwsRequestProxy
from localstack.services.dynamodb import server, utils
from localstack.utils.serving import Server

# Of an UpdateTable, what LocalStack does by itself where there is nothing else to do. MiniStack would do it, too, but
# refuses the table's own region, which LocalStack names when it makes a TableV2.
OWN = {"ReplicaUpdates", "SSESpecification", "TableClass"}


class Proxy(AwsRequestProxy):
    def forward(self, context, service_request=None):
        if context.operation.name == "UpdateTable" and OWN & context.service_request.keys():
            service_request = {name: value for name, value in context.service_request.items() if name not in OWN}
            if service_request.keys() == {"TableName"}:
                raise CommonServiceException("ValidationException", "Nothing to update")
        return super().forward(context, service_request)


def run(self):
    """Blocks. Who ends LocalStack ends its process group, and this with it."""
    environment = {
        **os.environ,
        "GATEWAY_PORT": str(self.port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "SERVICES": "dynamodb",
        "LOG_LEVEL": "WARNING",
    }
    command = [os.environ["SLUICE_MINISTACK"], "-m", "ministack"]
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)


def install():
    """Before LocalStack loads its provider, which keeps what it finds."""
    server.AwsRequestProxy = Proxy
    server.DynamodbServer.do_start_thread = Server.do_start_thread
    server.DynamodbServer.do_run = run
    # DynamoDB Local knows accounts and regions by the access key alone; MiniStack takes the region from its own place.
    utils.get_ddb_access_key = lambda account_id, _region_name: account_id
