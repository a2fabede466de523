"""What keeps the database from being used at all, in one sentence for the operator."""


class DatabaseFault(Exception):  # noqa: N818 - a fact to print, not a defect of the program
    """Its text says what is wrong and what to do; the roof prints it and exits without a traceback."""
