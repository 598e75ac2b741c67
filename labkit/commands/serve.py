"""`labkit serve`: the simulated lab as SSH servers on 127.0.0.1.

Knows the arguments; the serving itself is `labkit.sim.serve`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from labkit.commands import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", default="baseline", metavar="ID", help="where to start")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="same seed, same bytes")
    parser.add_argument(
        "--capture-dir", type=Path, metavar="DIR", help="where captures and keys are written"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON when all are ready")
    parser.add_argument("--realtime", action="store_true", help="tie the lab's clock to the wall")
    parser.add_argument(
        "--port", type=int, metavar="N", help="the first of consecutive ports (default: free ones)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM.  Raises CommandError (2) for what cannot be served."""
    from labkit.sim import serve_until_signal

    chosen = {} if arguments.port is None else {"first_port": arguments.port}
    try:
        return serve_until_signal(
            checkpoint=arguments.checkpoint,
            seed=arguments.seed,
            capture_dir=arguments.capture_dir,
            json=arguments.json,
            realtime=arguments.realtime,
            **chosen,
        )
    except (OSError, ValueError, LookupError) as error:
        raise CommandError(str(error.args[-1] if error.args else error), status=2) from error
