from console.state.budget import Budget


async def test_a_minute_below_the_budget_delays_nothing(clock):
    budget = Budget(10, clock)
    budget.charge(9)
    assert (budget.used, budget.delay_s()) == (9, 0.0)


async def test_a_full_minute_delays_until_enough_of_it_is_over(clock):
    budget = Budget(10, clock)
    budget.charge(4)
    await clock.advance(20)
    budget.charge(6)
    assert budget.delay_s() == 40.0
    budget.charge(4)
    assert budget.delay_s() == 60.0, "with 14 spent, the first four going is not enough"
    await clock.advance(40)
    assert (budget.used, budget.delay_s()) == (10, 20.0)
    await clock.advance(20)
    assert (budget.used, budget.delay_s()) == (0, 0.0)


async def test_a_round_that_cost_nothing_is_not_counted(clock):
    budget = Budget(1, clock)
    budget.charge(0)
    assert (budget.used, budget.delay_s()) == (0, 0.0)
