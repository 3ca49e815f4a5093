"""What the command line answers with when it cannot do what was asked."""


class Refusal(Exception):
    """Something the user can mend: its message is one sentence, shown without a traceback; the command exits 1."""
