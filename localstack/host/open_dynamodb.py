"""Makes LocalStack keep its tables in MiniStack, which is open source. By default it runs Amazon's DynamoDB Local.

LocalStack forwards the calls that read and write tables and items. Streams, TTL, tags, backups and replicas stay its own.
"""
import os
import subprocess

from localstack.aws.api import CommonServiceException
from localstack.aws.forwarder import AwsRequestProxy
from localstack.services.dynamodb import server, utils
from localstack.utils.serving import Server

# Parts of an UpdateTable that LocalStack does by itself. MiniStack would do them too, but it refuses the table's own region,
# which LocalStack names when it creates a TableV2.
OWN = {"ReplicaUpdates", "SSESpecification", "TableClass"}


class Proxy(AwsRequestProxy):
    def forward(self, context, service_request=None):
        if context.operation.name == "UpdateTable" and OWN & context.service_request.keys():
            service_request = {name: value for name, value in context.service_request.items() if name not in OWN}
            if service_request.keys() == {"TableName"}:
                raise CommonServiceException("ValidationException", "Nothing to update")
        return super().forward(context, service_request)


def run(self):
    """Blocks. It ends with LocalStack's process group."""
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
    """Must run before LocalStack loads its provider, which keeps references to what it imports."""
    server.AwsRequestProxy = Proxy
    server.DynamodbServer.do_start_thread = Server.do_start_thread
    server.DynamodbServer.do_run = run
    # DynamoDB Local knows accounts and regions by the access key alone; MiniStack takes the region from its own place.
    utils.get_ddb_access_key = lambda account_id, _region_name: account_id
