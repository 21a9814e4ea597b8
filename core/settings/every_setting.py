"""All settings, and names in the environment that only look like one."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

from core.settings.setting import declared_in
from core.settings.settings import ClientSettings, Settings

EVERY_SETTING = (*declared_in(Settings), *declared_in(ClientSettings))
# What tests are told, and what Kubernetes tells the pods beside a service that is called kantei.
_OTHERS = re.compile(r"KANTEI_(TEST_\w+|SCHEMA_EXAMPLES|(\w+_)?SERVICE_(HOST|PORT\w*)|(\w+_)?PORT_\d+_\w+)")
_LINK = re.compile(r"(tcp|udp|sctp)://")


def find_unknown(environ: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """The variables that look like settings and are none, each with the setting that it resembles, if any."""
    known = {name.removeprefix("KANTEI_"): name for one in EVERY_SETTING for name in one.names}
    return [
        (name, _closest(name, known))
        for name, value in sorted(environ.items())
        if name.upper().startswith("KANTEI_")
        and name not in known.values()
        and not (_OTHERS.fullmatch(name) or _LINK.match(value))
    ]


def _closest(name: str, known: Mapping[str, str]) -> str | None:
    found = get_close_matches(name.upper().removeprefix("KANTEI_"), known, n=1, cutoff=0.7)
    return known[found[0]] if found else None
