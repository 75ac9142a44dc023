import sys

from benchmarks.measure import Measured, Run, machine, reckoned, watched


def test_what_ran_over_fewer_documents_is_reckoned_from_each_but_the_first():
    runs = [Run("script", number, [], lambda: None) for number in (1, 11)]
    [(took, peak, of)] = reckoned(runs, [Measured(1.0, 5), Measured(3.0, 7)], 101).values()
    assert (round(took, 6), peak, of) == (21.0, 7, 11)


def test_memory_is_that_of_a_run_and_of_all_that_it_starts():
    child = f"import subprocess, sys, time; subprocess.run([sys.executable, '-c', {HOLDS!r}])"
    assert watched([sys.executable, "-c", child]).peak > 50_000_000


HOLDS = "import time; held = b'x' * 50_000_000; time.sleep(0.3)"


def test_the_machine_is_described():
    assert "cores" in machine()
    assert "pandas" in machine()
