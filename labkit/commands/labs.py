"""`labkit serve`, `exercises`, `faults`, `decrypt`, `openlab`: labs beside the notebooks.

Knows the arguments and what is said; the work is done in `labkit.sim`, `course`, `capture` and
`openlab`, which are imported when a command runs, since they need the environment.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from pathlib import Path

from labkit import resources
from labkit.commands import CommandError

WIDTH = 96
VERBS = {
    "build": "build the guest's root file system (once; needs root)",
    "up": "boot the network and leave it running",
    "do": "run a shell command in the running guest, for example: at PC-B ping -c 3 192.168.1.10",
    "run": "from nothing to a recorded and verified tunnel, with how long each step took",
    "record": "record scenarios into a folder (default: all, into the course's)",
    "down": "stop the guest",
}


def serve_arguments(parser: argparse.ArgumentParser) -> None:
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


def serve(arguments: argparse.Namespace) -> int:
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


def exercises_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help="list all exercises and questions (what no action does too)")
    check = actions.add_parser("check", help="check one exercise against a running lab")
    check.add_argument("id", help="the exercise")
    check.add_argument(
        "--lab",
        type=Path,
        metavar="FILE",
        help="what `labkit serve --json` printed (default: the `labkit serve` that runs)",
    )


def exercises(arguments: argparse.Namespace) -> int:
    """Returns 0 for a list or an exercise passed, 1 for one that is not.  Raises CommandError."""
    if arguments.action == "check":
        return _check(arguments.id, arguments.lab)
    from labkit.course.progress import Progress, things

    for each in things(Progress()):
        if each.kind != "quiz":
            mark = "✓" if each.passed else " "
            print(f"{mark} {each.notebook}  {each.kind:<8}  {each.id:<28}  {each.title}")
    return 0


def _check(name: str, file: Path | None) -> int:
    """Over SSH, and in the capture files: it sees what anybody could, and counts as progress."""
    from labkit.course import exercise
    from labkit.course.attempt import Attempt
    from labkit.course.checking import Outcome
    from labkit.course.observer import OverSsh

    try:
        wanted = exercise.exercise(name)
        file = file or _running()
        described = json.loads(file.read_text(encoding="utf-8"))
    except LookupError as error:
        raise CommandError(str(error), status=2) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"cannot read {file}: {error}", status=2) from error
    except ValueError as error:
        why = f"{file} is not the JSON of `labkit serve --json`: {error}"
        raise CommandError(why, status=2) from error
    observer = OverSsh.of(described, str(file))  # its errors name file and device
    try:
        report = Attempt(observer, wanted).check(_progress if sys.stderr.isatty() else None)
    finally:
        observer.close()
    print(report)
    return 0 if report.outcome is Outcome.PASSED else 1


def _running() -> Path:
    """What the one `labkit serve` of this person left for scripts."""
    found = sorted((resources.home() / "serve").glob("*.json"))
    if len(found) != 1:
        which = "none runs" if not found else f"{len(found)} run"
        raise CommandError(f"which lab? {which}; say it with --lab FILE", status=2)
    return found[0]


def _progress(done: int, total: int) -> None:
    print(f"\rchecking {done + 1} of {total}", end="\r", file=sys.stderr, flush=True)


def faults_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="*", help="tell the symptoms of these (default: list all)")
    parser.add_argument("--spoil", action="store_true", help="tell cause and proof as well")


def faults(arguments: argparse.Namespace) -> int:
    """Without `--spoil` nothing that is printed gives a cause away.  Raises CommandError."""
    from labkit.sim import FaultError, fault, fault_names

    try:
        chosen = [fault(name) for name in arguments.id or fault_names()]
    except FaultError as error:
        raise CommandError(str(error), status=2) from error
    for each in chosen:
        print(f"{each.name:<5} {each.title}")
        told = [("see" if n == 0 else "", text) for n, text in enumerate(each.symptom)]
        told = told if arguments.id else []
        if arguments.spoil:
            told += [("cause", each.cause), ("proof", each.proof)]
        for word, sentence in told:
            print(textwrap.fill(f"      {word:<6}{sentence}", WIDTH, subsequent_indent=" " * 12))
    if not arguments.id and not arguments.spoil:
        print("\nBring one in with lab.fault(ID), or at the prompt of `lab` with fault ID.")
    return 0


def decrypt_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="IN.pcap", help="the capture to read")
    parser.add_argument("target", type=Path, metavar="OUT.pcap", help="the capture to write")
    parser.add_argument(
        "--keys", type=Path, required=True, metavar="DIR", help="the folder with secrets.json"
    )


def decrypt(arguments: argparse.Namespace) -> int:
    """Write the decrypted capture and print what was opened; needs no tshark.

    Raises CommandError (2) for a file that is not there; OSError and CaptureError pass.
    """
    for needed in (arguments.source, arguments.keys / "secrets.json"):
        if not needed.is_file():
            raise CommandError(f"there is no file {needed}", status=2)
    from labkit.capture.decrypt import decrypt_file

    print(decrypt_file(arguments.source, arguments.target, arguments.keys))
    return 0


def openlab_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    added = {
        name: verbs.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        for name, what in VERBS.items()
    }
    # What is after "do" is the guest's, options too.
    added["do"].add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
    added["record"].add_argument("scenarios", nargs="*", metavar="SCENARIO", help="which (all)")
    added["record"].add_argument("--into", type=Path, metavar="DIR", help="data/recordings")
    added["run"].add_argument(
        "--rebuild", action="store_true", help="build the root file system anew, too"
    )


def openlab(arguments: argparse.Namespace) -> int:
    """Do what the verb says; raises OpenLabError, OSError."""
    from labkit.openlab import session

    match arguments.verb:
        case "do":
            status, said = session.do(" ".join(arguments.words))
            print(said, end="")
            return status
        case "run":
            return 0 if session.run(print, rebuild=arguments.rebuild) else 1
        case "record":
            return 0 if session.record(print, arguments.scenarios, arguments.into) else 1
        case verb:
            {"build": session.build, "up": session.up, "down": session.down}[verb](print)
    return 0
