"""What a scenario comes to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.account import Account
from tests.chaos.ground import Ground


@dataclass
class Report:
    """Figures that were measured, what was wrong, and what took too long; nothing of both is a pass."""

    figures: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    def close(self, account: Account) -> "Report":
        """Wait for the end of everything, check it, and take the account's problems over."""
        account.settle()
        account.check()
        self.figures |= {"accepted": len(account.ids), "answers": dict(account.statuses)}
        self.problems += account.problems
        return self

    def limit(self, name: str, value: float, most: float) -> None:
        """Note a figure that may be at most so much."""
        self.figures[name] = round(value, 2)
        if value > most:
            self.late.append(f"{name} {value:.2f} is over {most:.2f}")


Scenario = Callable[[Ground], Report]
