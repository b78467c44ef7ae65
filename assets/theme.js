// The look of the page: from the link, else from the device. Also the only script of the pages of text.
(() => {
  const TF = (window.TF = window.TF || {});
  const root = document.documentElement;
  const NAMES = ["light", "dark", "projector"];

  const fromLink = () => {
    const asked = new URLSearchParams(location.search).get("theme");
    return NAMES.includes(asked) ? asked : "";
  };
  const narrow = matchMedia("(max-width: 720px)"); // as in style.css
  const fromDevice = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  TF.theme = {
    chosen: fromLink(), // empty: nobody chose, the device decides
    get name() {
      return this.chosen || fromDevice();
    },
    // What a request for pictures says about them.
    get look() {
      return { theme: this.name, compact: narrow.matches };
    },
    choose(name) {
      this.chosen = NAMES.includes(name) ? name : "";
      this.show();
    },
    show() {
      root.dataset.theme = this.name;
      const select = document.getElementById("theme");
      if (select) select.value = this.name;
      for (const link of document.querySelectorAll(".top nav a, .top .brand")) {
        link.search = this.chosen ? "?theme=" + this.chosen : "";
      }
    },
  };

  // An equation wider than the screen scrolls, also by keyboard.
  TF.reachable = () => {
    for (const e of document.querySelectorAll(".equation")) if (e.scrollWidth > e.clientWidth) e.tabIndex = 0;
  };

  TF.theme.show();
  narrow.addEventListener("change", () => TF.gate && TF.gate.settle());
  if (document.body.classList.contains("text")) {
    document.getElementById("theme").addEventListener("change", (e) => TF.theme.choose(e.target.value));
    TF.reachable();
  }
})();
