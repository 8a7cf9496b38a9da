"""MiniStack, until its standard input ends: LocalStack holds the other end, so it ends however LocalStack does."""
import os
import threading

from ministack.app import main


def end_with_parent():
    os.read(0, 1)  # a buffered read would hold a lock at exit
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
main()
