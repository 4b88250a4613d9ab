"""`rollback`: what readers see now."""

from dataclasses import asdict

from cli.output import print_json
from pipeline.rollback import Rollback


def print_rollback(done: Rollback, as_json: bool) -> None:
    """Say what readers see."""
    if as_json:
        print_json(asdict(done))
        return
    if done.left == done.live:
        print(f"readers of {done.dataset} already see release {done.live}")
        return
    print(f"readers of {done.dataset} see release {done.live} again, {done.seconds:.1f} s; {done.left} is kept")
    print(f"to go back: ./stackhouse rollback {done.dataset} --to {done.left}")
