"""Errors that end a command: one line that says what is wrong, and a hint that says what to do."""


class AuditorError(Exception):
    """What went wrong, for a person. Never carries a password, a row's value or a traceback.

    `message` is one line, object first, present tense; `hint` is an imperative, or empty. Exit code 2.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
