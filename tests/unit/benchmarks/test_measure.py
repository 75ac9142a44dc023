import sys

from benchmarks.measure import Measured, Run, extrapolate, machine, measure_memory


def test_time_is_extrapolated_from_all_but_the_first():
    """The time of a sample is extrapolated from that of each document but the first."""
    runs = [Run("script", number, [], lambda: None) for number in (1, 11)]
    [(took, peak, sample_size)] = extrapolate(runs, [Measured(1.0, 5), Measured(3.0, 7)], 101).values()
    assert (round(took, 6), peak, sample_size) == (21.0, 7, 11)


def test_memory_includes_child_processes():
    """The peak memory of a run includes that of the processes it starts."""
    child = f"import subprocess, sys, time; subprocess.run([sys.executable, '-c', {ALLOCATE!r}])"
    assert measure_memory([sys.executable, "-c", child]).peak > 50_000_000


ALLOCATE = "import time; data = b'x' * 50_000_000; time.sleep(0.3)"


def test_machine_is_described():
    """The description of the machine names cores and libraries."""
    assert "cores" in machine()
    assert "pandas" in machine()
