"""Signals that tests send."""

import signal


def hear_sigint() -> None:
    """For `preexec_fn`: a shell starts what runs in its background deaf to SIGINT, and that is inherited."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
