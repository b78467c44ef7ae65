"""What is modelled: every rule and every experiment with its equations, its source and what it leaves out."""

from html import escape
from types import ModuleType

from components.equations import mathml
from engine.registry import experiments, rules

TITLE = "Model"


def body() -> str:
    worlds = "".join(experiment_section(module) for module in experiments().values())
    laws = "".join(rule_section(module) for module in rules().values())
    return f"<h1>What is modelled</h1><h2>Experiments</h2>{worlds}<h2>Learning rules</h2>{laws}"


def experiment_section(world: ModuleType) -> str:
    limits = f"<h4>What is left out</h4><p>{escape(world.LEFT_OUT)}</p>"
    return f"<article><h3>{escape(world.TITLE)}</h3><p>{escape(world.QUESTION)}</p>{equations(world)}{limits}{papers(world)}</article>"


def rule_section(rule: ModuleType) -> str:
    promise = f"<p><strong>Promise.</strong> {escape(rule.PROMISE)}</p>"
    return f"<article><h3>{escape(rule.TITLE)}</h3><p>{escape(rule.SUMMARY)}</p>{equations(rule)}{promise}{papers(rule)}</article>"


def equations(module: ModuleType) -> str:
    return "".join(f"<div class='equation'>{mathml(e)}</div>" for e in module.EQUATIONS)


def papers(module: ModuleType) -> str:
    return "<ul class='papers'>" + "".join(f"<li>{escape(paper)}</li>" for paper in module.PAPERS) + "</ul>"
