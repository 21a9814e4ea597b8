"""The end of a program that cannot start: one line that says what to do."""

import logging
from typing import IO, Any

import click

from core.operations.logs import JsonLines

log = logging.getLogger("kantei")


class StartError(click.ClickException):
    """A program cannot run on what it found; the text says what to do, and ends it with exit status 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line, as JSON where the logs are."""
        say_last(self.message, file)


def say_last(message: str, file: IO[Any] | None = None) -> None:
    """Print what ends the program: one line in the format of its logs."""
    if any(isinstance(one.formatter, JsonLines) for one in logging.getLogger().handlers):
        log.critical(message)
    else:
        click.echo(f"kantei: {message}", err=True, file=file)
