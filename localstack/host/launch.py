"""Runs LocalStack on 127.0.0.1 only, and ends it, with all that it started, when its standard input ends.

Standard input is a pipe from the program that started it, so no process is left even if that program is killed.
"""
import functools
import os
import runpy
import signal
import subprocess
import threading

from twisted.internet import endpoints

import open_dynamodb


def end_with_parent():
    os.read(0, 1)  # a buffered read would hold a lock at exit
    # A process in a group of its own removes the folder after this group has ended: LocalStack writes to it until then.
    remove = ["/bin/sh", "-c", 'sleep 1; rm -rf "$0"', os.environ["TMPDIR"]]
    os.posix_spawn(remove[0], remove, {"PATH": os.defpath}, setpgroup=0)
    os.killpg(0, signal.SIGKILL)


def keep_children_in_our_group():
    """By itself LocalStack gives each program a session of its own, which a signal to our group would not reach."""
    start = subprocess.Popen.__init__

    @functools.wraps(start)
    def start_here(self, *args, start_new_session=False, **kwargs):
        start(self, *args, **kwargs)

    subprocess.Popen.__init__ = start_here


threading.Thread(target=end_with_parent, daemon=True).start()
keep_children_in_our_group()
open_dynamodb.install()
# For IPv4 LocalStack ignores the host in GATEWAY_LISTEN and binds every interface.
endpoints.TCP4ServerEndpoint = functools.partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")
runpy.run_module("localstack.runtime.main", run_name="__main__")
