// The only thing that draws. At rest: Plotly.react with whole figures. While a control moves: the `d` of the paths that are already there.
(() => {
  const TF = (window.TF = window.TF || {});
  const KINDS = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array };
  const CONFIG = { displayModeBar: false, showSendToCloud: false, responsive: false, scrollZoom: false, doubleClick: false, showAxisDragHandles: false };
  const panels = new Map(); // name -> {gd, figure, rest, before, fresh}
  const RESIZED_MS = 80;
  const WHOLE_PAUSE = 3;
  let digest = "";
  let resizing = 0;
  const sizes = new ResizeObserver(() => {
    clearTimeout(resizing);
    resizing = setTimeout(() => TF.draw.resize(), RESIZED_MS);
  });

  // ---- arrays of a reply -------------------------------------------------------------------------------------------
  function bytes(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const raw = atob(text);
    const out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  }
  function decode({ dtype, bdata, shape }) {
    const flat = new KINDS[dtype](bytes(bdata).buffer);
    if (!shape) return flat;
    const [rows, columns] = shape;
    return Array.from({ length: rows }, (_, r) => flat.subarray(r * columns, (r + 1) * columns));
  }
  function filled(value, arrays) {
    if (Array.isArray(value)) return value.map((v) => filled(v, arrays));
    if (!value || typeof value !== "object") return value;
    if ("array" in value && typeof value.array === "number" && Object.keys(value).length === 1) return arrays[value.array];
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, filled(v, arrays)]));
  }

  // ---- whole figures -----------------------------------------------------------------------------------------------
  const isGhosted = (trace) => Boolean(trace.meta && trace.meta.ghost);
  const arraysOf = (figure) => figure.data.map((t) => ({ x: t.x, y: t.y }));

  function ghosts(panel) {
    const colour = getComputedStyle(document.documentElement).getPropertyValue("--ghost").trim();
    return panel.figure.data.flatMap((trace, i) => {
      if (!isGhosted(trace)) return [];
      const old = panel.before && panel.before[i];
      const line = { ...(trace.line || {}), color: colour, dash: "5px,4px", width: 1.3 };
      const { x, y } = old || trace;
      return [{ ...trace, x, y, line, mode: "lines", fill: "none", opacity: old ? 1 : 0, hoverinfo: "skip", name: "before", showlegend: false, meta: { of: i } }];
    });
  }

  function react(panel) {
    restore(panel);
    const { gd, figure } = panel;
    const layout = { ...figure.layout, width: gd.clientWidth, height: gd.clientHeight, autosize: false };
    Plotly.react(gd, [...figure.data, ...ghosts(panel)], layout, CONFIG);
    panel.paths = null;
    panel.drawnHeat = figure.data.map((t) => t.type === "heatmap" && { rows: t.z.length, columns: t.z[0].length });
    ghostsBehind(panel);
  }

  // The run before this one becomes the ghost as soon as something new is drawn.
  function newRun(panel, sameRun) {
    if (panel.fresh && !sameRun) {
      panel.before = panel.rest;
      panel.fresh = false;
      panel.ghostMoved = true;
    }
  }

  function settled(reply) {
    const sameRun = reply.digest === digest;
    const arrays = reply.arrays.map(decode);
    for (const [name, packed] of Object.entries(reply.panels)) {
      const panel = panels.get(name);
      if (!panel) continue;
      const figure = filled(packed, arrays);
      newRun(panel, sameRun);
      panel.figure = figure;
      panel.rest = arraysOf(figure);
      panel.fresh = true;
      describe(panel, figure.summary || "");
      panel.gd.closest("figure").hidden = Boolean(figure.layout.meta.hidden);
      panel.gd.closest("figure").style.height = figure.layout.meta.height ? figure.layout.meta.height + "px" : "";
      if (!figure.layout.meta.hidden) react(panel);
      panel.ghostMoved = false;
    }
    digest = reply.digest;
    return arrays;
  }

  function describe(panel, summary) {
    panel.gd.setAttribute("aria-label", `${panel.title}. ${summary}`);
    panel.summary = summary;
  }

  function live(reply) {
    const arrays = reply.arrays.map(decode);
    for (const [name, packed] of Object.entries(reply.panels)) {
      const panel = panels.get(name);
      if (!panel || !panel.figure) continue;
      const moving = filled(packed, arrays);
      newRun(panel, false);
      const quick = fast(panel, moving);
      if (!quick && performance.now() < panel.wholeAfter) continue; // it costs too much to do it every time
      merge(panel, moving, quick);
      if (!quick) drawWhole(name, panel);
      panel.ghostMoved = false;
    }
    digest = reply.digest;
    return arrays;
  }

  // While a control moves a picture may take a quarter of the time, no more.
  function drawWhole(name, panel) {
    const start = performance.now();
    react(panel);
    const now = performance.now();
    panel.wholeAfter = now + WHOLE_PAUSE * (now - start);
    window.__tf.whole[name] = (window.__tf.whole[name] || 0) + 1;
  }

  // The figure as it stands now; the axes stay as drawn while only lines are redrawn.
  function merge(panel, moving, keepAxes) {
    const old = panel.figure;
    const layout = { ...old.layout };
    for (const [key, value] of Object.entries(moving.layout)) {
      if (/^[xy]axis/.test(key)) layout[key] = keepAxes ? layout[key] : { ...layout[key], ...value };
      else if (Array.isArray(value)) layout[key] = mergedItems(layout[key] || [], value);
      else layout[key] = value;
    }
    panel.figure = { ...old, layout, data: old.data.map((t, i) => ({ ...t, ...moving.data[i] })) };
  }

  // Shapes and labels come with their places only; new ones wait for the whole figure.
  const mergedItems = (old, now) => (old.length === now.length ? old.map((item, i) => ({ ...item, ...now[i] })) : old);

  // ---- Plotly's private names: all that know them are in this part. Whatever is missing, the answer is `false` and Plotly draws. ----------
  const axisName = (id) => id[0] + "axis" + id.slice(1);
  const axisOf = (gd, id) => gd._fullLayout[axisName(id)];
  const usable = (axis) => axis && (axis.type === "linear" || axis.type === "log") && Number.isFinite(axis._m) && Number.isFinite(axis._b);

  // From values to pixels of an axis: as it was drawn, or as it has slid since then.
  function scaleOf(panel, axis) {
    const log = axis.type === "log";
    const { _m: m, _b: b } = panel.slid[axis._name] || axis;
    return (v) => (log ? Math.log10(v) : v) * m + b;
  }

  // A time axis may show another stretch of the same length: everything on it slides, its numbers change.
  function slides(panel, name, wanted) {
    const axis = panel.gd._fullLayout[name];
    if (name[0] !== "x" || axis.type !== "linear" || !wanted) return false;
    const [length, next] = [axis.range[1] - axis.range[0], wanted.range[1] - wanted.range[0]];
    if (Math.abs(next / length - 1) > 0.02) return false;
    const m = axis._length / next;
    panel.slid[name] = { _m: m, _b: -m * wanted.range[0] };
    renumber(panel, axis, wanted.tickvals || []);
    return true;
  }
  function standsStill(panel, name) {
    if (!panel.slid[name]) return;
    delete panel.slid[name];
    renumber(panel, panel.gd._fullLayout[name], panel.gd._fullLayout[name].tickvals);
  }
  function renumber(panel, axis, values) {
    const drawn = axis.tickvals || [];
    const now = scaleOf(panel, axis);
    panel.gd.querySelectorAll(`.${axis._id}tick`).forEach((tick, k) => {
      const text = tick.querySelector("text");
      remember(panel, tick, "transform");
      if (text && !panel.numbers.has(text)) panel.numbers.set(text, text.textContent);
      tick.style.display = k < values.length && k < drawn.length ? "" : "none";
      if (tick.style.display) return;
      tick.setAttribute("transform", `translate(${near(now(values[k]) - (axis._m * drawn[k] + axis._b))},0)`);
      if (text) text.textContent = TF.number(values[k], 6);
    });
  }

  // The wanted range lies in the one on screen: no new axes needed. A smaller wanted range waits for the rest.
  function holds(axis, wanted) {
    if (!wanted) return true;
    const [a, b] = [...axis.range].sort((p, q) => p - q);
    const [c, d] = [...wanted].sort((p, q) => p - q);
    const slack = 0.01 * (b - a);
    return c >= a - slack && d <= b + slack;
  }

  function pathsOf(panel) {
    if (!panel.paths) {
      const layer = panel.gd.querySelector(".cartesianlayer");
      panel.paths = panel.gd._fullData.map((t) => layer && layer.querySelector(`.trace${t.uid}`));
      panel.drawnShapes = JSON.stringify(panel.gd._fullLayout.shapes.map(placeOf));
    }
    return panel.paths;
  }
  const placeOf = (s) => [s.type, s.x0, s.x1, s.y0, s.y1, s.path];

  function fast(panel, moving) {
    const { gd } = panel;
    const full = gd._fullData;
    if (!full || full.length < moving.data.length || !gd._fullLayout) return false;
    if (panel.figure.data.length !== moving.data.length) return false;
    for (const [key, axis] of Object.entries(moving.layout)) {
      if (/^[xy]axis/.test(key) && !reaches(panel, key, axis)) return false;
    }
    if ((moving.layout.annotations || []).length !== (panel.figure.layout.annotations || []).length) return false;
    const groups = pathsOf(panel);
    for (let i = 0; i < moving.data.length; i++) {
      if (!moveTrace(panel, full[i], { own: groups[i], before: groups[i - 1], previous: moving.data[i - 1] }, moving.data[i], i)) return false;
    }
    if (panel.ghostMoved || Object.keys(panel.slid).length) moveGhosts(panel, full, groups);
    return moveShapes(panel, moving.layout.shapes || []) && moveLabels(panel, moving.layout.annotations || []);
  }

  function reaches(panel, name, wanted) {
    const axis = panel.gd._fullLayout[name];
    if (!usable(axis)) return false;
    if (!holds(axis, wanted.range)) return slides(panel, name, wanted);
    standsStill(panel, name);
    return true;
  }

  // place: the trace's own group, that of the trace before it (which holds the area between the two), and that one's data.
  function moveTrace(panel, trace, place, data, i) {
    const { gd } = panel;
    if (trace.visible !== true) return true;
    if (trace.type === "heatmap") return moveHeat(panel, trace, data, i);
    const group = place.own;
    const xa = axisOf(gd, trace.xaxis);
    const ya = axisOf(gd, trace.yaxis);
    if (!usable(xa) || !usable(ya) || !data.y || !data.x) return !data.y && !data.x;
    if (!group) return !anyPoint(data);
    const x = scaleOf(panel, xa);
    const y = scaleOf(panel, ya);
    if (trace.type === "bar") return moveBars(gd, group, data, x, y, i);
    if (trace.type !== "scatter") return false;
    const hasLines = trace.mode.includes("lines");
    if (hasLines && !moveLine(trace, place, data, x, y)) return false;
    return !trace.mode.includes("markers") || moveMarkers(group, data, x, y);
  }

  const anyPoint = ({ x, y }) => x.some((v, k) => Number.isFinite(v) && Number.isFinite(y[k]));
  const near = (p) => Math.round(Math.min(Math.max(p, -1e5), 1e5) * 10) / 10;

  function linePath({ x, y }, sx, sy, shape) {
    let d = "";
    let pen = false;
    for (let k = 0; k < x.length; k++) {
      const px = near(sx(x[k]));
      const py = near(sy(y[k]));
      if (px !== px || py !== py) {
        pen = false;
        continue;
      }
      if (!pen) d += `M${px},${py}`;
      else if (shape === "hv") d += `H${px}V${py}`;
      else if (shape === "vh") d += `V${py}H${px}`;
      else d += `L${px},${py}`;
      pen = true;
    }
    return d;
  }

  function moveLine(trace, place, data, x, y) {
    const shape = (trace.line && trace.line.shape) || "linear";
    if (!["linear", "hv", "vh"].includes(shape)) return false;
    const lines = place.own.querySelectorAll("path.js-line");
    const d = linePath(data, x, y, shape);
    if (!lines.length) return d === "" || trace.line.width === 0 ? moveFill(trace, place, data, x, y, d) : false;
    lines[0].setAttribute("d", d || "M0,0");
    for (let k = 1; k < lines.length; k++) lines[k].setAttribute("d", "M0,0");
    return moveFill(trace, place, data, x, y, d);
  }

  function moveFill(trace, place, data, x, y, d) {
    if (!trace.fill || trace.fill === "none") return true;
    if (![data.x, data.y].every((v) => v.every(Number.isFinite))) return false;
    if (trace.fill === "tozeroy") {
      const fill = place.own.querySelector("path.js-fill");
      const zero = near(y(0));
      if (fill) fill.setAttribute("d", `${d}L${near(x(data.x[data.x.length - 1]))},${zero}L${near(x(data.x[0]))},${zero}Z`);
      return Boolean(fill) || d === "";
    }
    const fill = place.before && [...place.before.querySelectorAll("path.js-fill")].pop();
    if (trace.fill !== "tonexty" || !fill) return false;
    const { previous } = place;
    const back = { x: Array.from(previous.x).reverse(), y: Array.from(previous.y).reverse() };
    fill.setAttribute("d", `${d}L${linePath(back, x, y, "linear").slice(1)}Z`);
    return true;
  }

  function moveMarkers(group, data, x, y) {
    const parent = group.querySelector(".points");
    const places = [];
    for (let k = 0; k < data.x.length; k++) {
      const px = near(x(data.x[k]));
      const py = near(y(data.y[k]));
      if (px === px && py === py) places.push(`translate(${px},${py})`);
    }
    const points = parent ? [...parent.querySelectorAll("path.point")] : [];
    if (!points.length) return !places.length;
    while (points.length < places.length) points.push(parent.appendChild(points[0].cloneNode(true)));
    points.forEach((p, k) => {
      p.style.display = k < places.length ? "" : "none";
      if (k < places.length) p.setAttribute("transform", places[k]);
    });
    return true;
  }

  function moveBars(gd, group, data, x, y, i) {
    const bars = group.querySelectorAll(".point > path");
    const known = gd.calcdata[i];
    if (!bars.length || bars.length !== data.y.length || known.length !== data.y.length) return false;
    bars.forEach((bar, k) => {
      const top = near(y(data.y[k]));
      bar.setAttribute("d", Number.isFinite(top) ? `M${near(x(known[k].p0))},${near(y(0))}V${top}H${near(x(known[k].p1))}V${near(y(0))}Z` : "M0,0");
    });
    return true;
  }

  // A heat map is one picture: a pixel for every cell, stretched by the browser.
  function moveHeat(panel, trace, data, i) {
    const which = panel.gd._fullData.slice(0, i).filter((t) => t.type === "heatmap").length;
    const image = panel.gd.querySelectorAll(".heatmaplayer image")[which];
    const old = panel.drawnHeat[i];
    if (!image || !old || old.rows !== data.z.length || old.columns !== data.z[0].length || !trace.colorscale) return false;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [old.columns, old.rows];
    const pen = canvas.getContext("2d");
    const pixels = pen.createImageData(old.columns, old.rows);
    const colours = palette(trace.colorscale);
    const scale = (colours.length / 4 - 1) / (trace.zmax - trace.zmin);
    data.z.forEach((row, r) => {
      const line = 4 * old.columns * (old.rows - 1 - r);
      row.forEach((z, c) => {
        if (z !== z) return;
        const k = 4 * Math.round(Math.min(Math.max(z - trace.zmin, 0), trace.zmax - trace.zmin) * scale);
        for (let q = 0; q < 4; q++) pixels.data[line + 4 * c + q] = colours[k + q];
      });
    });
    pen.putImageData(pixels, 0, 0);
    remember(panel, image, "href");
    remember(panel, image, "style");
    image.style.imageRendering = "pixelated";
    image.setAttribute("href", canvas.toDataURL());
    return true;
  }
  // 256 colours along a scale of [share, "rgb(...)"], four bytes each.
  const palettes = new Map();
  function palette(scale) {
    const key = JSON.stringify(scale);
    if (palettes.has(key)) return palettes.get(key);
    const pen = Object.assign(document.createElement("canvas"), { width: 256, height: 1 }).getContext("2d");
    const shade = pen.createLinearGradient(0.5, 0, 255.5, 0);
    scale.forEach(([share, colour]) => shade.addColorStop(share, colour));
    pen.fillStyle = shade;
    pen.fillRect(0, 0, 256, 1);
    palettes.set(key, pen.getImageData(0, 0, 256, 1).data);
    return palettes.get(key);
  }

  function ghostsBehind(panel) {
    pathsOf(panel).slice(panel.figure.data.length).forEach((group) => group && group.parentNode.prepend(group));
  }

  function moveGhosts(panel, full, groups) {
    for (let i = panel.figure.data.length; i < full.length; i++) {
      const of = full[i].meta && full[i].meta.of;
      const data = panel.before && panel.before[of];
      const line = groups[i] && groups[i].querySelector("path.js-line");
      if (!data || !line) continue;
      const d = linePath(data, scaleOf(panel, axisOf(panel.gd, full[i].xaxis)), scaleOf(panel, axisOf(panel.gd, full[i].yaxis)), full[i].line.shape);
      line.setAttribute("d", d || "M0,0");
      groups[i].querySelectorAll("path.js-line").forEach((p, k) => k && p.setAttribute("d", "M0,0"));
      groups[i].style.opacity = 1;
    }
  }

  function pixel(panel, ref, value) {
    const axis = axisOf(panel.gd, ref.split(" ")[0]);
    if (!axis) return null;
    if (ref.endsWith("domain")) return axis._offset + (ref[0] === "x" ? value : 1 - value) * axis._length;
    return axis._offset + scaleOf(panel, axis)(value);
  }
  function paperPixel(gd, isX, value) {
    const s = gd._fullLayout._size;
    return isX ? s.l + value * s.w : s.t + (1 - value) * s.h;
  }
  const at = (panel, ref, value, isX) => (ref === "paper" ? paperPixel(panel.gd, isX, value) : pixel(panel, ref, value));
  const wasAt = (panel, ref, value, isX) => at({ gd: panel.gd, slid: {} }, ref, value, isX);

  // A grid line too few or too many does not matter while a control moves.
  function moveShapes(panel, shapes) {
    const { gd } = panel;
    const still = !panel.shapesMoved && !panel.slid.xaxis && JSON.stringify(shapes.map(placeOf)) === panel.drawnShapes;
    if (still) return true;
    panel.shapesMoved = true;
    return gd._fullLayout.shapes.every((drawn, i) => {
      if (drawn.visible === false) return true;
      const path = gd.querySelector(`.shapelayer path[data-index="${i}"]`);
      if (!path || !["line", "rect"].includes(drawn.type)) return shapes[i] && JSON.stringify(placeOf(shapes[i])) === JSON.stringify(placeOf(drawn));
      remember(panel, path, "d");
      path.setAttribute("d", shapes[i] ? shapePath(panel, drawn, shapes[i]) : "M0,0");
      return true;
    });
  }
  function shapePath(panel, drawn, shape) {
    const [x0, x1] = [shape.x0, shape.x1].map((v) => at(panel, drawn.xref, v, true));
    const [y0, y1] = [shape.y0, shape.y1].map((v) => at(panel, drawn.yref, v, false));
    return drawn.type === "line" ? `M${x0},${y0}L${x1},${y1}` : `M${x0},${y0}H${x1}V${y1}H${x0}Z`;
  }

  function moveLabels(panel, labels) {
    const { gd } = panel;
    return labels.every((label, i) => {
      const drawn = gd._fullLayout.annotations[i];
      const group = gd.querySelector(`.annotation[data-index="${i}"]`);
      if (!group) return drawn.visible === false || drawn.text === label.text;
      const dx = at(panel, drawn.xref, label.x, true) - wasAt(panel, drawn.xref, drawn.x, true);
      const dy = at(panel, drawn.yref, label.y, false) - wasAt(panel, drawn.yref, drawn.y, false);
      remember(panel, group, "transform");
      group.setAttribute("transform", `translate(${near(dx || 0)},${near(dy || 0)})`);
      return sayLabel(panel, group, drawn.text, label.text);
    });
  }

  function sayLabel(panel, group, before, now) {
    const text = group.querySelector("text.annotation-text");
    if (!text || (before === now && !text.dataset.moved)) return true;
    if (/[<&]/.test(before) || /[<&]/.test(now)) return before === now;
    if (!text.dataset.moved) panel.touched.push(() => ((text.textContent = before), delete text.dataset.moved));
    text.dataset.moved = "yes";
    text.textContent = now;
    return true;
  }

  // Plotly compares layouts, not the page: what was moved by hand goes back before it draws.
  function remember(panel, element, attribute) {
    if (panel.touchedElements.has(element)) return;
    panel.touchedElements.add(element);
    const old = element.getAttribute(attribute);
    panel.touched.push(() => (old === null ? element.removeAttribute(attribute) : element.setAttribute(attribute, old)));
  }
  function restore(panel) {
    for (const undo of panel.touched || []) undo();
    panel.touched = [];
    panel.touchedElements = new Set();
    for (const [text, old] of panel.numbers) text.textContent = old;
    panel.numbers.clear();
    panel.slid = {};
    panel.shapesMoved = false;
  }

  // ---- what others may ask ----------------------------------------------------------------------------------------------
  TF.draw = {
    // Places for the panels of an experiment.
    build(list) {
      for (const { gd } of panels.values()) {
        sizes.unobserve(gd);
        Plotly.purge(gd);
      }
      panels.clear();
      digest = "";
      for (const column of ["mechanism", "effect", "more"]) {
        const home = document.getElementById(column + "-panels");
        home.replaceChildren(...list.filter((p) => p.column === column).map(place));
      }
    },
    settled,
    live,
    resize() {
      for (const panel of panels.values()) {
        const { gd, figure } = panel;
        const seen = gd._fullLayout;
        if (figure && gd.clientWidth && (!seen || seen.width !== gd.clientWidth || seen.height !== gd.clientHeight)) react(panel);
      }
      TF.emit("placed");
    },
    panel: (name) => panels.get(name),
    get names() {
      return [...panels.keys()];
    },
    meta(name) {
      const panel = panels.get(name);
      return (panel && panel.figure && panel.figure.layout.meta) || {};
    },
    // Where a panel's axes lie, in pixels of the panel: x(value), time(pixel), left, right, top, bottom; row(axis id).
    geometry(name) {
      const panel = panels.get(name);
      const layout = panel && panel.gd._fullLayout;
      if (!layout || !usable(layout.xaxis)) return null;
      const xa = layout.xaxis;
      const { _m: m, _b: b } = panel.slid.xaxis || xa;
      const rows = Object.keys(layout).filter((k) => /^yaxis\d*$/.test(k)).map((k) => layout[k]);
      return {
        x: (v) => xa._offset + m * v + b,
        time: (px) => (px - xa._offset - b) / m,
        perPixel: 1 / m,
        left: xa._offset,
        right: xa._offset + xa._length,
        top: Math.min(...rows.map((r) => r._offset)),
        bottom: Math.max(...rows.map((r) => r._offset + r._length)),
        row(id) {
          const axis = axisOf(panel.gd, id);
          return axis ? { top: axis._offset, height: axis._length } : null;
        },
      };
    },
  };

  function place(declared) {
    const figure = TF.make("figure", { className: "panel", id: "panel-" + declared.name });
    const head = TF.make("figcaption", {}, [
      TF.make("h2", { textContent: declared.title }),
      TF.tip(TF.make("button", { type: "button", className: "why", textContent: "i", ariaLabel: `What ${declared.title} shows` }), declared.help),
      TF.make("button", { type: "button", className: "table-button", textContent: "Table", ariaLabel: `${declared.title} as a table`, onclick: () => TF.table(declared.name) }),
    ]);
    const gd = TF.make("div", { className: "plot" });
    gd.setAttribute("role", "img");
    gd.setAttribute("aria-label", declared.title);
    const over = TF.make("div", { className: "over" });
    sizes.observe(gd);
    figure.append(head, TF.make("div", { className: "frame" }, [gd, over]));
    panels.set(declared.name, { gd, over, title: declared.title, touched: [], touchedElements: new Set(), numbers: new Map(), slid: {}, figure: null, rest: null, before: null, fresh: false, wholeAfter: 0 });
    return figure;
  }
})();
