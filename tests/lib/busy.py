"""What a machine with other work may do to a test, and a test about it."""
import functools

BACKOFF_S, BACKOFF_MOST_S = 0.05, 5  # the master's, before a worker is started again


def tries(seconds):
    """How often a worker is started in that time, where each pause is twice the one before; one to spare."""
    count, pause = 2, BACKOFF_S
    while seconds >= pause:
        count, seconds, pause = count + 1, seconds - pause, min(2 * pause, BACKOFF_MOST_S)
    return count


def unless_busy(case):
    """A case about moments so short that the machine may miss them: of some runs one must come out right."""
    @functools.wraps(case)
    def several(*args, **kwargs):
        for _ in range(4):
            try:
                return case(*args, **kwargs)
            except Exception as e:  # the last one is the test's
                print(f"# once more: {type(e).__name__}: {e}", flush=True)
        return case(*args, **kwargs)
    return several
