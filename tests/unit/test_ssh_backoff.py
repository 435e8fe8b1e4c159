from backends.transport.backoff import Backoff


def test_waits_double_up_to_a_ceiling_and_are_forgotten_on_success():
    now = [0.0]
    backoff = Backoff(clock=lambda: now[0], draw=lambda: 1.0)
    waits = []
    for _ in range(9):
        backoff.failed(refused=False)
        waits.append(backoff.wait_s)
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    now[0] = 60.0
    assert backoff.wait_s == 0.0
    backoff.succeeded()
    backoff.failed(refused=False)
    assert backoff.wait_s == 1.0


def test_a_refusal_waits_much_longer():
    backoff = Backoff(clock=lambda: 0.0, draw=lambda: 1.0)
    backoff.failed(refused=True)
    assert backoff.wait_s == 60.0


def test_jitter_takes_away_at_most_half():
    backoff = Backoff(clock=lambda: 0.0, draw=lambda: 0.0)
    backoff.failed(refused=False)
    assert backoff.wait_s == 0.5
