"""What a look at one thing came to."""

from dataclasses import dataclass
from enum import StrEnum

from core.settings.setting import SettingsError


class Health(StrEnum):
    """Say how a thing is."""

    WELL = "well"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What was looked at, how it is, what was seen, and what to do where that is bad."""

    check: str
    state: Health
    said: str
    advice: str = ""


def wrong_setting(error: SettingsError) -> Diagnostic:
    """Tell of a setting that no part can run with."""
    return Diagnostic(
        "settings", Health.BROKEN, str(error), "See the settings table in the README for allowed values."
    )
