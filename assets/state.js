// The state: experiment, rule, seed and the values that differ from their defaults. Undo, redo, and the link that says it all.
(() => {
  const TF = (window.TF = window.TF || {});

  const FORMAT = 1; // of the link, see components/url.py
  const KEEP = 200;
  const QUIET_MS = 300;
  const DEFAULT_LEVEL = "intro";
  const past = [];
  const future = [];
  let committed = null;
  let quiet = 0;

  const copy = (s) => ({ experiment: s.experiment, rule: s.rule, seed: s.seed, values: { ...s.values } });
  const same = (a, b) => JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));
  const ordered = (s) => [s.experiment, s.rule, s.seed, Object.entries(s.values).sort()];

  const S = (TF.state = {
    now: null,
    declared: null,
    fields: new Map(),
    level: DEFAULT_LEVEL,

    get(name) {
      return name in S.now.values ? S.now.values[name] : S.fields.get(name).default;
    },
    isChanged: (name) => name in S.now.values,
    get anyChanged() {
      const n = S.now;
      return n.seed !== 1 || n.rule !== S.declared.defaultRule || Object.keys(n.values).length > 0;
    },

    // A value moves; `rest` later says that the hand has let go.
    set(name, value) {
      value = fit(S.fields.get(name), value);
      if (value === S.get(name)) return;
      if (value === S.fields.get(name).default) delete S.now.values[name];
      else S.now.values[name] = value;
      TF.emit("changed", [name]);
    },
    setSeed(seed) {
      if (!(seed >= 0) || seed === S.now.seed) return;
      S.now.seed = Math.min(Math.floor(seed), 2 ** 31 - 1);
      TF.emit("changed", ["seed"]);
      S.rest();
    },
    setMany(values) {
      for (const [name, value] of Object.entries(values)) {
        if (value === S.fields.get(name).default) delete S.now.values[name];
        else S.now.values[name] = value;
      }
      TF.emit("changed", Object.keys(values));
      S.rest();
    },

    // The hand rests: one entry of the history, whatever moved.
    rest({ push = false } = {}) {
      if (!same(committed, S.now)) {
        past.push(committed);
        if (past.length > KEEP) past.shift();
        future.length = 0;
        TF.emit("rested", { before: committed, now: copy(S.now) });
        committed = copy(S.now);
        TF.emit("history");
      }
      S.writeLink(push);
    },
    get canUndo() {
      return past.length > 0;
    },
    get canRedo() {
      return future.length > 0;
    },
    undo: () => travel(past, future),
    redo: () => travel(future, past),

    // What a reply to "open" says.
    take(reply) {
      S.declared = reply.declarations;
      S.fields = new Map(reply.declarations.fields.map((f) => [f.name, f]));
      S.now = copy(reply.state);
      if (reply.view.level) S.level = reply.view.level;
    },
    // An opened state becomes an entry of the history unless it is the first or one we travelled to.
    opened({ travelled = false } = {}) {
      const before = committed;
      if (before && !travelled && !same(before, S.now)) {
        past.push(before);
        future.length = 0;
      }
      committed = copy(S.now);
      TF.emit("history");
      return before;
    },

    query(s = S.now) {
      const q = new URLSearchParams();
      if (s.experiment !== S.declared.first) q.set("experiment", s.experiment);
      if (s.rule && s.rule !== (s.experiment === S.declared.experiment ? S.declared.defaultRule : "")) q.set("rule", s.rule);
      if (s.seed !== 1) q.set("seed", s.seed);
      for (const [name, value] of Object.entries(s.values)) q.set(name, value);
      if (q.size) q.set("v", FORMAT);
      return q;
    },
    get link() {
      const q = S.query();
      if (TF.theme.chosen) q.set("theme", TF.theme.chosen);
      if (S.level !== DEFAULT_LEVEL) q.set("level", S.level);
      return location.pathname + (q.size ? "?" + q : "");
    },
    // replaceState only after quiet: browsers throttle it, and a drag is not a journey.
    writeLink(push) {
      clearTimeout(quiet);
      if (push) {
        if (S.link !== location.pathname + location.search) history.pushState(null, "", S.link);
        return;
      }
      quiet = setTimeout(() => history.replaceState(null, "", S.link), QUIET_MS);
    },
  });

  function fit(field, value) {
    if (field.kind === "str") return value;
    value = Math.min(Math.max(Number(value), field.lo), field.hi);
    return field.kind === "int" ? Math.round(value) : value;
  }

  function travel(from, to) {
    if (!from.length) return;
    const s = from.pop();
    to.push(copy(S.now));
    if (s.experiment !== S.now.experiment || s.rule !== S.now.rule) {
      TF.gate.open("?" + S.query(s), { travelled: true });
      return;
    }
    const names = [...new Set([...Object.keys(s.values), ...Object.keys(S.now.values), "seed"])];
    TF.emit("rested", { before: copy(S.now), now: copy(s) });
    S.now = copy(s);
    committed = copy(s);
    TF.emit("changed", names);
    TF.emit("history");
    S.writeLink(false);
  }
})();
