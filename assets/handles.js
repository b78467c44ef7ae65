// Handles over a panel (a burst to drag along time), and the cursor through all its rows with the product in numbers.
(() => {
  const TF = (window.TF = window.TF || {});
  const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  const NOTHING = 1e-9; // a trace or a product below this is shown as 0
  const handles = new Map(); // param -> {element, meta, panel}
  let hinted = false;
  let dragging = null;

  // ---- handles ----------------------------------------------------------------------------------------------------------
  function refresh() {
    const seen = new Set();
    for (const name of TF.draw.names) {
      for (const meta of TF.draw.meta(name).handles || []) {
        if (!TF.state.fields.has(meta.param)) continue;
        seen.add(meta.param);
        place(name, meta);
      }
    }
    for (const [param, handle] of handles) {
      if (seen.has(param)) continue;
      handle.element.remove();
      handles.delete(param);
    }
  }

  function place(panel, meta) {
    const old = handles.get(meta.param);
    const home = TF.draw.panel(panel).over;
    const handle = old && old.element.parentNode === home ? old : create(panel, home, meta);
    handle.meta = meta;
    const geometry = TF.draw.geometry(panel);
    const row = geometry && geometry.row(meta.axis);
    const x = geometry && geometry.x(meta.x);
    const visible = row && x >= geometry.left - 2 && x <= geometry.right + 2;
    handle.element.hidden = !visible;
    if (!visible) return;
    handle.element.style.setProperty("--tint", meta.colour);
    handle.element.style.transform = `translate(${x}px, ${row.top}px)`;
    handle.element.style.setProperty("--row", row.height + "px");
    say(handle);
  }

  function say({ element, meta }) {
    const value = TF.state.get(meta.param);
    const field = TF.state.fields.get(meta.param);
    element.setAttribute("aria-valuenow", value);
    element.setAttribute("aria-valuemin", field.lo);
    element.setAttribute("aria-valuemax", field.hi);
    element.setAttribute("aria-valuetext", TF.withUnit(value, field.unit, 6));
  }

  function create(panel, home, meta) {
    const element = TF.make("button", { type: "button", className: "handle" }, [TF.make("span", { className: "grip", textContent: "⇔" })]);
    element.setAttribute("role", "slider");
    element.setAttribute("aria-orientation", "horizontal");
    element.setAttribute("aria-label", meta.label);
    element.dataset.param = meta.param;
    if (!hinted) {
      hinted = true;
      element.classList.add("hint");
      element.append(TF.make("span", { className: "hint-text", textContent: "drag me" }));
    }
    const handle = { element, meta, panel };
    element.addEventListener("pointerdown", (e) => grab(e, handle));
    element.addEventListener("pointermove", (e) => pull(e, handle));
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, (e) => drop(e, handle));
    element.addEventListener("keydown", (e) => key(e, handle));
    home.append(element);
    handles.set(meta.param, handle);
    return handle;
  }

  function grab(e, handle) {
    if (e.button) return;
    handle.element.setPointerCapture(e.pointerId);
    dragging = { handle, last: e.clientX, exact: TF.state.get(handle.meta.param) };
    handle.element.classList.remove("hint");
    handle.element.classList.add("held");
    TF.gate.hold();
  }
  // By what the pointer moved since the last event, so that a change of the time axis under it makes no jump.
  function pull(e, handle) {
    if (!dragging || dragging.handle !== handle) return;
    const geometry = TF.draw.geometry(handle.panel);
    dragging.exact += (e.clientX - dragging.last) * geometry.perPixel * handle.meta.scale;
    dragging.last = e.clientX;
    move(handle, dragging.exact);
  }
  function move({ meta }, value) {
    const field = TF.state.fields.get(meta.param);
    const least = Math.max(field.lo, meta.min * meta.scale);
    const most = Math.min(field.hi, meta.max * meta.scale);
    TF.state.set(meta.param, Math.min(Math.max(Math.round(value / field.step) * field.step, least), most));
  }
  function drop(e, handle) {
    if (!dragging || dragging.handle !== handle) return;
    dragging = null;
    handle.element.classList.remove("held");
    TF.gate.release();
  }
  function key(e, handle) {
    const field = TF.state.fields.get(handle.meta.param);
    const value = TF.state.get(field.name);
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    if (e.key in KEYS) move(handle, value + KEYS[e.key] * (e.shiftKey ? 10 : 1) * field.step);
    else if (e.key === "Home") move(handle, -Infinity);
    else if (e.key === "End") move(handle, Infinity);
    else if (e.key === "0") move(handle, field.default);
    else return;
    handle.element.classList.remove("hint");
    e.preventDefault();
  }

  // ---- the cursor -------------------------------------------------------------------------------------------------------
  const C = { panel: "", arrays: null, at: null, pinned: false, line: null };

  function cursorPanel() {
    return TF.draw.names.find((name) => TF.draw.meta(name).cursor) || "";
  }

  function takeCursor(packed, arrays) {
    C.arrays = packed.t_s ? Object.fromEntries(Object.entries(packed).map(([k, v]) => [k, arrays[v.array]])) : null;
    const panel = C.arrays ? cursorPanel() : "";
    if (panel && panel !== C.panel) watch(panel);
    C.panel = panel;
    if (!panel) return;
    TF.byId("cursor-time").max = C.arrays.t_s.length - 1;
    const times = C.arrays.t_s;
    if (C.at === null || C.at < times[0] || C.at > times[times.length - 1]) C.at = start();
    showCursor();
  }
  // First where the weight moves fastest, since there the product says most; at time 0 if it never moves.
  function start() {
    const speed = C.arrays.product_per_s;
    let best = nearest(0);
    for (let k = 0; k < speed.length; k++) if (Math.abs(speed[k]) > Math.abs(speed[best])) best = k;
    return C.arrays.t_s[best];
  }

  function nearest(t) {
    const times = C.arrays.t_s;
    const step = (times[times.length - 1] - times[0]) / (times.length - 1);
    return Math.min(Math.max(Math.round((t - times[0]) / step), 0), times.length - 1);
  }

  function watch(name) {
    const { gd, over } = TF.draw.panel(name);
    C.line = TF.make("div", { className: "cursor" });
    over.append(C.line);
    const time = (e) => TF.draw.geometry(name).time(e.clientX - gd.getBoundingClientRect().left);
    gd.addEventListener("pointermove", (e) => !C.pinned && !dragging && e.pointerType === "mouse" && go(time(e)));
    gd.addEventListener("click", (e) => {
      C.pinned = !C.pinned || e.pointerType === "touch";
      go(time(e));
    });
  }
  function go(t) {
    if (!C.arrays) return;
    C.at = C.arrays.t_s[nearest(t)];
    showCursor();
  }

  function showCursor() {
    const geometry = TF.draw.geometry(C.panel);
    if (!geometry || !C.arrays || !C.line) return;
    const k = nearest(C.at);
    const x = geometry.x(C.arrays.t_s[k]);
    C.line.hidden = x < geometry.left || x > geometry.right;
    C.line.classList.toggle("pinned", C.pinned);
    C.line.style.transform = `translate(${x}px, ${geometry.top}px)`;
    C.line.style.height = geometry.bottom - geometry.top + "px";
    const range = TF.byId("cursor-time");
    if (Number(range.value) !== k) range.value = k;
    sayProduct(k, range);
  }

  function sayProduct(k, range) {
    const a = C.arrays;
    const n = (v, digits = 2) => TF.number(Math.abs(v) < NOTHING ? 0 : v, digits);
    const sign = a.product_per_s[k] > 0 ? "+" : "";
    const time = `${a.t_s[k].toFixed(2).replace("-", "−")} s`;
    const speed = `dw/dt ${sign}${n(a.product_per_s[k], 3)} /s`;
    const product = ` = η ${n(a.rate_per_s[k])} /s × [G₊ ${n(a.gate_ltp[k])} × e₊ ${n(a.trace_ltp[k])} − G₋ ${n(a.gate_ltd[k])} × e₋ ${n(a.trace_ltd[k])}]`;
    const text = TF.byId("cursor-text");
    text.replaceChildren(TF.make("span", { className: "when", textContent: time }), TF.make("strong", { textContent: speed }), product);
    text.dataset.product = a.product_per_s[k];
    range.setAttribute("aria-valuetext", `${time}: ${speed.replace(" /s", " per second")}`);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const range = TF.byId("cursor-time");
    range.addEventListener("input", () => {
      C.pinned = true;
      C.at = C.arrays.t_s[Number(range.value)];
      showCursor();
    });
  });
  addEventListener("keydown", (e) => {
    if (e.key === "Escape" && C.pinned) {
      C.pinned = false;
      showCursor();
    }
  });

  TF.handles = {
    refresh,
    takeCursor,
    clear() {
      handles.clear();
      C.panel = "";
      C.at = null;
      C.pinned = false;
    },
  };
  TF.on("placed", () => {
    if (!TF.state.now) return;
    refresh();
    showCursor();
  });
})();
