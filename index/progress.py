"""How long work tells how far it is, and the bar that shows it."""

from collections.abc import Callable

from tqdm import tqdm

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all


def silent(what: str, done: int, total: int) -> None:
    """Show nothing."""


class ProgressBar:
    """A `Progress` on standard error; it appears only where the work takes over `delay` seconds."""

    def __init__(self, *, delay: float = 2.0) -> None:
        self._delay = delay
        self._bar: tqdm[int] | None = None
        self._what = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Move the bar; other work than before starts a new one, the last step closes it."""
        if what != self._what:
            self.close()
            self._what = what
        if self._bar is None:
            self._bar = tqdm(total=total, desc=what, delay=self._delay, leave=False)
        self._bar.update(done - self._bar.n)
        if done >= total:
            self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
        self._bar = None
        self._what = ""
