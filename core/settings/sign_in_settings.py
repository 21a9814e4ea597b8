"""The settings of how people sign in to the review pages."""

from dataclasses import dataclass

from core.settings import setting_values as values
from core.settings.setting import setting
from core.vocabulary import Role


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """What an operator can set about logins."""

    public_url: str = setting(
        values.origin,
        "",
        "Address at which people reach the review pages, such as `https://desk.example`. Passkeys and single"
        " sign-on work only there",
        shown_default="taken from each request",
    )
    second_factor_roles: frozenset[Role] = setting(
        values.roles,
        "",
        "Roles (`moderator`, `lead`, `admin`), separated by commas, that must log in with a second factor."
        " Everyone else may use one",
    )
    idle_minutes: int = setting(
        values.integer(0, 720),
        "120",
        "Minutes without a request after which a login ends; `0` for never. Every login ends after twelve"
        " hours",
    )
