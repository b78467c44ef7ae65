// A long run in the background: start, progress, cancel.
(() => {
  const TF = (window.TF = window.TF || {});
  const POLL_MS = 500;
  const PATIENCE = 20; // of several server processes only one knows a run; ask on until it answers
  let id = "";
  let number = 0;
  let misses = 0;
  let stopping = false;
  let begun = ""; // the state it was started with
  let bar = null;

  const ask = (request) => window.dash_clientside.set_props("job_req", { data: { n: ++number, ...request } });

  function start() {
    const { experiment, rule, seed, values } = TF.state.now;
    begun = TF.state.query().toString();
    misses = 0;
    stopping = false;
    show("Starting …", 0, true);
    ask({ kind: "start", ...TF.theme.look, experiment, rule, seed, values: { ...values } });
  }
  const poll = () => id && ask({ kind: stopping ? "cancel" : "poll", id, ...TF.theme.look });
  function cancel() {
    stopping = true;
    if (bar) bar.text.textContent = "Stopping …";
  }

  function show(text, share, running) {
    if (!bar) return;
    bar.text.textContent = text;
    bar.meter.hidden = !running;
    bar.meter.value = share;
    bar.start.hidden = running;
    bar.cancel.hidden = !running;
  }

  TF.on("job", (reply) => {
    if (!reply || reply.n !== number) return;
    if (reply.state === "running") {
      id = reply.id;
      misses = 0;
      show(`${Math.round(100 * reply.share)} %`, reply.share, true);
      setTimeout(poll, POLL_MS);
      return;
    }
    if (reply.state === "unknown" && id && misses++ < PATIENCE) {
      setTimeout(poll, POLL_MS);
      return;
    }
    id = "";
    show(reply.state === "done" ? outcome(reply.reply) : reply.error, 0, false);
    if (reply.state === "done") TF.drawReply(reply.reply);
  });

  function outcome({ partial }) {
    const end = partial ? "Stopped early: what there was is shown." : "Done.";
    return TF.state.query().toString() === begun ? end : end + " It is of the values it was started with.";
  }

  TF.jobs = {
    build(sentence) {
      const home = TF.byId("job");
      home.hidden = !sentence;
      id = "";
      if (!sentence) return;
      bar = {
        text: TF.make("span", { className: "job-text" }),
        meter: TF.make("progress", { max: 1, value: 0, hidden: true, ariaLabel: "Progress of the long run" }),
        start: TF.make("button", { type: "button", id: "job-start", textContent: "Run", onclick: start }),
        cancel: TF.make("button", { type: "button", id: "job-cancel", textContent: "Cancel", hidden: true, onclick: cancel }),
      };
      home.replaceChildren(TF.make("p", { className: "note", textContent: sentence }), TF.make("div", { className: "line" }, [bar.start, bar.cancel, bar.meter, bar.text]));
    },
  };
})();
