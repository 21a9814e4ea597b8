"""Settings of programs that talk to a server elsewhere."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.settings import setting_values as values
from core.settings.setting import read_into, setting


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """What a program that talks to a server elsewhere can set; no part of a server reads it."""

    server: str = setting(
        "KANTEI_SERVER", values.web_url, "http://127.0.0.1:8000", "Server that `kantei import` submits to"
    )
    api_key: str = setting(
        "KANTEI_API_KEY", str, "", "API key that `kantei import` submits with", is_secret=True
    )


def read_client_settings(environ: Mapping[str, str] | None = None) -> ClientSettings:
    """Read the settings of a client. Errors: `SettingsError`."""
    return read_into(ClientSettings, os.environ if environ is None else environ, Path())
