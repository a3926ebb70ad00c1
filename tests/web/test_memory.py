"""Memory that photos came in by is used again, not given back and asked for anew."""

import subprocess
import sys

_FAULTS = """
import resource, sys, threading
from fieldops.web.memory import keep_memory

if sys.argv[1] == "kept" and not keep_memory():
    sys.exit("the C library was not told")

def photo():
    pieces = [bytes(bytearray(800_000)) for _ in range(6)]
    del pieces

def photos():
    photo()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        photo()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)

thread = threading.Thread(target=photos)
thread.start()
thread.join()
"""


def faults(how: str) -> int:
    """How often the kernel brought a page for twenty photos, after the first."""
    command = [sys.executable, "-c", _FAULTS, how]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_a_photo_takes_the_memory_of_the_one_before():
    assert faults("kept") * 10 < faults("returned")
