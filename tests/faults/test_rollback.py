"""Rolling back: one step at a time, not undone by a run that nobody thought about."""

import json

from warehouse.steps import Step


def test_rollback_goes_one_step_back_and_no_run_undoes_it_unasked(world):
    old = world.published[-1]
    world.load()
    new = world.publish()
    world.load()
    world.publish()
    world.published.append(new)
    # Killed and given again, it means the same step back and not another.
    assert world.do("rollback", "--reason", "wrong prices", kill_at=Step.ROLLBACK_BEGUN).killed
    again = world.do("rollback", "--json")
    assert (again.code, json.loads(again.out)["live"]) == (0, 2), again.err
    assert world.problems([new], settled=True) == []

    refused = world.do("run")
    assert refused.code == 3
    assert "rolled back from release 3" in refused.err
    assert world.problems([new], settled=True) == []

    insisted = world.do("run", "--accept", "--reason", "they were right")
    assert insisted.code == 0, insisted.err
    assert world.problems([world.expect()], settled=True) == []

    assert world.do("rollback", "--to", "1").code == 0
    assert world.problems([old], settled=True) == []
    world.load()
    assert world.problems([world.publish()], settled=True) == []


def test_rollback_to_what_readers_cannot_see_names_what_they_can(world):
    for number, words in ((7, "release 7"), (1, "already")):
        answer = world.do("rollback", "--to", str(number))
        assert (answer.code, words in answer.out + answer.err) == (2 if number == 7 else 0, True), answer
    assert "no release before it" in world.do("rollback").err
