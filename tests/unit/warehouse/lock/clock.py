"""The clock of a lock, which a test sets."""


class Clock:
    """Time that only passes while a lock waits."""

    def __init__(self, monkeypatch, on_sleep=lambda: None):
        self.now = 1000.0
        self._on_sleep = on_sleep
        monkeypatch.setattr("warehouse.lock.lock._now", lambda: self.now)
        # The lock's own name for it: other threads, py4j's for one, go on sleeping.
        monkeypatch.setattr("warehouse.lock.lock.sleep", self.sleep)

    def sleep(self, _seconds):
        self.now += 5
        self._on_sleep()
