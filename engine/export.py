"""A run as a file: CSV for spreadsheets, JSON for programs, NPZ for numpy. Settings, version and citation travel with the numbers.

CSV   comment lines that begin with #, a row of names, then one column for every output, or for every row of an output with two axes
      (`concentration_nm.da`). Columns have the lengths of their outputs, so the shorter ones end in empty cells.
JSON  one object; a number that is not finite is null.
NPZ   the arrays under their names, and the rest as JSON in `about`.
"""

import csv
import io
import json
from itertools import zip_longest
from typing import Any

import numpy as np

from engine.modulators import MODULATORS
from engine.registry import find
from engine.run import Run

FORMATS = ("csv", "json", "npz")
FORMULA_STARTS = tuple("=+-@\t\r\n\0＝＋－＠")


def export(run: Run, form: str) -> bytes:
    """The run as the content of a file of one of `FORMATS`."""
    return {"csv": to_csv, "json": to_json, "npz": to_npz}[form](run)


def citation(run: Run) -> list[str]:
    """What to cite for this run: the laboratory, then the papers of rule and experiment."""
    papers = [*find("rule", run.settings.rule).PAPERS, *find("experiment", run.settings.experiment).PAPERS]
    return [
        f"Third Factor {run.version}: a laboratory in the browser for neuromodulated learning",
        *dict.fromkeys(papers),
    ]


def about(run: Run) -> dict:
    """Everything about a run but its arrays."""
    s = run.settings
    return {
        "experiment": s.experiment, "rule": s.rule, "seed": s.seed, "tier": run.tier, "partial": run.partial, "version": run.version,
        "digest": run.digest, "changed": s.changed, "settings": dict(s.values), "citation": citation(run),
    }  # fmt: skip


def to_json(run: Run) -> bytes:
    """One JSON object, arrays as nested lists."""
    outputs = {
        name: {**run.outputs[name]._asdict(), "values": finite_or_none(array.tolist())}
        for name, array in run.arrays.items()
    }
    return (json.dumps({**about(run), "outputs": outputs}, allow_nan=False, ensure_ascii=False) + "\n").encode()


def finite_or_none(value):
    """Nested lists with None for what is not a finite number."""
    if isinstance(value, list):
        return [finite_or_none(v) for v in value]
    return value if np.isfinite(value) else None


def to_npz(run: Run) -> bytes:
    """A compressed archive of arrays; reads back without pickle."""
    out = io.BytesIO()
    np.savez_compressed(out, about=json.dumps(about(run), ensure_ascii=False), **dict[str, Any](run.arrays))
    return out.getvalue()


def to_csv(run: Run) -> bytes:
    """Comment lines and one table."""
    out = io.StringIO()
    out.writelines(f"# {one_cell(line)}\n" for line in comments(run))
    table = columns(run)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([guarded(name) for name in table])
    writer.writerows(zip_longest(*([repr(x) for x in column] for column in table.values()), fillvalue=""))
    return out.getvalue().encode()


def comments(run: Run) -> list[str]:
    """What stands above the table."""
    s = run.settings
    lines = [f"experiment {s.experiment}; rule {s.rule}; seed {s.seed}; tier {run.tier}; version {run.version}"]
    lines += ["partial: the run was stopped before its end"] if run.partial else []
    lines += ["changed from the defaults: " + ("; ".join(f"{k} = {v}" for k, v in s.changed.items()) or "nothing")]
    lines += [f"cite: {text}" for text in citation(run)]
    lines += [f"column {name}: {run.outputs[name].doc}{in_unit(run.outputs[name].unit)}" for name in run.arrays]
    return lines + ["all settings: " + "; ".join(f"{k} = {v}" for k, v in s.values.items())]


def in_unit(unit: str) -> str:
    return f" [{unit}]" if unit else ""


def columns(run: Run) -> dict[str, list[float]]:
    """Every output as one column, or as one for each of its rows."""
    out = {}
    for name, array in run.arrays.items():
        if array.ndim < 2:
            out[name] = np.atleast_1d(array).tolist()
        else:
            labels = MODULATORS if run.outputs[name].axes[0] == "modulator" else range(array.shape[0])
            rows = array.reshape(array.shape[0], -1)
            out |= {f"{name}.{label}": row.tolist() for label, row in zip(labels, rows, strict=True)}
    return out


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def one_cell(text: str) -> str:
    """A comment without what would begin another line or another cell."""
    return " ".join(text.replace(",", ";").split())
