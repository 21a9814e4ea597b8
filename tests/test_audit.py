"""The audit of dependencies fails for a vulnerability, and not for want of the internet."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes

SCRIPT = Path(__file__).parents[1] / "script" / "audit"
SOUND = {"name": "a", "version": "1", "vulns": []}
FLAWED = {"name": "b", "version": "2", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "c", "skip_reason": "Dependency not found on PyPI"}


def audited(folder: Path, packages: list[dict[str, object]] | None, stderr: str = "") -> tuple[int, str]:
    """Run the audit with a service that answers this, or only complains."""
    fake = folder / "pip-audit"
    answer = "" if packages is None else json.dumps({"dependencies": packages})
    fake.write_text(
        f"#!{sys.executable}\nimport sys, pathlib\n"
        f"if {answer!r}: pathlib.Path(sys.argv[sys.argv.index('--output') + 1]).write_text({answer!r})\n"
        f"sys.stderr.write({stderr!r}); sys.exit(1)\n"
    )
    fake.chmod(0o755)
    env = {**os.environ, "PATH": str(folder)}
    done = subprocess.run([sys.executable, SCRIPT], env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("packages", "stderr", "code", "says"),
    [
        ([SOUND, FLAWED], "", 1, "b 2: CVE-2026-1, fixed in 2.1"),
        ([SOUND, UNKNOWN], "", 0, "packages audited: 1, vulnerabilities: 0, unknown to the service: 1"),
        ([UNKNOWN], "", 0, "nothing was audited"),
        (None, "requests.exceptions.ConnectionError: refused", 0, "could not be reached, so nothing"),
        (None, "ERROR: the lock is no lock", 1, "the lock is no lock"),
    ],
)
def test_what_the_service_says_decides(
    packages: list[dict[str, object]] | None, stderr: str, code: int, says: str, tmp_path: Path
) -> None:
    found = audited(tmp_path, packages, stderr)
    assert found[0] == code
    assert says in found[1]


def test_the_test_command_audits() -> None:
    assert "script/audit" in (SCRIPT.parent / "test").read_text()
