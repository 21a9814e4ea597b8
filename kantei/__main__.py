"""The command line: `kantei COMMAND`, or `python -m kantei COMMAND`."""

import importlib
import os
import sys

import click

from core.operations.logs import LogFormat, set_up_logs
from core.settings.setting import FolderError, SettingsError
from kantei.roots.start_error import say_last

# Each command is loaded when it is called: the web process must not load the classifier, a quick
# check not the web framework, and an installation may lack the extras of the others.
COMMANDS = {
    "api": "kantei.roots.api_server:api",
    "check": "kantei.checking.check:check",
    "client": "kantei.clients.client_commands:client",
    "doctor": "kantei.operations.doctor:doctor",
    "evaluate": "kantei.training.model_commands:evaluate",
    "export": "kantei.training.model_commands:export",
    "held": "kantei.retention.held_command:held",
    "import": "kantei.intake.import_command:import_command",
    "judge-again": "kantei.verdicts.judge_again_command:judge_again",
    "known": "kantei.known.known_commands:known",
    "migrate": "kantei.roots.migrate_command:migrate_command",
    "moderator": "kantei.people.moderator_commands:moderator",
    "purge": "kantei.retention.purge_command:purge",
    "serve": "kantei.roots.serve:serve",
    "report": "kantei.operations.report_command:report",
    "sweep": "kantei.roots.sweeper:sweep",
    "trust": "kantei.trust.trust_commands:trust",
    "train": "kantei.training.model_commands:train",
    "worker": "kantei.roots.worker:worker",
}
# What `kantei --help` says of each, so that it need not load any.
SUMMARIES = {
    "api": "Serve the API and the review pages until stopped.",
    "check": "Examine pictures: files, folders (including subfolders) and http(s) URLs.",
    "client": "Manage clients: the holders of API keys.",
    "doctor": "Check settings, disk, database, broker, blobs, classifier and clocks.",
    "evaluate": "Evaluate the installed classifier on labelled pictures.",
    "export": "Export a trained network for serving, or decisions as training data.",
    "held": "Print everything held on a seller, an artist or a reader.",
    "import": "Submit the entries of a CSV or JSON lines file.",
    "judge-again": "Judge open cases again whose verdict is from another model or policy.",
    "known": "Manage known images: perceptual hashes (PDQ) with a label.",
    "migrate": "Apply all pending migrations.",
    "moderator": "Manage moderators.",
    "purge": "Delete data older than the retention settings, or erase a picture or a person.",
    "report": "Count the decisions, appeals and medians of a year.",
    "serve": "Run API, worker and sweeper together until Ctrl-C.",
    "sweep": "Sweep every few seconds, make callbacks, and purge once a day, until stopped.",
    "train": "Train a classifier.",
    "trust": "Manage published trust lists of C2PA signers.",
    "worker": "Examine submissions until stopped.",
}


# The extras of pyproject.toml that a command needs, where that is not all of a server's.
EXTRAS = {"check": "worker", "evaluate": "worker", "export": "train", "train": "train"}


class LateGroup(click.Group):
    """A group that imports a command when it is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List every command, also those that are not loaded."""
        return sorted(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._summary(ctx, name)) for name in self.list_commands(ctx)])

    def _summary(self, ctx: click.Context, name: str) -> str:
        command = None if name in SUMMARIES else self.get_command(ctx, name)
        return SUMMARIES.get(name) or (command.get_short_help_str(70) if command else "")

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command. Errors: UsageError where its extra is not installed."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, name = place.split(":")
        try:
            command = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            wanted = EXTRAS.get(cmd_name, "api,worker")
            raise click.UsageError(
                f"{cmd_name} needs packages that are not installed;"
                f" run `pip install '.[{wanted}]'` in the source folder"
            ) from error
        if not isinstance(command, click.Command):
            raise TypeError(f"{place} is not a command")
        return command


@click.group(cls=LateGroup)
@click.version_option(package_name="kantei")
def kantei() -> None:
    """Find out whether an anime picture was drawn by a person or generated."""


def main() -> None:
    """Run a command; a wrong setting ends it with one clear line."""
    try:
        kantei()
    except SettingsError as error:
        if os.environ.get("KANTEI_LOG_FORMAT") == "json":
            set_up_logs(LogFormat.JSON, sys.argv[1] if len(sys.argv) > 1 else "")
        say_last(str(error))
        sys.exit(1 if isinstance(error, FolderError) else 2)


if __name__ == "__main__":
    main()
