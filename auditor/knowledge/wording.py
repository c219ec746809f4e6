"""How numbers stand in a sentence."""


def counted(number: float, noun: str) -> str:
    """`1 row`, `2,000 rows`, `1 address`, `2 addresses`."""
    whole = round(number)
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{whole:,} {noun if whole == 1 else plural}"
