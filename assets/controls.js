// Controls, built from the declarations. Native inputs; nothing here knows the name of a parameter.
(() => {
  const TF = (window.TF = window.TF || {});
  const LEVELS = ["intro", "core", "full"];
  const POSITIONS = 1000; // of a logarithmic slider
  const STEPS = 100; // single steps along a logarithmic slider
  const OPEN = new Set(["experiment", "da", "rule"]);
  const controls = new Map(); // name -> {element, show}
  const make = (...parts) => TF.make(...parts);
  const id = (name, what) => `${what}-${name}`;

  // ---- values along a slider ------------------------------------------------------------------------------------------
  const round = (f, v) => (f.kind === "int" ? Math.round(v) : Number(v.toPrecision(f.log ? 3 : 12)));
  const floor = (f) => (f.from > 0 ? f.from : f.to * 1e-6);
  const fromPosition = (f, p) => (p <= 0 ? f.from : round(f, floor(f) * (f.to / floor(f)) ** (p / POSITIONS)));
  const toPosition = (f, v) => (v <= floor(f) ? 0 : (POSITIONS * Math.log(v / floor(f))) / Math.log(f.to / floor(f)));
  const bounded = (f, v) => Math.min(Math.max(v, f.lo), f.hi);

  function stepped(f, v, k) {
    if (!f.log) return bounded(f, Number((Math.round(v / f.step + k) * f.step).toPrecision(12)));
    const next = round(f, Math.max(v, floor(f)) * (f.to / floor(f)) ** (k / STEPS));
    return bounded(f, next === v && f.kind === "int" ? v + Math.sign(k) : next);
  }

  // ---- one control ----------------------------------------------------------------------------------------------------
  const fullLabel = (f) => {
    const group = TF.state.declared.groups.find((g) => g.name === f.group);
    return (group && group.short ? group.short + " " : "") + f.label;
  };
  TF.labelOf = (name) => (TF.state.fields.has(name) ? fullLabel(TF.state.fields.get(name)) : name);

  function explain(f) {
    const bounds = f.kind === "str" ? f.choices.map((c) => c.replaceAll("_", " ")).join(", ") : `${TF.number(f.lo, 6)} to ${TF.withUnit(f.hi, f.unit, 6)}`;
    return `${f.doc[0].toUpperCase()}${f.doc.slice(1)}. ${bounds}; default ${TF.withUnit(f.default, f.unit, 6)}.`;
  }

  function resetButton(f) {
    const button = make("button", { type: "button", className: "reset", textContent: "↺", ariaLabel: `${fullLabel(f)}: back to ${TF.withUnit(f.default, f.unit, 6)}` });
    button.addEventListener("click", () => choose(f, f.default));
    return button;
  }
  function choose(f, value) {
    TF.state.set(f.name, value);
    TF.gate.settle();
  }

  function selectControl(f) {
    const select = make("select", { id: id(f.name, "select") }, f.choices.map((c) => make("option", { value: c, textContent: c.replaceAll("_", " ") })));
    select.setAttribute("aria-label", fullLabel(f));
    select.addEventListener("change", () => choose(f, select.value));
    TF.tip(select, explain(f));
    const line = make("div", { className: "line" }, [make("label", { htmlFor: select.id, textContent: f.label }), resetButton(f), select]);
    return { element: make("div", { className: "control choice" }, [line]), show: (v) => (select.value = v) };
  }

  function numberControl(f) {
    const number = make("input", { type: "number", id: id(f.name, "number"), min: f.lo, max: f.hi, step: "any" });
    number.setAttribute("aria-label", `${fullLabel(f)}, exact${f.unit ? ", in " + f.unit : ""}`);
    number.addEventListener("change", () => (number.value === "" ? show(TF.state.get(f.name)) : (choose(f, Number(number.value)), show(TF.state.get(f.name)))));
    const range = slider(f);
    const nudge = (k, text, word) =>
      make("button", { type: "button", className: "nudge", textContent: text, ariaLabel: `${fullLabel(f)} ${word}`, onclick: () => choose(f, stepped(f, TF.state.get(f.name), k)) });
    const line = make("div", { className: "line" }, [
      TF.tip(make("label", { htmlFor: range.id, textContent: f.label }), explain(f)), resetButton(f), nudge(-1, "−", "down"), number,
      make("span", { className: "unit", textContent: f.unit }), nudge(1, "+", "up"),
    ]);
    function show(v) {
      range.value = f.log ? toPosition(f, v) : v;
      range.setAttribute("aria-valuetext", TF.withUnit(v, f.unit, 6));
      const share = (Number(range.value) - Number(range.min)) / (Number(range.max) - Number(range.min));
      range.style.setProperty("--share", share);
      if (document.activeElement !== number || Number(number.value) !== v) number.value = Number(v.toPrecision(7));
    }
    return { element: make("div", { className: "control" }, [line, range]), show };
  }

  function slider(f) {
    const [min, max, step] = f.log ? [0, POSITIONS, 1] : [f.from, f.to, f.step];
    const range = make("input", { type: "range", id: id(f.name, "range"), min, max, step });
    range.setAttribute("aria-label", fullLabel(f));
    range.addEventListener("input", () => TF.state.set(f.name, f.log ? fromPosition(f, Number(range.value)) : Number(range.value)));
    range.addEventListener("pointerdown", () => TF.gate.hold());
    for (const end of ["pointerup", "pointercancel"]) range.addEventListener(end, () => TF.gate.release());
    range.addEventListener("keydown", (e) => onKey(f, e));
    return TF.tip(range, explain(f));
  }

  const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  function onKey(f, e) {
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    const v = TF.state.get(f.name);
    if (e.key in KEYS) TF.state.set(f.name, stepped(f, v, KEYS[e.key] * (e.shiftKey ? 10 : 1)));
    else if (e.key === "0") TF.state.set(f.name, f.default);
    else if (e.key === "Home") TF.state.set(f.name, f.from);
    else if (e.key === "End") TF.state.set(f.name, f.to);
    else return;
    e.preventDefault();
  }

  // ---- the groups -----------------------------------------------------------------------------------------------------
  function group(g) {
    const fields = [...TF.state.fields.values()].filter((f) => f.group === g.name);
    const body = make("div", { className: "fields" }, fields.map((f) => built(f).element));
    const details = make("details", { className: "group", open: OPEN.has(g.name) }, [
      make("summary", {}, [make("span", { textContent: g.label }), make("span", { className: "mark", textContent: "changed" })]), body,
    ]);
    details.dataset.group = g.name;
    if (g.short) details.style.setProperty("--tint", `var(--${g.name})`);
    details.addEventListener("toggle", () => OPEN[details.open ? "add" : "delete"](g.name));
    if (g.name === "rule") {
      body.prepend(TF.rulePicker());
      body.append(TF.ruleNote());
    }
    if (g.name === "rule") details.append(TF.matrixTable());
    return details;
  }
  function built(f) {
    const control = f.kind === "str" ? selectControl(f) : numberControl(f);
    control.element.dataset.name = f.name;
    control.element.dataset.level = f.level;
    controls.set(f.name, control);
    return control;
  }

  function seedLine() {
    const number = make("input", { type: "number", id: "seed", min: 0, step: 1 });
    number.addEventListener("change", () => TF.state.setSeed(Number(number.value)));
    const roll = make("button", { type: "button", id: "reroll", textContent: "Re-roll", onclick: () => TF.state.setSeed(1 + Math.floor(Math.random() * 9999)) });
    TF.tip(roll, "Another random seed. Everything else stays.");
    controls.set("seed", { element: number, show: () => (number.value = TF.state.now.seed) });
    return make("div", { className: "seed" }, [make("label", { htmlFor: "seed", textContent: "Seed" }), number, roll]);
  }

  function refresh(names) {
    for (const name of names) {
      const control = controls.get(name);
      if (!control) continue;
      if (name === "seed") {
        control.show();
        continue;
      }
      control.show(TF.state.get(name));
      control.element.classList.toggle("changed", TF.state.isChanged(name));
    }
    visibility();
  }

  // A control is there if its level is asked for, and always when it is changed.
  function visibility() {
    const depth = LEVELS.indexOf(TF.state.level);
    for (const details of document.querySelectorAll("#controls .group")) {
      let changed = false;
      let any = details.dataset.group === "rule";
      for (const control of details.querySelectorAll(".control")) {
        const mine = control.classList.contains("changed");
        control.hidden = LEVELS.indexOf(control.dataset.level) > depth && !mine;
        any = any || !control.hidden;
        changed = changed || mine;
      }
      details.hidden = !any;
      details.classList.toggle("changed", changed || details.querySelector("td.changed") !== null);
    }
  }

  TF.controls = {
    build() {
      controls.clear();
      const home = TF.byId("controls");
      home.replaceChildren(...TF.state.declared.groups.map(group), seedLine());
      refresh([...controls.keys()]);
    },
    refresh,
    visibility,
    stepped,
  };
  TF.on("changed", (names) => TF.state.now && refresh(names));
})();
