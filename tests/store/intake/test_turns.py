"""Turns: everybody's next comes before anybody's hundredth."""

from store.intake.turns import take_turns


def test_clients_take_turns_by_weight() -> None:
    queues = {"a": ["a1", "a2", "a3", "a4", "a5"], "b": ["b1", "b2"], "c": ["c1"]}
    weights = {"a": 2, "b": 1, "c": 1}
    assert take_turns(queues, weights, 6) == ["a1", "a2", "b1", "c1", "a3", "a4"]
    assert take_turns(queues, weights, 100) == ["a1", "a2", "b1", "c1", "a3", "a4", "b2", "a5"]
    assert take_turns({}, {}, 5) == []
