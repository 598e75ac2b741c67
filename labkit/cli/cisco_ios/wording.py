"""IOS's words for what is wrong with a line, and the layout of its help."""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cli.grammar import Ambiguous, Bad, Choosable, Incomplete, Mistake

INCOMPLETE = "% Incomplete command."
INVALID = "% Invalid input detected at '^' marker."


def mistake_text(mistake: Mistake, line: str) -> str:
    """One line for a mistake, without a caret."""
    if isinstance(mistake, Incomplete):
        return INCOMPLETE
    if isinstance(mistake, Ambiguous):
        return f'% Ambiguous command:  "{line.strip()}"'
    return INVALID


def complaint(mistake: Mistake, line: str, prompt: str) -> str:
    """What is printed below a wrong line: the caret counts the prompt."""
    text = mistake_text(mistake, line)
    if isinstance(mistake, Bad):
        return f"{' ' * (len(prompt) + mistake.column)}^\n{text}\n\n"
    return f"{text}\n\n" if isinstance(mistake, Incomplete) else f"{text}\n"


def help_list(choices: Sequence[Choosable]) -> str:
    """The answer to ` ?`: a word and its help on each line."""
    width = max((len(choice.word) for choice in choices), default=0)
    lines = [f"  {choice.word:<{width}}  {choice.help}".rstrip() for choice in choices]
    return "\n".join(lines) + "\n\n"


def word_list(choices: Sequence[Choosable], width: int = 80) -> str:
    """The answer to `sh?`: the words that begin so, side by side."""
    words = [choice.word for choice in choices]
    if not words:
        return "% Unrecognized command\n"
    column = max(len(word) for word in words) + 2
    across = max(1, (width - 1) // column)
    rows = [words[i : i + across] for i in range(0, len(words), across)]
    return "".join("".join(f"{word:<{column}}" for word in row) + "\n" for row in rows) + "\n"
