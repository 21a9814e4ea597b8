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
    passwords: bool = setting(
        values.flag,
        "1",
        "Set to `0` to log in through the OpenID provider only: no passwords, and no passkeys in place of"
        " them",
    )
    openid_issuer: str = setting(
        values.web_url,
        "",
        "OpenID provider for single sign-on: its issuer, such as `https://login.example/realms/desk`",
    )
    openid_client_id: str = setting(str, "", "Kantei's client id at the provider")
    openid_client_secret: str = setting(str, "", "Kantei's client secret at the provider", is_secret=True)
    openid_roles_claim: str = setting(
        str, "groups", "Claim of the provider that names the groups or roles of a person"
    )
    openid_roles: tuple[tuple[str, Role], ...] = setting(
        values.role_names,
        "",
        "What those names mean here, such as `kantei-admins=admin,desk=moderator`. People then get their role"
        " from the provider at each login, and new ones an account. If empty, roles are set on the desk, and"
        " only people who were added there can log in",
    )
    second_factor_roles: frozenset[Role] = setting(
        values.roles,
        "",
        "Roles (`moderator`, `lead`, `admin`), separated by commas, that must log in with a second factor."
        " Everyone else may use one",
    )
    policy_alone: bool = setting(
        values.flag,
        "0",
        "Set to `1` where one person runs the desk: a lead may then approve their own change of thresholds,"
        " and the audit log says so",
    )
    idle_minutes: int = setting(
        values.integer(0, 720),
        "120",
        "Minutes without a request after which a login ends; `0` for never. Every login ends after twelve"
        " hours",
    )
