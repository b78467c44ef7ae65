"""The trace over time."""

TITLE = "What is left of the trace"
COLUMN = "mechanism"
HELP = "An exponential."


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows."""
    return f"Half of the trace is left after {float(run.half_s):.2g} s."


def figure(run, theme) -> dict:
    """One line."""
    return {
        "data": [{"type": "scatter", "x": run.t_s, "y": run.trace_left, "line": {"color": theme.trace_ltp}}],
        "layout": {},
    }
