"""Every measurement finds what it names: nobody runs them all when a name changes."""

import importlib
import pkgutil

import pytest

import bench

# They stand for other people's services, and live in environments of their own.
OTHERS = {"hash_service", "paper_worker"}
NAMES = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name != "__main__")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OTHERS])
def test_each_measurement_can_be_imported(name: str) -> None:
    assert importlib.import_module(f"bench.{name}").__doc__
