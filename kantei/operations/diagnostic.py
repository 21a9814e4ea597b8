"""The result of one check."""

from dataclasses import dataclass
from enum import StrEnum

from core.settings.setting import SettingsError


class Health(StrEnum):
    """The state of what was checked."""

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
    """The result of a setting that stops every part."""
    return Diagnostic(
        "settings", Health.BROKEN, str(error), "See the settings table in the README for allowed values."
    )
