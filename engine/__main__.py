"""The command line.

python -m engine list                       experiments and rules
python -m engine describe NAME              one of them, with every parameter
python -m engine run NAME --tau-e-ms 500    a run, as CSV, JSON or NPZ
python -m engine docs [--check]             what is written from the declarations

Every declared parameter is a flag: `tau_e_ms` is `--tau-e-ms`. Bad input ends with one sentence and exit code 2.
"""

import argparse
import os
import re
import signal
import stat
import sys
import tempfile
import textwrap
from contextlib import contextmanager
from difflib import get_close_matches
from inspect import getdoc
from pathlib import Path
from types import ModuleType

from engine.export import FORMATS, export, in_unit
from engine.modulators import FULL_NAMES, MODULATORS
from engine.parameters import Field, short
from engine.reference import allowed, pages
from engine.registry import UnknownName, experiments, find, rules
from engine.run import TIERS, Control, Run, run_settings
from engine.settings import DEFAULT_EXPERIMENT, MAX_SEED, Settings, SettingsError, repair, schema

OWN_FLAGS = ("rule", "seed", "tier", "format", "out", "deadline-s", "help")
COMMANDS = ("list", "describe", "run", "docs")
BAD_INPUT, INTERRUPTED = 2, 130
GROUPS = {"experiment": "experiment", "rule": "learning rule", "matrix": "modulation matrix"} | {
    m: FULL_NAMES[m] for m in MODULATORS
}


class Mistake(Exception):
    """Input that is not allowed; the message is all the user sees."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence, without a page of usage."""

    def error(self, message: str):
        raise Mistake(f"{message[:1].upper()}{message[1:]}." if not message.endswith(".") else message)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        options = command_line(arguments)
        return options.command(options)
    except (Mistake, SettingsError, UnknownName) as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # the reader of a pipe went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nStopped; nothing was written.", file=sys.stderr)
        return INTERRUPTED


def command_line(arguments: list[str]) -> argparse.Namespace:
    """The options of one command. A run has the flags of its experiment and rule, so those two are read first."""
    check_command(arguments)
    parser = Parser(
        prog="python -m engine",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(metavar=" | ".join(COMMANDS), required=True, parser_class=Parser)
    commands.add_parser("list", help="experiments and rules").set_defaults(command=list_all)
    describe_parser = commands.add_parser("describe", help="one experiment or rule, with every parameter")
    describe_parser.add_argument("name")
    describe_parser.set_defaults(command=describe)
    docs_parser = commands.add_parser(
        "docs",
        help="write what is written from the declarations: docs/reference.md, and the contract in CONTRIBUTING.md",
    )
    docs_parser.add_argument("--check", action="store_true", help="only say whether they are up to date")
    docs_parser.set_defaults(command=docs)
    run_parser = commands.add_parser(
        "run",
        help="run an experiment; `run NAME --help` lists its parameters",
        allow_abbrev=False,
        usage="%(prog)s EXPERIMENT [options]",
    )
    known = add_run_options(run_parser, arguments) if arguments[:1] == ["run"] else []
    options, unknown = parser.parse_known_args(joined(arguments))
    if unknown:
        raise Mistake(unknown_flag(unknown[0], known))
    return options


def check_command(arguments: list[str]) -> None:
    """The first word must be a command."""
    if not arguments:
        raise Mistake(f"Name a command: {', '.join(COMMANDS)}. `python -m engine --help` says what they do.")
    if arguments[0] not in (*COMMANDS, "-h", "--help"):
        raise Mistake(
            f"There is no command {short(arguments[0])}; there are {', '.join(COMMANDS)}.{hint(arguments[0], COMMANDS)}"
        )


def hint(word: str, known) -> str:
    """The nearest right word, as a question."""
    near = get_close_matches(word[:60], list(known), 1, 0.5)
    return f" Did you mean '{near[0]}'?" if near else ""


def joined(arguments: list[str]) -> list[str]:
    """`--flag -1e3` as `--flag=-1e3`: a number below zero is no flag."""
    out: list[str] = []
    for word in arguments:
        number = re.fullmatch(r"-(\d|\.\d|inf|nan).*", word, re.IGNORECASE)
        if number and out and out[-1].startswith("--") and "=" not in out[-1]:
            out[-1] += f"={word}"
        else:
            out.append(word)
    return out


def unknown_flag(word: str, known: list[str]) -> str:
    """What to say about a word that is no option."""
    name = word.split("=")[0]
    return f"There is no option {short(name)}.{hint(name, known)}"


def add_run_options(parser: Parser, arguments: list[str]) -> list[str]:
    """The options of `run`, and a flag for every parameter of the experiment and rule named in the arguments."""
    first = Parser(add_help=False, allow_abbrev=False)
    for each in (first, parser):
        one = "?" if each is first else None
        each.add_argument("name", nargs=one, help=f"experiment: {', '.join(experiments())}")
        each.add_argument("--rule", help=f"learning rule: {', '.join(rules())}")
    chosen, _ = first.parse_known_args([a for a in arguments[1:] if a not in ("-h", "--help")])
    experiment = chosen.name if chosen.name and not chosen.name.startswith("-") else DEFAULT_EXPERIMENT
    world = find("experiment", experiment)
    spec = schema(experiment, chosen.rule or world.DEFAULT_RULE)
    parser.add_argument(
        "--seed", default="1", help=f"whole number in [0, {MAX_SEED}] that makes every random draw; default 1"
    )
    parser.add_argument(
        "--tier",
        default="settled",
        choices=TIERS,
        help="live: fewer points; settled: all curves; job: the long protocol",
    )
    parser.add_argument(
        "--format", choices=FORMATS, help="of the file; by default what the name of --out says, else csv"
    )
    parser.add_argument("--out", metavar="FILE", help="where to write; by default to the terminal")
    parser.add_argument(
        "--deadline-s", metavar="S", help="stop after so many seconds with what there is, marked partial"
    )
    parser.set_defaults(command=run_command, spec=spec)
    groups = {key: parser.add_argument_group(title) for key, title in GROUPS.items()}
    for field in spec.values():
        groups[field.group].add_argument(
            flag(field.name), dest=field.name, metavar=field.unit or "X", help=flag_help(field)
        )
    return [f"--{name}" for name in OWN_FLAGS] + [flag(name) for name in spec]


def flag(name: str) -> str:
    """tau_e_ms -> --tau-e-ms"""
    return "--" + name.replace("_", "-")


def flag_help(field: Field) -> str:
    """Meaning, range with unit, default."""
    return f"{field.param.doc}; {allowed(field)}{in_unit(field.unit)}, default {field.format(field.default)}".replace(
        "%", "%%"
    )


def list_all(_options) -> int:
    """`list`: experiments with their questions, rules with their titles."""
    print("Experiments")
    for name, world in experiments().items():
        print(f"  {name:<18} {world.QUESTION}")
    print("\nRules")
    for name, law in rules().items():
        print(f"  {name:<18} {law.TITLE}")
    print("\n`python -m engine describe NAME` says more about each.")
    return 0


def describe(options) -> int:
    """`describe NAME`: an experiment or a rule with its parameters."""
    name = options.name
    if name in experiments():
        print("\n".join(experiment_lines(name, find("experiment", name))))
    elif name in rules():
        print("\n".join(rule_lines(name, find("rule", name))))
    else:
        known = [*experiments(), *rules()]
        raise Mistake(f"There is no experiment or rule {short(name)}; there are {', '.join(known)}.{hint(name, known)}")
    return 0


def experiment_lines(name: str, world: ModuleType) -> list[str]:
    """All about an experiment, run with its own rule."""
    lines = [name, "", getdoc(world) or "", "", f"Rule unless another is chosen: {world.DEFAULT_RULE}"]
    lines += ["", "Left out", *wrapped(world.LEFT_OUT), *references(world), "", "Presets"]
    lines += [f"  {preset['title']} ({preset['rule']}): {preset['note']}" for preset in world.PRESETS.values()]
    lines += ["", "Outputs"]
    lines += [
        f"  {key:<22} {out.doc}{in_unit(out.unit)} ({' x '.join(out.axes) or 'one number'})"
        for key, out in world.OUTPUTS.items()
    ]
    return lines + parameter_lines(
        schema(name, world.DEFAULT_RULE).values(), "experiment", *MODULATORS, "rule", "matrix"
    )


def rule_lines(name: str, law: ModuleType) -> list[str]:
    """All about a rule: what it fills in, what it promises, the constants it shares with all others."""
    lines = [f"{name}: {law.TITLE}", law.SUMMARY, "", getdoc(law) or "", *references(law), "", "Modulation matrix"]
    lines += [f"  {cell} = {value:g}" for cell, value in law.MATRIX.items()] or ["  empty: no modulator has a say"]
    brought = [f"  {key} = {value}" for key, value in getattr(law, "DEFAULTS", {}).items()]
    lines += ["", "Defaults it brings along", *brought] if brought else []
    lines += [
        "",
        f"Promise: {law.PROMISE}",
        "Lesion that breaks it: " + ", ".join(f"{key} = {value:g}" for key, value in law.LESION.items()),
    ]
    return lines + parameter_lines(schema(DEFAULT_EXPERIMENT, name).values(), "rule", "matrix")


def references(module: ModuleType) -> list[str]:
    return ["", "References", *(f"  {paper}" for paper in module.PAPERS)]


def wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 110, initial_indent="  ", subsequent_indent="  ")


def parameter_lines(declared, *groups: str) -> list[str]:
    """A line for every parameter of these groups."""
    lines = []
    for group in groups:
        lines += ["", f"Parameters: {GROUPS[group]}"]
        lines += [
            f"  {f.name:<28} {f.format(f.default):>10} {f.unit:<5} {f.param.doc} ({allowed(f)})"
            for f in declared
            if f.group == group
        ]
    return lines


def docs(options) -> int:
    """`docs`: write what is written from the declarations, or with --check say what is not up to date."""
    stale = {
        path: text for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    for path, text in stale.items():
        if options.check:
            print(f"{path.name} is not what the declarations say; run `make docs`.", file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            write_file(path, text.encode())
    return 1 if stale and options.check else 0


def run_command(options) -> int:
    """`run`: compute, then write. What was asked for is checked before anything is computed."""
    settings, target, form = settings_of(options), target_of(options), format_of(options)
    control = Control(deadline_s=seconds(options.deadline_s))
    if options.tier == "job":
        control.progress = show_progress
    with ctrl_c_stops(control):
        result = run_settings(settings, options.tier, control)
    say_how_it_ended(options.tier, control, result)
    content = export(result, form)
    if target is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_file(target, content)
    return INTERRUPTED if control.cancel.is_set() else 0


def settings_of(options) -> Settings:
    """The checked settings of a run."""
    given = {name: text for name in options.spec if (text := getattr(options, name)) is not None}
    settings, problems = repair({"experiment": options.name, "rule": options.rule, "seed": options.seed, **given})
    if problems:
        raise SettingsError(problems)
    return settings


def target_of(options) -> Path | None:
    """The file to write, or None for standard output; its folder must be there."""
    if options.out in (None, "-"):
        return None
    path = Path(options.out)
    if path.is_dir():
        raise Mistake(f"Cannot write {path}: it is a folder.")
    if not path.parent.is_dir():
        raise Mistake(f"Cannot write {path}: there is no folder {path.parent}.")
    return path


def format_of(options) -> str:
    """The format asked for, or the one the file's name ends in."""
    end = Path(options.out or "").suffix.lstrip(".").lower()
    form = options.format or (end if end in FORMATS else "csv")
    if form == "npz" and options.out in (None, "-") and sys.stdout.isatty():
        raise Mistake("An npz file is not for the terminal; name a file with --out.")
    return form


def seconds(text: str | None) -> float:
    """The deadline, or infinity."""
    if text is None:
        return float("inf")
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not value > 0.0:
        raise Mistake(f"--deadline-s = {short(text)} is not a number of seconds above 0.")
    return value


def show_progress(share: float) -> None:
    """A line on standard error that rewrites itself."""
    print(f"\r{100 * share:5.1f} % of the run", end="", file=sys.stderr, flush=True)


def say_how_it_ended(tier: str, control: Control, result: Run) -> None:
    """End the progress line; say so if the run is partial."""
    if tier == "job":
        print(file=sys.stderr)
    if result.partial:
        why = "Ctrl-C" if control.cancel.is_set() else f"the deadline of {control.deadline_s:g} s"
        print(f"Stopped by {why}: what is written is partial.", file=sys.stderr)


@contextmanager
def ctrl_c_stops(control: Control):
    """The first Ctrl-C lets the run end early with what it has, a second one ends at once."""

    def stop(_signal, _frame):
        if control.cancel.is_set():
            raise KeyboardInterrupt
        control.cancel.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def write_file(path: Path, content: bytes) -> None:
    """The whole content or nothing, with one sentence when it cannot be written."""
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            path.write_bytes(content)
        else:
            replace_file(path, content)
    except OSError as error:
        raise Mistake(f"Cannot write {path}: {error.strerror or error}.") from None


def replace_file(path: Path, content: bytes) -> None:
    """Write beside the file, then put it in its place: an old file stays whole when the disk is full."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise


if __name__ == "__main__":
    sys.exit(main())
