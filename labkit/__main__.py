"""The door: `labkit` and `python -m labkit`.

Standard library only, and readable to old Pythons down to 3.6, so that the first thing a person
with the wrong Python sees is a sentence.  Everything else is in `labkit.commands`.
"""

import sys

OLDEST = (3, 11)


def main(argv: "list[str] | None" = None) -> int:  # quoted: an old Python reads this too
    """Run one command line; returns the exit status (0 fine, 1 it failed, 2 wrong usage)."""
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        sys.stderr.write("labkit needs Python 3.11 or newer, and this is {}\n".format(found))  # noqa: UP032
        return 1
    from labkit.commands import run

    return run(sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
