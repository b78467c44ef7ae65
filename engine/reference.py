"""What is written from the declarations: docs/reference.md (experiments, rules, and every parameter), and in CONTRIBUTING.md what a file says."""

from collections.abc import Iterable, Mapping
from inspect import getdoc
from pathlib import Path
from types import ModuleType

from engine.contract import CONTRACTS, names
from engine.kernel import ENGINE
from engine.modulators import DEFAULTS, FULL_NAMES, LABELS, MODULATORS, Modulator
from engine.parameters import Field, fields
from engine.plasticity import ROW_DOCS, ROWS, Rule
from engine.registry import experiments, rules

PAGE = ENGINE.parent / "docs" / "reference.md"
GUIDE = ENGINE.parent / "CONTRIBUTING.md"
BEGIN, END = "<!-- Written by `make docs` from engine/contract.py: -->\n", "<!-- until here -->\n"
HEAD = """# Reference

<!-- Written by `python -m engine docs` from the declarations. Do not edit: change the declaration and run `make docs`. -->

Every parameter is at once a control on the page, a key of the link, a flag of the command line (`tau_e_ms` is `--tau-e-ms`) and an argument of
`engine.run`. What the equations mean is in [model.md](model.md).
"""
COLUMNS = ("parameter", "unit", "allowed", "default", "meaning")


def pages() -> dict[Path, str]:
    """Every file that is written, and what it must say; the guide only where it is part of the installation."""
    return {PAGE: page()} | ({GUIDE: guide(GUIDE.read_text(encoding="utf-8"))} if GUIDE.exists() else {})


def guide(text: str) -> str:
    """The text of CONTRIBUTING.md with the contract of today between its two marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{GUIDE.name} has lost the lines {BEGIN.strip()} and {END.strip()}.")
    return f"{before}{BEGIN}\n" + "\n\n".join(map(contract_part, CONTRACTS)) + f"\n\n{END}{after}"


def contract_part(contract: type) -> str:
    """The names of one contract, those that must be there first."""
    rows = [(f"`{entry.name}`", "" if entry.required else "optional", entry.sentence) for entry in names(contract)]
    return f"{getdoc(contract)}\n\n{table(('name', '', 'what it says'), rows)}"


def page() -> str:
    """The whole page."""
    parts = [
        HEAD,
        "## Experiments",
        *map(experiment_part, own(experiments()).items()),
        "## Rules",
        *map(rule_part, own(rules()).items()),
    ]
    return "\n\n".join(part.strip("\n") for part in (*parts, family_part(), modulator_part(), matrix_part())) + "\n"


def own(modules: Mapping[str, ModuleType]) -> dict[str, ModuleType]:
    """The modules of this project, without those of the extra folder."""
    return {name: m for name, m in modules.items() if ENGINE in Path(m.__file__ or "").resolve().parents}


def experiment_part(item: tuple[str, ModuleType]) -> str:
    """One experiment: question, equations, presets, parameters, outputs, limits."""
    name, world = item
    presets = table(
        ("preset", "rule", "note"), [(v["title"], f"`{v['rule']}`", v["note"]) for v in world.PRESETS.values()]
    )
    outputs = [(f"`{k}`", o.unit, " × ".join(o.axes) or "one number", o.doc) for k, o in world.OUTPUTS.items()]
    return "\n\n".join(
        [
            f"### {name}: {world.TITLE}", f"**{world.QUESTION}**", text_block(world), f"Rule unless another is chosen: `{world.DEFAULT_RULE}`.",
            math(world.EQUATIONS), parameter_table(fields(world.Params).values()), table(("output", "unit", "axes", "meaning"), outputs),
            presets, f"*Left out.* {world.LEFT_OUT}", papers(world),
        ]
    )  # fmt: skip


def rule_part(item: tuple[str, ModuleType]) -> str:
    """One rule: equations, what it sets, promise and lesion."""
    name, law = item
    return "\n\n".join(
        [
            f"### {name}: {law.TITLE}", law.SUMMARY, text_block(law), math(law.EQUATIONS), f"*Constants.* {assignments(law.CONSTANTS)}",
            f"*Modulation matrix.* {assignments(law.MATRIX)}", f"*Defaults it brings along.* {assignments(getattr(law, 'DEFAULTS', {}))}",
            f"*Promise.* {law.PROMISE}", f"*Lesion that breaks it.* {assignments(law.LESION)}", papers(law),
        ]
    )  # fmt: skip


def family_part() -> str:
    """The constants of the rule family."""
    return "## Constants of the rule family\n\n" + parameter_table(fields(Rule).values())


def modulator_part() -> str:
    """The parameters of a modulator, once, and the defaults that differ."""
    names = ", ".join(f"`{m}_` {FULL_NAMES[m]}" for m in MODULATORS)
    lines = [f"- {FULL_NAMES[m]}: {assignments({f'{m}_{k}': v for k, v in DEFAULTS[m].items()})}" for m in MODULATORS]
    intro = f"Each name has a prefix: {names}. So `tonic_nm` of dopamine is `da_tonic_nm`. Defaults that are not those of the table:\n\n"
    return "## Modulators\n\n" + intro + "\n".join(lines) + "\n\n" + parameter_table(fields(Modulator).values())


def matrix_part() -> str:
    """The rows of the modulation matrix."""
    cells = ", ".join(f"`_by_{m}` ({LABELS[m]})" for m in MODULATORS)
    intro = f"A cell is `<row>_by_<modulator>`, with the ends {cells}: the effect of one unit of that signal. All are 0 unless a rule sets them."
    return f"## Modulation matrix\n\n{intro}\n\n" + table(
        ("row", "what it changes"), [(f"`{row}`", ROW_DOCS[row]) for row in ROWS]
    )


def text_block(module: ModuleType) -> str:
    """A docstring as it stands, so that its equations keep their columns."""
    return f"```text\n{getdoc(module)}\n```"


def math(equations: Iterable[str]) -> str:
    return "\n\n".join(f"$$ {equation} $$" for equation in equations)


def papers(module: ModuleType) -> str:
    return "*References.* " + "; ".join(module.PAPERS) + "."


def assignments(values: Mapping[str, object]) -> str:
    """`a` = 1, `b` = 2, or none."""
    return (", ".join(f"`{name}` = {value}" for name, value in values.items()) or "none") + "."


def parameter_table(declared: Iterable[Field]) -> str:
    return table(COLUMNS, [(f"`{f.name}`", f.unit, allowed(f), f.format(f.default), f.param.doc) for f in declared])


def allowed(field: Field) -> str:
    """Bounds, or the words to choose from."""
    p = field.param
    return (
        ", ".join(p.choices)
        if field.kind is str
        else f"{p.lo:g} to {p.hi:g}" + (", whole" if field.kind is int else "")
    )


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
