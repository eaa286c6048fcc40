"""Child processes that end with their parent, however that ends: for demos and tests, not for what is supervised."""

import os
import sys
from collections.abc import Sequence

#: Asks Linux to kill this process when its parent is gone, then becomes the command. Elsewhere it only becomes that.
_BINDING = """
import ctypes, os, sys
parent, *command = sys.argv[1:]
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG, SIGKILL
    if os.getppid() != int(parent):
        sys.exit(137)  # it was gone before we asked
os.execv(command[0], command)
"""


def bound(*command: str) -> Sequence[str]:
    """The same command, by the path of its program, ended when this process is: even by SIGKILL.

    To be started from the main thread: what counts for Linux is the thread that starts it.
    """
    return [sys.executable, "-I", "-S", "-c", _BINDING, str(os.getpid()), *command]
