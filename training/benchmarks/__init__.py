"""The published tasks, each with the same function: `run(setting) -> Result`."""

from collections.abc import Callable

from training.benchmarks.base import Figure, Goal, Mark, MissingSetError, Result, Setting, Unit
from training.benchmarks.calibration import calibration
from training.benchmarks.cost import cost
from training.benchmarks.emotions import goemotions
from training.benchmarks.families import families
from training.benchmarks.hands import signals, wishes
from training.benchmarks.retrieval import techqa, wixqa
from training.benchmarks.topics import banking10, banking77, clinc150
from training.benchmarks.tweets import xci

Task = Callable[[Setting], Result]

TASKS: dict[str, Task] = {
    "banking77": banking77,
    "banking77-10shot": banking10,
    "clinc150": clinc150,
    "goemotions": goemotions,
    "xci": xci,
    "wixqa": wixqa,
    "techqa": techqa,
    "wishes": wishes,
    "signals": signals,
    "families": families,
    "calibration": calibration,
    "cost": cost,
}
"""By name, in the order of the table."""

__all__ = ["TASKS", "Figure", "Goal", "Mark", "MissingSetError", "Result", "Setting", "Task", "Unit"]
