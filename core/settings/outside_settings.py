"""The settings of services of others that moderators may send a picture to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from core.outside_services import OPENAI, OutsideService
from core.settings.setting import setting
from core.settings.sign_in_settings import SignInSettings
from core.urls import UrlError, parse_web_url

_NAME = re.compile(r"[^\W_][\w .\-]{0,39}")
_OWN_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


def _pairs(text: str) -> list[tuple[str, str]]:
    parts = (entry.partition("=") for entry in text.split(",") if entry.strip())
    return [(name.strip(), value.strip()) for name, _, value in parts]


def outside_services(text: str) -> tuple[OutsideService, ...]:
    """Read names and addresses of services; OpenAI's address is known."""
    found: dict[str, OutsideService] = {}
    for name, given in _pairs(text):
        if not _NAME.fullmatch(name) or name in found:
            raise ValueError(f"must have different names of at most 40 letters and digits, not {name!r}")
        url = given or (OPENAI if name == "OpenAI" else "")
        try:
            parse_web_url(url)
        except UrlError as error:
            raise ValueError(f"has no valid address for {name}: {error.detail}") from None
        place = urlsplit(url)
        if place.scheme != "https" and place.hostname not in _OWN_MACHINE:
            raise ValueError(f"must have an https address for {name}: the key and the picture go there")
        found[name] = OutsideService(name, url)
    return tuple(found.values())


def outside_keys(text: str) -> Mapping[str, str]:
    """Read the keys of services, by their names."""
    found = dict(_pairs(text))
    # A key is a secret: what is wrong with one is told without it.
    if not all(name and key.isascii() and key.isprintable() for name, key in found.items()):
        raise ValueError("must have entries such as OpenAI=key, separated by commas")
    return found


@dataclass(frozen=True, slots=True)
class OutsideSettings(SignInSettings):
    """What an operator can set about services that are asked about a picture."""

    outside_services: tuple[OutsideService, ...] = setting(
        outside_services,
        "",
        "Services that moderators may send one picture to and ask where it is from: `OpenAI`, or"
        " `Name=https://…` for one that answers in the same form, separated by commas. Each picture sent"
        " leaves your servers and is noted in the audit log",
        shown_default="none",
    )
    outside_keys: Mapping[str, str] = setting(
        outside_keys, "", "API keys of these services: `OpenAI=…`, separated by commas", is_secret=True
    )

    @property
    def services_with_keys(self) -> tuple[OutsideService, ...]:
        """The services, each with its key."""
        return tuple(replace(one, key=self.outside_keys[one.name]) for one in self.outside_services)
