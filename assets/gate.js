// The gate: one request in flight, the newest state next. It opens when the reply has been drawn, and also when a reply is lost.
(() => {
  const TF = (window.TF = window.TF || {});
  const LOST_MS = 5000;
  const RETRY_MS = 1000;
  const REST_MS = 250;
  const KEEP_TIMES = 2000;

  let number = 0;
  let wanted = null; // the next request
  let flying = null; // the one on its way
  let watch = 0;
  let resting = 0;
  let held = false;
  let inputAt = 0;
  let arrivals = {};

  const counters = (window.__tf = { drawn: 0, sent: 0, inFlight: 0, maxInFlight: 0, failures: 0, whole: {}, lastDrawn: {}, timing: [] });

  function ask(request, extra = {}) {
    wanted = { request, input: inputAt, ...extra };
    pump();
  }

  function pump() {
    if (flying || !wanted || !window.dash_clientside || !window.dash_clientside.set_props) return;
    flying = wanted;
    wanted = null;
    flying.n = ++number;
    flying.sent = performance.now();
    counters.sent += 1;
    counters.inFlight += 1;
    counters.maxInFlight = Math.max(counters.maxInFlight, counters.inFlight);
    watch = setTimeout(() => failed(flying && flying.n, "The server has not answered for five seconds."), LOST_MS + (flying.patience || 0));
    const data = { ...flying.request, n: flying.n };
    if (data.tier === "live") call(data);
    else window.dash_clientside.set_props("req", { data });
  }

  // While a control moves the page calls Dash's callback itself: the renderer around it takes about as long as the run.
  function call(data) {
    const body = {
      output: "reply.data", outputs: { id: "reply", property: "data" },
      inputs: [{ id: "req", property: "data", value: data }], changedPropIds: ["req.data"],
    };
    window
      .fetch("_dash-update-component", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })
      .then((response) => response.ok && response.json())
      .then((json) => json && receive(json.response.reply.data))
      .catch(() => {}); // `failed` has been told
  }

  function landed() {
    clearTimeout(watch);
    counters.inFlight -= 1;
    const done = flying;
    flying = null;
    return done;
  }

  function receive(reply) {
    if (!flying || !reply || reply.n !== flying.n) return; // an answer nobody waits for any more
    const received = performance.now();
    TF.banner("");
    try {
      TF.emit(reply.kind === "open" ? "opened" : "reply", { reply, flight: flying });
    } finally {
      note(reply, received, landed());
      pump();
    }
  }

  function note(reply, received, flight) {
    counters.drawn += 1;
    const entry = {
      n: reply.n, tier: reply.tier, kind: reply.kind, input: flight.input, sent: flight.sent, response: arrivals.end, requested: arrivals.start,
      received, drawn: performance.now(), engine: reply.ms.engine, server: reply.ms.server,
    };
    counters.lastDrawn = { ...(flight.request.values || {}), n: reply.n, tier: reply.tier, digest: reply.digest };
    counters.timing.push(entry);
    if (counters.timing.length > KEEP_TIMES) counters.timing.shift();
    requestAnimationFrame(() => (entry.painted = performance.now()));
  }

  // The answer is lost: keep the last curves, say so, and send the newest state.
  function failed(n, sentence) {
    if (!flying || flying.n !== n) return;
    const lost = landed();
    counters.failures += 1;
    TF.banner(sentence + " The last curves stay; the next try follows.");
    if (!wanted) wanted = lost;
    setTimeout(pump, RETRY_MS);
  }

  // Dash tells nobody when a callback fails, so look at its fetches.
  const fetched = window.fetch;
  window.fetch = function (resource, ...rest) {
    const address = String((resource && resource.url) || resource);
    const answer = fetched.call(this, resource, ...rest);
    if (!address.includes("_dash-update-component")) return answer;
    const n = flying && flying.n;
    const start = performance.now();
    answer.then(
      (response) => {
        arrivals = { start, end: performance.now() };
        if (response.status >= 400) failed(n, `The server refused (${response.status}).`);
      },
      () => failed(n, "The server cannot be reached."),
    );
    return answer;
  };

  const body = (tier) => ({ kind: "state", tier, ...TF.theme.look, ...TF.state.now, values: { ...TF.state.now.values } });

  function rest() {
    clearTimeout(resting);
    if (!TF.state.now) return;
    ask(body("settled"), { patience: 15000 });
    TF.state.rest();
  }

  TF.gate = {
    get idle() {
      return !flying && !wanted;
    },
    get held() {
      return held;
    },
    open: (query, extra = {}) => ask({ kind: "open", query: String(query), ...TF.theme.look }, { patience: 60000, ...extra }),
    settle: rest,
    // A pointer holds a control: no settling before it lets go.
    hold() {
      held = true;
    },
    release() {
      held = false;
      clearTimeout(resting);
      resting = setTimeout(rest, 0);
    },
  };

  // The time of the hand's last move, for the latency that is measured.
  const moved = (e) => (inputAt = e.timeStamp);
  for (const type of ["input", "pointermove", "keydown", "click", "change"]) addEventListener(type, moved, true);

  TF.on("changed", () => {
    ask(body("live"));
    clearTimeout(resting);
    if (!held) resting = setTimeout(rest, REST_MS);
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.page = {
    receive(reply) {
      receive(reply);
      return window.dash_clientside.no_update;
    },
    job(reply) {
      TF.emit("job", reply);
      return window.dash_clientside.no_update;
    },
  };

  // Dash announces nothing when it is ready to take props; ask until it is.
  TF.whenReady = (then) => {
    const ready = window.dash_clientside && window.dash_clientside.set_props && document.querySelector("#react-entry-point > :not(._dash-loading)");
    if (ready) then();
    else setTimeout(() => TF.whenReady(then), 15);
  };
})();
