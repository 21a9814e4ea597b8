"""Mutated containers of every kind: the short form of the long run in `fuzzing`."""

import pytest

from tests.provenance.fuzzing import run


@pytest.mark.processes
def test_mutants_are_read_without_a_fault() -> None:
    report = run(1000, seed=7)
    assert report.faults == []
    assert report.with_evidence > 200, "mutants should get past the door"
