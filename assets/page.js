// The page: what happens when a link opens, a reply arrives, a button is pressed.
(() => {
  const TF = (window.TF = window.TF || {});
  const SENTENCE_MS = 500;
  const { make } = TF;
  let numbers = []; // of the last run that was drawn at rest
  let was = null; // and of the one before
  let change = null; // what the hand did since then
  let saying = 0;
  let opening = true;

  // ---- replies ----------------------------------------------------------------------------------------------------------
  TF.on("opened", ({ reply, flight }) => {
    const before = TF.state.now && { experiment: TF.state.now.experiment, rule: TF.state.now.rule };
    TF.state.take(reply);
    rebuild(before);
    TF.state.opened(flight);
    change = before ? { text: openedText(before) } : null;
    draw(reply);
    TF.notices(reply.notices);
    TF.state.writeLink(Boolean(flight.push));
    if (!reply.notices.length && opening) history.replaceState(null, "", TF.state.link);
    opening = false;
    document.body.classList.add("ready");
  });

  function openedText(before) {
    const { declared } = TF.state;
    const rule = declared.rules.find((r) => r.name === declared.rule).title;
    if (before.experiment !== declared.experiment) return `Now: ${declared.experiments.find((e) => e.name === declared.experiment).title}, with ${rule}`;
    return before.rule !== declared.rule ? `The rule is now ${rule}` : "Another state";
  }

  function rebuild(before) {
    const { declared } = TF.state;
    options(TF.byId("experiment"), declared.experiments, declared.experiment);
    TF.byId("question").textContent = declared.question;
    TF.byId("level").value = TF.state.level;
    TF.controls.build();
    about(declared.about);
    if (!before || before.experiment !== declared.experiment) {
      TF.draw.build(declared.panels);
      TF.handles.clear();
      numbers = [];
      was = null;
    }
    TF.jobs.build(declared.job);
  }

  TF.on("reply", ({ reply }) => {
    draw(reply);
    if (reply.notices.length) TF.notices(reply.notices);
  });

  function draw(reply) {
    const atRest = reply.tier !== "live";
    if (atRest) sayLater(reply);
    else if (reply.preview) {
      clearTimeout(saying);
      TF.byId("effect").textContent = reply.preview;
    }
    showNumbers(reply);
    TF.byId("cursor-line").hidden = !reply.cursor.t_s; // before drawing: it takes room
    const arrays = atRest ? TF.draw.settled(reply) : TF.draw.live(reply);
    TF.handles.takeCursor(reply.cursor, arrays);
    TF.handles.refresh();
    presetShown();
  }
  TF.drawReply = draw;

  // ---- numbers and the sentence -----------------------------------------------------------------------------------------
  function showNumbers(reply) {
    const old = reply.tier === "live" ? numbers : was;
    const cards = reply.numbers.slice(0, 3).map((item, i) => {
      const before = old && old[i] && old[i].name === item.name && old[i].value !== item.value ? ` was ${TF.number(old[i].value)}` : "";
      return make("div", {}, [
        make("dt", { textContent: item.label, title: item.doc }),
        make("dd", {}, [make("strong", { textContent: TF.withUnit(item.value, item.unit) }), make("small", { textContent: before })]),
      ]);
    });
    TF.byId("numbers").replaceChildren(...cards);
  }

  TF.on("rested", ({ before, now }) => (change = { text: changeText(before, now) }));

  function changeText(before, now) {
    const names = [...new Set([...Object.keys(before.values), ...Object.keys(now.values)])].filter((n) => before.values[n] !== now.values[n]);
    const value = (s, n) => (n in s.values ? s.values[n] : TF.state.fields.get(n).default);
    if (names.length > 1) return `${names.length} values changed`;
    if (!names.length) return before.seed === now.seed ? "" : `Seed ${before.seed} became ${now.seed}`;
    const field = TF.state.fields.get(names[0]);
    const label = TF.labelOf(field.name);
    const [from, to] = [before, now].map((s) => TF.withUnit(value(s, field.name), "", 5));
    return `${label[0].toUpperCase()}${label.slice(1)} moved from ${from} to ${to}${field.unit ? " " + field.unit : ""}`;
  }

  function sayLater(reply) {
    const [old, done] = [numbers, change];
    const moved = JSON.stringify(old) !== JSON.stringify(reply.numbers);
    if (moved) was = old.length ? old : null;
    numbers = reply.numbers;
    change = null;
    clearTimeout(saying);
    saying = setTimeout(() => say(reply, done, old), done ? SENTENCE_MS : 0);
  }
  function say(reply, done, old) {
    const first = reply.numbers[0];
    const before = old.find((item) => first && item.name === first.name);
    let text = reply.effect;
    if (done && done.text && first && before) {
      const same = TF.number(before.value) === TF.number(first.value);
      const result = same ? `still ${TF.withUnit(first.value, first.unit)}` : `${TF.number(before.value)} → ${TF.withUnit(first.value, first.unit)}`;
      text = `${done.text}: ${first.doc}, ${result}. ${reply.effect}`;
    } else if (done && done.text) text = `${done.text}. ${reply.effect}`;
    TF.byId("effect").textContent = text;
  }

  // ---- about ------------------------------------------------------------------------------------------------------------
  function about({ rule, experiment }) {
    const list = (papers) => make("ul", { className: "papers" }, papers.map((p) => make("li", { textContent: p })));
    const maths = (equations) => equations.map((e) => make("div", { className: "equation", innerHTML: e })); // MathML made by our server
    TF.byId("about").replaceChildren(
      make("h2", { textContent: "About this model" }),
      make("div", { className: "two" }, [
        make("article", {}, [make("h3", { textContent: rule.title }), make("p", { textContent: rule.summary }), ...maths(rule.equations), make("p", { textContent: "Promise: " + rule.promise }), list(rule.papers)]),
        make("article", {}, [make("h3", { textContent: experiment.title }), ...maths(experiment.equations), make("h4", { textContent: "What is left out" }), make("p", { textContent: experiment.leftOut }), list(experiment.papers)]),
      ]),
    );
    TF.reachable();
  }

  // ---- bars and menus ---------------------------------------------------------------------------------------------------
  function options(select, items, chosen) {
    select.replaceChildren(...items.map((i) => make("option", { value: i.name, textContent: i.title, selected: i.name === chosen })));
  }

  function presetShown() {
    const { presets } = TF.state.declared;
    const { rule, values } = TF.state.now;
    const text = (v) => JSON.stringify(Object.entries(v).sort());
    const standing = presets.find((p) => p.rule === rule && text(meant(p)) === text(values));
    const plain = TF.state.anyChanged ? "Your own" : "The first view";
    options(TF.byId("preset"), standing ? presets : [{ name: "", title: plain }, ...presets], standing ? standing.name : "");
    const note = TF.byId("preset-note");
    note.textContent = standing ? [standing.note, standing.source].filter(Boolean).join(" ") : "";
    note.hidden = !note.textContent;
  }
  // Values of a preset that differ from the defaults, as far as the present rule tells them.
  const meant = (p) => Object.fromEntries(Object.entries(p.values).filter(([n, v]) => TF.state.fields.has(n) && TF.state.fields.get(n).default !== v));

  function openState(state, push = true) {
    TF.gate.open("?" + TF.state.query({ ...TF.state.now, ...state }), { push });
  }

  function history_() {
    TF.byId("undo").disabled = !TF.state.canUndo;
    TF.byId("redo").disabled = !TF.state.canRedo;
    TF.byId("reset").disabled = !TF.state.anyChanged;
  }
  TF.on("history", history_);
  TF.on("changed", history_);

  function wire() {
    const on = (id, event, f) => TF.byId(id).addEventListener(event, f);
    on("experiment", "change", (e) => openState({ experiment: e.target.value, rule: "", values: {} }));
    on("preset", "change", (e) => pickPreset(e.target.value));
    on("undo", "click", TF.state.undo);
    on("redo", "click", TF.state.redo);
    on("reset", "click", reset);
    on("level", "change", (e) => setLevel(e.target.value));
    on("theme", "change", (e) => setTheme(e.target.value));
    on("share", "click", share);
    on("help", "click", () => TF.byId("help-sheet").showModal());
    for (const button of document.querySelectorAll("[data-close]")) button.onclick = () => TF.byId(button.dataset.close).close();
    addEventListener("popstate", () => {
      if (location.pathname + location.search === TF.state.link) return; // a jump within the page
      TF.theme.choose(new URLSearchParams(location.search).get("theme") || "");
      TF.gate.open(location.search, { travelled: true });
    });
    addEventListener("keydown", shortcut);
    addEventListener("pointerup", () => TF.gate.held && TF.gate.release());
  }
  // Reset keeps the seed: the same random numbers, the default values.
  const reset = () => openState({ rule: TF.state.declared.defaultRule, values: {} });
  function pickPreset(name) {
    const preset = TF.state.declared.presets.find((p) => p.name === name);
    if (preset) openState({ rule: preset.rule, values: preset.values });
    else reset();
  }
  function setLevel(level) {
    TF.state.level = level;
    TF.controls.visibility();
    TF.state.writeLink(false);
  }
  function setTheme(name) {
    TF.theme.choose(name);
    TF.gate.settle();
  }

  function shortcut(e) {
    const typing = e.target.closest && e.target.closest("input:not([type=range]), select, textarea, dialog");
    const command = e.ctrlKey || e.metaKey;
    if (command && e.key.toLowerCase() === "z" && !typing) (e.shiftKey ? TF.state.redo() : TF.state.undo(), e.preventDefault());
    else if (command && e.key.toLowerCase() === "y" && !typing) (TF.state.redo(), e.preventDefault());
    else if (e.key === "?" && !typing && !command) TF.byId("help-sheet").showModal();
  }

  async function share() {
    TF.state.writeLink(true);
    const link = location.origin + TF.state.link;
    const sheet = TF.byId("share-sheet");
    TF.byId("link").value = link;
    TF.byId("qr").src = "qr.svg" + new URL(link).search;
    sheet.showModal();
    TF.byId("copied").textContent = (await copied(link)) ? "Link copied" : "Copy the link above.";
  }
  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      TF.byId("link").select();
      return document.execCommand("copy");
    }
  }

  // ---- a chart as a table -----------------------------------------------------------------------------------------------
  const ROWS = 50;
  TF.table = (name) => {
    const { figure, title, summary } = TF.draw.panel(name);
    const traces = figure.data.filter((t) => t.y && t.x && t.y.length && t.name);
    const close = make("button", { type: "button", className: "close", textContent: "×", ariaLabel: "Close", onclick: () => sheet.close() });
    const sheet = make("dialog", { className: "table-sheet", onclose: () => sheet.remove() }, [make("h2", { textContent: title }), close, make("p", { textContent: summary }), ...traces.map((trace) => asTable(trace, figure.layout))]);
    sheet.setAttribute("aria-label", title + " as tables");
    document.body.append(sheet);
    sheet.showModal();
  };
  function axisTitle(layout, id, letter) {
    const axis = layout[letter + "axis" + (id || letter).slice(1)] || {};
    const shared = layout[letter + "axis"] || {};
    return (axis.title && axis.title.text) || (letter === "x" && shared.title && shared.title.text) || letter;
  }
  function asTable(trace, layout) {
    if (trace.z) return asGrid(trace, layout);
    const n = trace.y.length;
    const picked = Array.from({ length: Math.min(n, ROWS) }, (_, k) => Math.round((k * (n - 1)) / Math.max(Math.min(n, ROWS) - 1, 1)));
    const rows = picked.map((k) => make("tr", {}, [make("td", { textContent: TF.number(trace.x[k]) }), make("td", { textContent: TF.number(trace.y[k]) })]));
    const head = make("tr", {}, [make("th", { textContent: axisTitle(layout, trace.xaxis, "x"), scope: "col" }), make("th", { textContent: trace.name, scope: "col" })]);
    return make("details", {}, [make("summary", { textContent: trace.name }), make("table", {}, [make("thead", {}, [head]), make("tbody", {}, rows)])]);
  }

  // A heat map: at most ROWS by COLUMNS of its cells.
  const COLUMNS = 16;
  function asGrid(trace, layout) {
    const picked = (n, most) => Array.from({ length: Math.min(n, most) }, (_, k) => Math.round((k * (n - 1)) / Math.max(Math.min(n, most) - 1, 1)));
    const columns = picked(trace.x.length, COLUMNS);
    const corner = `${axisTitle(layout, trace.yaxis, "y")} \\ ${axisTitle(layout, trace.xaxis, "x")}`;
    const head = make("tr", {}, [make("th", { textContent: corner, scope: "col" }), ...columns.map((c) => make("th", { textContent: TF.number(trace.x[c]), scope: "col" }))]);
    const rows = picked(trace.y.length, ROWS).map((r) => make("tr", {}, [make("th", { textContent: TF.number(trace.y[r]), scope: "row" }), ...columns.map((c) => make("td", { textContent: Number.isNaN(trace.z[r][c]) ? "" : TF.number(trace.z[r][c]) }))]));
    return make("details", {}, [make("summary", { textContent: trace.name }), make("div", { className: "wide-table" }, [make("table", {}, [make("thead", {}, [head]), make("tbody", {}, rows)])])]);
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (!document.body.classList.contains("explore")) return;
    wire();
    TF.whenReady(() => TF.gate.open(location.search, {}));
  });
})();
