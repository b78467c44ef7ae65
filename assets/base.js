// What the other scripts build on: events among them, elements, tooltips, messages. Loaded first (Dash goes by the alphabet).
(() => {
  const TF = (window.TF = window.TF || {});
  const listeners = {};
  TF.on = (event, f) => (listeners[event] = listeners[event] || []).push(f);
  TF.emit = (event, detail) => (listeners[event] || []).forEach((f) => f(detail));

  const TIP_MS = 350;
  let tip = null;
  let waiting = 0;

  TF.make = (tag, properties = {}, children = []) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children.filter((c) => c !== null && c !== undefined));
    return element;
  };
  TF.byId = (id) => document.getElementById(id);

  // Numbers as people read them: at most `digits` significant ones, a proper minus.
  TF.number = (value, digits = 4) => {
    if (value === null || value === undefined || !Number.isFinite(Number(value))) return "–";
    const v = Number(Number(value).toPrecision(digits));
    const text = Math.abs(v) >= 1e7 || (v !== 0 && Math.abs(v) < 1e-4) ? v.toExponential() : String(v);
    return text.replace("-", "−");
  };
  TF.withUnit = (value, unit, digits) => (typeof value === "string" ? value.replaceAll("_", " ") : TF.number(value, digits) + (unit && TF.number(value) !== "–" ? " " + unit : ""));

  // A tooltip that shows on hover and on focus, can be hovered itself, and goes on Escape.
  TF.tip = (element, text) => {
    element.dataset.tip = text;
    element.setAttribute("aria-describedby", "tip");
    element.addEventListener("pointerenter", (e) => e.pointerType === "mouse" && later(element));
    element.addEventListener("pointerleave", () => later(null));
    element.addEventListener("focus", () => element.matches(":focus-visible") && later(element));
    element.addEventListener("blur", () => later(null));
    if (element.tagName === "BUTTON") element.addEventListener("click", () => show(element));
    return element;
  };

  function box() {
    if (!tip) {
      tip = TF.make("div", { id: "tip", hidden: true });
      tip.setAttribute("role", "tooltip");
      tip.addEventListener("pointerenter", () => clearTimeout(waiting));
      tip.addEventListener("pointerleave", () => later(null));
      document.body.append(tip);
    }
    return tip;
  }
  function later(element) {
    clearTimeout(waiting);
    waiting = setTimeout(() => (element ? show(element) : hide()), element ? TIP_MS : 120);
  }
  function show(element) {
    if (TF.gate && TF.gate.held) return;
    const b = box();
    b.textContent = element.dataset.tip;
    b.hidden = false;
    const place = element.getBoundingClientRect();
    const below = place.bottom + b.offsetHeight + 8 < innerHeight;
    b.style.left = Math.max(8, Math.min(place.left, innerWidth - b.offsetWidth - 8)) + "px";
    b.style.top = (below ? place.bottom + 6 : Math.max(8, place.top - b.offsetHeight - 6)) + "px";
  }
  function hide() {
    if (tip) tip.hidden = true;
  }
  TF.hideTip = hide;
  document.addEventListener("DOMContentLoaded", box);
  addEventListener("keydown", (e) => e.key === "Escape" && hide());
  addEventListener("pointerdown", (e) => e.target.closest && !e.target.closest("[data-tip]") && hide());

  // Messages above the page: notices of a link, and the state of the connection.
  let trouble = "";
  let notices = [];
  function showMessages() {
    const all = [trouble, ...notices].filter(Boolean);
    const bar = TF.byId("notices");
    bar.hidden = !all.length;
    const close = TF.make("button", { type: "button", className: "close", textContent: "×", ariaLabel: "Close the notices", onclick: () => TF.notices([]) });
    bar.replaceChildren(...all.map((text) => TF.make("p", { textContent: text })), ...(notices.length ? [close] : []));
  }
  TF.banner = (text) => {
    if (text === trouble) return;
    trouble = text;
    document.body.classList.toggle("offline", Boolean(text));
    showMessages();
  };
  TF.notices = (list) => {
    notices = list;
    showMessages();
  };
})();
