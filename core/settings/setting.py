"""What a setting is, and how it is read; its declaration says everything about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar, cast

T = TypeVar("T")


class SettingsError(Exception):
    """A setting has a value that the program cannot run with; the text names the variable."""


class FolderError(SettingsError):
    """The data folder cannot be written to: the value may be right, and the folder is not."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable of the environment.

    `read` makes its value of a text and raises ValueError with the rest of a sentence that begins with the
    variable ("must be a number, not 'x'"); no secret may be in it. `default` is the text that holds where
    none is given, or makes it from the data folder; `shown_default` says it in words where the text alone
    would not. A secret is left out of `repr`, and may come from the file that NAME_FILE names. Whoever runs
    Kantei on servers has to set those `in_production`.
    """

    read: Callable[[str], Any]
    default: str | Callable[[Path], str]
    about: str
    shown_default: str
    is_secret: bool
    in_production: bool
    name: str = ""

    @property
    def names(self) -> list[str]:
        """Every variable that this setting is read from."""
        return [self.name, f"{self.name}_FILE"] if self.is_secret else [self.name]

    def value(self, environ: Mapping[str, str], data_dir: Path) -> Any:
        """The value that an environment gives it. Errors: SettingsError."""
        text = self._text(environ)
        if not text:
            text = self.default if isinstance(self.default, str) else self.default(data_dir)
        try:
            return self.read(text)
        except ValueError as error:
            raise SettingsError(f"{self.name} {error}") from None

    def _text(self, environ: Mapping[str, str]) -> str:
        given = environ.get(self.name, "")
        file = environ.get(f"{self.name}_FILE") if self.is_secret else None
        if not file:
            return given
        if given:
            raise SettingsError(f"{self.name} and {self.name}_FILE are both set; set only one")
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{self.name}_FILE: cannot read {file}") from error


def setting(
    read: Callable[[str], T],
    default: str | Callable[[Path], str],
    about: str,
    *,
    shown_default: str = "",
    is_secret: bool = False,
    in_production: bool = False,
) -> T:
    """Declare a field of a dataclass of settings; its variable is KANTEI_ and its name in capitals."""
    shown = shown_default or (f"`{default}`" if default else "none")
    declared = Setting(read, default, about, shown, is_secret, in_production)
    return cast(T, field(metadata={"setting": declared}, repr=not is_secret))


def declared_in(kind: type[Any]) -> list[Setting]:
    """The settings that a class declares, in its order, and then those that it inherits."""
    own_first = sorted(fields(kind), key=lambda one: one.name not in kind.__annotations__)
    return [replace(one.metadata["setting"], name=f"KANTEI_{one.name.upper()}") for one in own_first]


def read_into(kind: type[T], environ: Mapping[str, str], data_dir: Path) -> T:
    """Make a class of settings from an environment. Errors: SettingsError for the first wrong value."""
    return kind(
        **{
            one.name.removeprefix("KANTEI_").lower(): one.value(environ, data_dir)
            for one in declared_in(kind)
        }
    )
