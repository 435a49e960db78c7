from __future__ import annotations

import logging
from threading import Event, Thread

from index.original import quiet


def test_of_several_who_ask_for_quiet_the_last_one_ends_it() -> None:
    before = logging.root.manager.disable
    inside, leave = Event(), Event()

    def other() -> None:
        with quiet():
            inside.set()
            leave.wait()

    with quiet():
        thread = Thread(target=other)
        thread.start()
        inside.wait()
    assert logging.root.manager.disable == logging.WARNING
    leave.set()
    thread.join()
    assert logging.root.manager.disable == before
