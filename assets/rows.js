// The row that a control drives is tinted while the control has the focus. Which one it is, a figure says: layout.meta.rows, by
// parameter or by group of parameters.
(() => {
  const TF = (window.TF = window.TF || {});
  let driving = null; // the control in use
  const tints = new Map(); // panel -> element

  function axisOf(panel, name, group) {
    const rows = TF.draw.meta(panel).rows || {};
    return rows[name] || rows[group];
  }

  function show() {
    for (const tint of tints.values()) tint.remove();
    tints.clear();
    if (!driving || !TF.state.now) return;
    const { name } = driving.dataset;
    const { group } = driving.closest("[data-group]").dataset;
    for (const panel of TF.draw.names) {
      const axis = axisOf(panel, name, group);
      const geometry = axis && TF.draw.geometry(panel);
      const row = geometry && geometry.row(axis);
      if (row) tints.set(panel, place(panel, row, getComputedStyle(driving).getPropertyValue("--tint")));
    }
  }
  function place(panel, row, colour) {
    const tint = TF.make("div", { className: "row-tint" });
    tint.style.cssText = `top: ${row.top}px; height: ${row.height}px; --tint: ${colour}`;
    TF.draw.panel(panel).over.prepend(tint);
    return tint;
  }

  addEventListener("focusin", (e) => {
    driving = e.target.closest("#controls .control");
    show();
  });
  addEventListener("focusout", () => {
    driving = null;
    show();
  });
  TF.on("placed", show);
  TF.on("reply", ({ reply }) => reply.tier !== "live" && show());
})();
