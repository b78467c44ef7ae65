// The rule: choose a named one, see its modulation matrix, edit any cell, go back.
(() => {
  const TF = (window.TF = window.TF || {});
  const NOT_HERE = "Nothing in this experiment could be changed by it.";
  let cells = new Map();

  const text = (name) => name.replaceAll("_", " ").replace("ltp", "LTP").replace("ltd", "LTD");

  TF.rulePicker = () => {
    const { make } = TF;
    const { rules, rule } = TF.state.declared;
    const select = make("select", { id: "rule" }, rules.map((r) => make("option", { value: r.name, textContent: r.title, selected: r.name === rule })));
    select.addEventListener("change", () => choose(select.value));
    return make("label", { className: "pick rule" }, [make("span", { textContent: "Rule" }), select]);
  };
  TF.ruleNote = () => {
    const { rules, rule } = TF.state.declared;
    const card = rules.find((r) => r.name === rule);
    return TF.make("div", { className: "rule" }, [TF.make("p", { className: "note", textContent: card.summary }), TF.make("p", { className: "paper", textContent: card.papers.join("; ") })]);
  };

  // Another rule keeps what was set outside of the rule and its matrix.
  function choose(rule) {
    const { now, fields } = TF.state;
    const kept = Object.entries(now.values).filter(([name]) => !["rule", "matrix"].includes(fields.get(name).group));
    TF.gate.open("?" + TF.state.query({ ...now, rule, values: Object.fromEntries(kept) }), { push: true });
  }

  TF.matrixTable = () => {
    const { make } = TF;
    const { matrix } = TF.state.declared;
    cells = new Map();
    const head = make("tr", {}, [make("td"), ...matrix.columns.map(columnHead)]);
    const back = make("button", { type: "button", id: "matrix-back", textContent: "Back to the named rule", disabled: true, onclick: backToRule });
    const table = make("table", { className: "matrix" }, [make("thead", {}, [head]), make("tbody", {}, matrix.rows.map((r) => row(r, matrix.columns)))]);
    const summary = make("summary", { textContent: "Modulation matrix" });
    TF.tip(summary, "What one unit of each modulator's signal adds to each quantity of the rule.");
    const details = make("details", { className: "matrix-box" }, [summary, table, back]);
    refresh([...cells.keys()]);
    back.disabled = !anyChanged();
    return details;
  };

  function columnHead({ name, label, full }) {
    const th = TF.make("th", { scope: "col", textContent: label, title: full });
    th.style.color = `var(--${name})`;
    return th;
  }

  function row({ name, doc, used }, columns) {
    const head = TF.make("th", { scope: "row", textContent: text(name), tabIndex: used ? -1 : 0 });
    TF.tip(head, used ? doc : `${doc}. ${NOT_HERE}`);
    const tds = columns.map((c) => cell(`${name}_by_${c.name}`, `${text(name)} by ${c.label}`, used));
    return TF.make("tr", { className: used ? "" : "unused" }, [head, ...tds]);
  }

  function cell(name, label, used) {
    const input = TF.make("input", { type: "number", step: "any", disabled: !used, title: used ? "" : NOT_HERE });
    input.setAttribute("aria-label", label);
    input.addEventListener("change", () => {
      TF.state.set(name, input.value === "" ? TF.state.fields.get(name).default : Number(input.value));
      TF.gate.settle();
      show(name);
    });
    const td = TF.make("td", {}, [input]);
    cells.set(name, { input, td });
    return td;
  }

  function show(name) {
    const { input, td } = cells.get(name);
    const value = TF.state.get(name);
    input.value = value;
    td.classList.toggle("zero", value === 0);
    td.classList.toggle("changed", TF.state.isChanged(name));
  }
  const anyChanged = () => [...cells.keys()].some((name) => TF.state.isChanged(name));

  function refresh(names) {
    const mine = names.filter((name) => cells.has(name));
    mine.forEach(show);
    const back = TF.byId("matrix-back");
    if (mine.length && back) back.disabled = !anyChanged();
  }

  function backToRule() {
    const changed = [...cells.keys()].filter((name) => TF.state.isChanged(name));
    TF.state.setMany(Object.fromEntries(changed.map((name) => [name, TF.state.fields.get(name).default])));
  }

  TF.on("changed", (names) => TF.state.now && refresh(names));
})();
