"""What a browser is called, for the list of logins."""

import re

from flask_babel import gettext as _

# In this order: each of them also names some that follow.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|Chromium|CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """Name a browser and its system by what it calls itself, which it may do falsely."""
    browser, system = (
        next((name for pattern, name in names if re.search(pattern, agent)), "")
        for names in (_BROWSERS, _SYSTEMS)
    )
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("Unknown browser"))
