"""axe-core, installed as its lock names it, and run in a page."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from selenium.webdriver.chrome.webdriver import WebDriver

from tests.services import leave_out

LOCKED = Path(__file__).parent / "axe"
BUILT = Path(__file__).parents[4] / "build" / "axe"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = {"serious", "critical"}


def axe_source() -> str:
    """The script of axe-core; skips the test if npm or its registry is not available."""
    script, stamp = BUILT / "node_modules" / "axe-core" / "axe.min.js", BUILT / "installed"
    wanted = hashlib.sha256((LOCKED / "package-lock.json").read_bytes()).hexdigest()
    if not (script.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted):
        npm = shutil.which("npm")
        if npm is None:
            leave_out("npm", "npm is not installed")
        BUILT.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(LOCKED / name, BUILT / name)
        # No package's own scripts are run.
        command = [npm or "", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        try:
            subprocess.run(command, cwd=BUILT, check=True, timeout=120)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            leave_out("npm", "npm's registry does not answer: axe-core cannot be installed")
        stamp.write_text(wanted, encoding="utf-8")
    return script.read_text(encoding="utf-8")


def violations(session: WebDriver, source: str, *, rules: list[str] | None = None) -> list[str]:
    """What axe reports as serious on the current page: the rule, and the first place."""
    run_only: dict[str, Any] = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    # A script of the driver is not held to the page's policy, so the page is tested as it is served.
    session.execute_script(source)
    found = session.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {runOnly: JSON.parse(arguments[0]), resultTypes: ['violations']})"
        ".then((r) => done(r.violations.map((v) =>"
        " [v.id, v.impact, v.nodes.map((n) => n.html + ' ' + n.failureSummary)])));",
        json.dumps(run_only),
    )
    return [f"{rule} ({len(nodes)}): {nodes[0]}" for rule, impact, nodes in found if impact in GRAVE]
