"""Erlang C and Erlang A against published values, exact fractions and a Markov chain; the least number of agents."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import exp, factorial, inf, isfinite, isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduling.staffing import (
    MOST_AGENTS,
    ServiceLevelTarget,
    abandonment,
    asa_seconds,
    erlang_c,
    occupancy,
    required_agents,
    service_level,
)

HALF_HOUR = (100, 1800, 180)
"""The example that textbooks and packages share: 100 calls in 30 minutes, 180 seconds each, 10 erlang."""
PALM = (48, 60, 60)
"""The example of Garnett, Mandelbaum and Reiman (2002): 48 calls a minute, 1 minute each, patience 2 minutes."""

loads = st.floats(0.01, 60)
patiences = st.floats(1, 5000)
numbers = st.integers(1, 80)


def exact_erlang_c(load: Fraction, agents: int) -> Fraction:
    """The textbook's sums, without rounding."""
    queue = load**agents / factorial(agents) * agents / (agents - load)
    return queue / (sum(load**k / factorial(k) for k in range(agents)) + queue)


def chain(load: float, agents: int, impatience: float, within: float) -> dict[str, float]:
    """Erlang A by its definition: the birth-death chain's equilibrium, and a caller followed through the queue.

    Time in handling times. The follower at place j (j before it) moves up at rate agents + j·impatience and hangs up at
    rate impatience; both by uniformisation.
    """
    weights = [1.0]
    while weights[-1] > 1e-18 * max(weights) or len(weights) <= agents:
        number = len(weights)
        weights.append(weights[-1] * load / (min(number, agents) + max(number - agents, 0) * impatience))
    shares = np.array(weights) / sum(weights)
    queue = shares[agents:]
    behind = np.arange(queue.size)
    return {
        "waiting": queue.sum(),
        "abandoned": (queue * behind).sum() * impatience / load,
        "on_time": shares[:agents].sum() + followed(queue, agents, impatience, within),
    }


def followed(places: Any, agents: int, impatience: float, within: float) -> float:
    """The share of followers, by place at the start, that is answered in time."""
    forward = agents + np.arange(places.size) * impatience
    rate = forward[-1] + impatience
    answered, total, weight = 0.0, 0.0, exp(-rate * within)
    for step in range(1, int(rate * within + 12 * (rate * within) ** 0.5 + 60)):
        total += answered * weight
        weight *= rate * within / step
        answered += places[0] * forward[0] / rate
        moved = places * (1 - (forward + impatience) / rate)
        moved[:-1] += places[1:] * forward[1:] / rate
        places = moved
    return total


class TestErlangC:
    @pytest.mark.parametrize(
        ("agents", "waits", "share", "asa"),
        [
            (14, 0.174131933595, 0.888350019179, 7.83593701178),  # the issue's, R package ErlangC, pyworkforce
            (11, 0.6821182, 0.3896138, 122.78127),  # R package ErlangC; the last by C × 180 ÷ (11 - 10)
        ],
    )
    def test_equals_published_values(self, agents: int, waits: float, share: float, asa: float) -> None:
        assert erlang_c(10, agents) == pytest.approx(waits, rel=1e-7)
        assert service_level(*HALF_HOUR, agents, 20) == pytest.approx(share, rel=1e-7)
        assert asa_seconds(*HALF_HOUR, agents) == pytest.approx(asa, rel=1e-7)

    def test_equals_the_published_example_to_its_last_digit(self) -> None:
        assert erlang_c(10, 14) == pytest.approx(0.174131933595, abs=5e-13)
        assert service_level(*HALF_HOUR, 14, 20) == pytest.approx(0.888350019179, abs=5e-13)
        assert asa_seconds(*HALF_HOUR, 14) == pytest.approx(7.83593701178, abs=5e-12)
        assert occupancy(*HALF_HOUR, 14) == pytest.approx(10 / 14)

    @given(st.fractions(Fraction(1, 100), 15, max_denominator=1000), st.integers(1, 16))
    def test_equals_exact_fractions(self, load: Fraction, agents: int) -> None:
        assume(load < agents)
        assert erlang_c(float(load), agents) == pytest.approx(float(exact_erlang_c(load, agents)), rel=1e-12)

    @pytest.mark.parametrize("load", [0.1, 0.5, 0.9])
    def test_of_one_agent_is_the_load(self, load: float) -> None:
        assert erlang_c(load, 1) == pytest.approx(load)

    @pytest.mark.parametrize(("load", "agents"), [(10, 10), (10.5, 10), (90_000, 10), (0.5, 0), (0, 0), (5000, 5000)])
    def test_says_overload_plainly(self, load: float, agents: int) -> None:
        assert erlang_c(load, agents) == 1
        assert service_level(load, 900, 900, agents, 20) == 0
        assert asa_seconds(load, 900, 900, agents) == inf
        assert occupancy(load, 900, 900, agents) == (1 if load else 0)
        assert abandonment(load, 900, 900, agents) == 0

    def test_holds_for_thousands_of_agents(self) -> None:
        found = erlang_c([4900, 4999.9, 60_000, 5000, 10], [5000, 5000, 60_500, 5000, 5000])
        exact = [0.0999378772344876, 0.998235301272829, 0.0244856621645582, 1, 0]  # the textbook's sums to 60 digits
        assert found == pytest.approx(exact, rel=1e-9)

    def test_without_calls_answers_for_a_call_that_might_come(self) -> None:
        assert (erlang_c(0, 1), service_level(0, 900, 300, 2, 0), asa_seconds(0, 900, 300, 2)) == (0, 1, 0)
        assert (occupancy(0, 900, 300, 2), abandonment(0, 900, 300, 2)) == (0, 0)

    @given(loads, numbers, st.floats(0, 200))
    def test_is_a_share_and_improves_with_every_agent(self, load: float, agents: int, threshold: float) -> None:
        found = service_level(load, 300, 300, [agents, agents + 1], threshold)
        waits = erlang_c(load, [agents, agents + 1])
        assert 0 <= found[0] <= found[1] <= 1
        assert 1 >= waits[0] >= waits[1] >= 0


class TestErlangA:
    def test_equals_the_published_example(self) -> None:
        assert abandonment(*PALM, 50, 120) == pytest.approx(0.031, abs=5e-4)
        assert abandonment(*PALM, 50, 120) * 120 == pytest.approx(3.7, abs=0.05)  # mean wait of all callers
        assert occupancy(*PALM, 50, 120) == pytest.approx(0.93, abs=5e-3)
        assert asa_seconds(*PALM, 50) == pytest.approx(20.8, abs=0.05)  # the same desk if nobody hung up

    @pytest.mark.parametrize("agents", [1, 2, 5, 12])
    @pytest.mark.parametrize("load", [0.2, 1.0, 4.0, 14.0])
    @pytest.mark.parametrize("impatience", [0.2, 1.0, 2.5, 20.0])
    @pytest.mark.parametrize("within", [0.0, 0.1, 1.5])
    def test_equals_the_markov_chain(self, load: float, agents: int, impatience: float, within: float) -> None:
        expected = chain(load, agents, impatience, within)
        asked = (load, 300, 300, agents)
        patience = 300 / impatience
        assert service_level(*asked, 300 * within, patience) == pytest.approx(expected["on_time"], abs=1e-12)
        assert service_level(*asked, 0, patience) == pytest.approx(1 - expected["waiting"], abs=1e-12)
        assert abandonment(*asked, patience) == pytest.approx(expected["abandoned"], abs=1e-12, rel=1e-9)

    @given(loads, numbers, patiences, st.floats(0, 200))
    @settings(deadline=None)
    def test_keeps_within_its_bounds(self, load: float, agents: int, patience: float, threshold: float) -> None:
        asked = (load, 300, 300, [agents, agents + 1])
        shares, lost = service_level(*asked, threshold, patience), abandonment(*asked, patience)
        busy, waits = occupancy(*asked, patience), asa_seconds(*asked, patience)
        assert 0 <= shares[0] <= shares[1] + 1e-12 <= 1 + 2e-12
        assert 1 >= lost[0] >= lost[1] - 1e-12 >= -1e-12
        assert 1 >= busy[0] >= busy[1] - 1e-12 >= -1e-12
        assert (shares <= 1 - lost + 1e-12).all()
        assert (waits >= 0).all()

    @given(st.floats(0.1, 30), st.integers(1, 40))
    def test_of_the_most_patient_is_erlang_c(self, load: float, agents: int) -> None:
        assume(load < agents * 0.95)
        asked = (load, 300, 300, agents)
        assert service_level(*asked, 20, 1e10) == pytest.approx(service_level(*asked, 20), abs=1e-5)
        assert asa_seconds(*asked, 1e10) == pytest.approx(asa_seconds(*asked), rel=1e-4, abs=1e-9)
        assert abandonment(*asked, 1e10) == pytest.approx(0, abs=1e-6)

    def test_of_the_most_patient_in_overload_loses_what_nobody_can_handle(self) -> None:
        assert abandonment(20, 300, 300, 8, 1e7) == pytest.approx(12 / 20, rel=1e-6)
        assert occupancy(20, 300, 300, 8, 1e7) == pytest.approx(1)
        assert service_level(20, 300, 300, 8, 20, 1e7) == pytest.approx(0, abs=1e-9)

    def test_of_those_who_hang_up_at_once_is_erlang_b(self) -> None:
        blocked = 0.5**2 / 2 / (1 + 0.5 + 0.5**2 / 2)
        assert abandonment(0.5, 300, 300, 2, 1e-4) == pytest.approx(blocked, rel=1e-6)

    @given(loads, numbers, patiences)
    @settings(deadline=None)
    def test_answers_in_the_end_whoever_does_not_hang_up(self, load: float, agents: int, patience: float) -> None:
        asked = (load, 300, 300, agents)
        assert service_level(*asked, 1e7, patience) == pytest.approx(1 - abandonment(*asked, patience), abs=1e-9)

    @given(loads, numbers, patiences)
    @settings(deadline=None)
    def test_loses_calls_at_the_rate_at_which_the_waiting_hang_up(
        self, load: float, agents: int, patience: float
    ) -> None:
        asked = (load, 300, 300, agents)
        lost, asa = abandonment(*asked, patience), asa_seconds(*asked, patience)
        assert asa * (1 - lost) <= lost * patience * (1 + 1e-9)  # mean wait of all = lost × patience
        assert load * (1 - lost) <= agents * (1 + 1e-9)

    def test_holds_for_thousands_of_agents(self) -> None:
        load, agents = np.array([4000.0, 5000, 6000, 5000, 40_000]), np.array([5000, 5000, 5000, 1, 30_000])
        shares, lost = service_level(load, 300, 300, agents, 20, 120), abandonment(load, 300, 300, agents, 120)
        assert shares[0] == pytest.approx(1)
        assert lost[[2, 3, 4]] == pytest.approx([1 / 6, 4999 / 5000, 0.25], abs=1e-4)
        assert ((shares >= 0) & (shares + lost <= 1 + 1e-12)).all()

    def test_without_agents_loses_everybody(self) -> None:
        asked = (3, 900, 300, 0)
        assert (service_level(*asked, 20, 60), abandonment(*asked, 60), asa_seconds(*asked, 60)) == (0, 1, inf)
        assert occupancy(*asked, 60) == 1

    def test_without_calls_answers_for_a_call_that_might_come(self) -> None:
        asked = (0, 900, 300, [1, 3])
        assert service_level(*asked, 20, 60) == pytest.approx([1, 1])
        assert abandonment(*asked, 60) == pytest.approx([0, 0])


class TestArguments:
    def test_numbers_give_a_number(self) -> None:
        found = [erlang_c(1, 2), service_level(3, 900, 300, 2, 20), asa_seconds(3, 900, 300, 2, 60)]
        assert [type(one) for one in found] == [float] * 3
        assert type(required_agents(3, 900, 300)) is int

    def test_arrays_broadcast_and_give_what_each_number_gives(self) -> None:
        calls, agents = np.array([[1.0], [5.0], [9.0]]), [1, 3, 2, 6]
        for patience in (None, 90.0):
            found = service_level(calls, 900, [300, 200, 100, 400], agents, 20, patience)
            assert found.shape == (3, 4)
            assert found[2, 1] == pytest.approx(service_level(9, 900, 200, 3, 20, patience), rel=1e-14)
        needed = required_agents(calls, 900, [300, 600], shrinkage=[0.0, 0.3])
        assert needed.tolist() == [[required_agents(c, 900, a, shrinkage=s) for a, s in ((300, 0), (600, 0.3))]
                                   for c in (1, 5, 9)]  # fmt: skip

    def test_no_interval_is_no_answer(self) -> None:
        assert service_level([], 900, 300, 2, 20).shape == (0,)
        assert service_level([], 900, 300, 2, 20, 60).shape == (0,)
        assert required_agents([], 900, 300).shape == (0,)
        assert required_agents([], 900, 300, patience_seconds=60).shape == (0,)

    @pytest.mark.parametrize(
        ("call", "named"),
        [
            (lambda: erlang_c(-1, 2), "load must be 0 or more"),
            (lambda: erlang_c(1, 1.5), "agents must be whole"),
            (lambda: erlang_c(1, -1), "agents must be 0 or more"),
            (lambda: erlang_c(1, MOST_AGENTS + 1), "agents must not exceed"),
            (lambda: erlang_c(1e9, 3), "load must not exceed"),
            (lambda: service_level(float("nan"), 900, 300, 2, 20), "calls must be finite"),
            (lambda: service_level([3, float("nan"), 1], 900, 300, 2, 20), "calls must be finite"),
            (lambda: service_level(inf, 900, 300, 2, 20), "calls must be finite"),
            (lambda: service_level(3, 0, 300, 2, 20), "interval_seconds must be above 0"),
            (lambda: service_level(3, 900, [300, 0], 2, 20), "aht_seconds must be above 0"),
            (lambda: service_level(3, 900, 300, 2, -1), "threshold_seconds must be 0 or more"),
            (lambda: service_level(3, 900, 300, 2, 20, 0), "patience_seconds must be above 0"),
            (lambda: asa_seconds(3, 900, 300, 2, inf), "patience_seconds must be finite"),
            (lambda: required_agents(1e9, 900, 300), "calls × aht_seconds ÷ interval_seconds must not exceed"),
            (lambda: required_agents(3, 900, 300, shrinkage=1), "shrinkage must be below 1"),
            (lambda: required_agents(3, 900, 300, shrinkage=-0.1), "shrinkage must be 0 or more"),
            (lambda: required_agents(3, 900, 300, max_occupancy=0), "max_occupancy must lie above 0"),
            (lambda: required_agents(3, 900, 300, max_occupancy=1.1), "max_occupancy must lie above 0"),
            (lambda: required_agents(3, 900, 300, max_occupancy=1e-6), "load ÷ max_occupancy must not exceed"),
            (lambda: required_agents(3, 900, 300, shrinkage=1 - 1e-12), "1 - shrinkage.* must not exceed"),
            (lambda: required_agents(3, 900, 300, minimum=1.5), "minimum must be whole"),
            (lambda: ServiceLevelTarget(1, 20), "share must lie"),
            (lambda: ServiceLevelTarget(0, 20), "share must lie"),
            (lambda: ServiceLevelTarget(float("nan"), 20), "share must lie"),
            (lambda: ServiceLevelTarget(0.8, -1), "seconds must be"),
            (lambda: ServiceLevelTarget(0.8, inf), "seconds must be"),
        ],
    )
    def test_that_make_no_sense_are_refused_by_name(self, call: Callable[[], Any], named: str) -> None:
        with pytest.raises(ValueError, match=named):
            call()


class TestRequiredAgents:
    def test_equals_published_values(self) -> None:
        assert required_agents(*HALF_HOUR) == 14
        assert required_agents(*HALF_HOUR, max_occupancy=0.85, shrinkage=0.3) == 20  # pyworkforce

    def test_of_no_calls_is_the_minimum(self) -> None:
        assert required_agents(0, 900, 300) == 2
        assert required_agents([0, 0], 900, 300, minimum=[3, 0], shrinkage=0.3, patience_seconds=60).tolist() == [3, 0]

    def test_never_falls_below_the_minimum(self) -> None:
        assert required_agents([0.1, 3, 30], 900, 300, minimum=4).tolist() == [4, 4, required_agents(30, 900, 300)]

    @given(st.floats(0.01, 200), st.floats(0.05, 0.99), st.floats(0, 120), st.none() | patiences)
    @settings(deadline=None)
    def test_is_the_least_that_meets_the_target(
        self, calls: float, share: float, seconds: float, patience: float | None
    ) -> None:
        target = ServiceLevelTarget(share, seconds)
        found = required_agents(calls, 900, 300, target, patience, minimum=0)
        assert service_level(calls, 900, 300, found, seconds, patience) >= share
        assert service_level(calls, 900, 300, found - 1, seconds, patience) < share

    @given(st.floats(0.01, 100), st.floats(0.3, 1), st.none() | patiences)
    @settings(deadline=None)
    def test_is_the_least_that_keeps_the_occupancy_down(
        self, calls: float, most: float, patience: float | None
    ) -> None:
        easy = ServiceLevelTarget(0.01, 1000)
        found = required_agents(calls, 900, 300, easy, patience, max_occupancy=most, minimum=0)
        assert occupancy(calls, 900, 300, found, patience) <= most + 1e-9
        one_fewer = (calls, 900, 300, found - 1)
        assert occupancy(*one_fewer, patience) > most - 1e-9 or service_level(*one_fewer, 1000, patience) < 0.01

    @given(st.lists(st.floats(0, 300), max_size=30), st.none() | patiences)
    @settings(deadline=None)
    def test_of_many_intervals_at_once_is_what_each_needs(self, calls: list[float], patience: float | None) -> None:
        found = required_agents(calls, 900, 300, patience_seconds=patience)
        assert found.tolist() == [required_agents(one, 900, 300, patience_seconds=patience) for one in calls]

    @pytest.mark.parametrize(
        ("shrinkage", "people"), [(0.0, 14), (0.3, 20), (0.9, 140), (0.5, 28), (0.01, 15), (0.125, 16)]
    )
    def test_grows_by_shrinkage_without_a_rounding_too_many(self, shrinkage: float, people: int) -> None:
        assert required_agents(*HALF_HOUR, shrinkage=shrinkage) == people

    def test_counts_an_occupancy_of_exactly_the_most_as_kept(self) -> None:
        assert required_agents(9, 900, 100, ServiceLevelTarget(0.01, 100), max_occupancy=0.1, minimum=0) == 10

    def test_lets_people_hang_up_rather_than_be_staffed_for(self) -> None:
        assert required_agents(60, 900, 300, patience_seconds=60) < required_agents(60, 900, 300)

    @pytest.mark.parametrize("patience", [None, 1.0, 1e6])
    def test_is_finite_for_calls_longer_than_the_interval(self, patience: float | None) -> None:
        hard = ServiceLevelTarget(0.999999, 0)
        found = required_agents([0.01, 3, 30], 900, 36_000, hard, patience, max_occupancy=0.2)
        assert all(isfinite(one) and not isnan(one) for one in found.tolist())
        assert (found >= [2, 3 * 36_000 / 900 / 0.2 * (0.99 if patience else 1), 1200]).all()

    def test_of_thousands_of_agents_is_the_least_as_well(self) -> None:
        calls = np.array([5000.0, 15_000, 30_000])
        for patience in (None, 120.0):
            found = required_agents(calls, 900, 300, patience_seconds=patience)
            assert (service_level(calls, 900, 300, found, 20, patience) >= 0.8).all()
            assert (service_level(calls, 900, 300, found - 1, 20, patience) < 0.8).all()
