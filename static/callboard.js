// What a page does beyond links and forms: theme, shortcuts, the list below the search box.
// Without this file everything still works.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // Theme: as the system, unless chosen. Set before the first paint.
  const THEMES = ["system", "light", "dark"];
  const stored = () => {
    try { return localStorage.getItem("theme") || "system"; } catch { return "system"; }
  };
  const show = (theme) => {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (!button) return;
    const label = `Theme: ${theme === "system" ? "as the system" : theme}`;
    button.setAttribute("aria-label", label);
    button.title = label;
  };
  show(stored());

  const isTyping = (element) => element.closest?.("input, textarea, select, [contenteditable]");
  const dismiss = (event) => event.target.closest?.("[data-dismiss]")?.closest(".toast")?.remove();

  // Rows: j and k move the focus along the first link of each.
  const rowLinks = () =>
    [...document.querySelectorAll("main tbody tr, main .list > li")]
      .map((row) => row.querySelector("a[href]"))
      .filter((link) => link && link.checkVisibility());
  const step = (by) => {
    const links = rowLinks();
    if (links.length === 0) return;
    const row = document.activeElement.closest("tr, li");
    const at = links.findIndex((link) => link === document.activeElement || row?.contains(link));
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
    links[next].focus();
  };

  const PLACES = { h: "/", c: "/catalog", t: "/teams", r: "/runs", s: "/sources" };
  let goes = 0;
  const shortcut = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key in PLACES && Date.now() - goes < 1500) location.href = PLACES[event.key];
    else if (event.key === "g") { goes = Date.now(); return; }
    else if (event.key === "/") { document.getElementById("seek").select(); document.getElementById("seek").focus(); }
    else if (event.key === "?") document.getElementById("help").togglePopover();
    else if (event.key === "c") location.href = "/create";
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else return;
    goes = 0;
    event.preventDefault();
  };

  // The list below the search box: arrows choose, Enter opens, Escape closes.
  const searchBox = () => {
    const input = document.getElementById("seek");
    const list = document.getElementById("suggest");
    const options = () => [...list.querySelectorAll("[role=option]")];
    const choose = (chosen) => {
      for (const option of options()) option.setAttribute("aria-selected", String(option === chosen));
      if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
      else input.removeAttribute("aria-activedescendant");
      chosen?.scrollIntoView({ block: "nearest" });
    };
    const settle = () => {
      input.setAttribute("aria-expanded", String(options().length > 0));
      input.removeAttribute("aria-activedescendant");
    };
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", "suggest");
    settle();
    new MutationObserver(settle).observe(list, { childList: true });
    input.addEventListener("keydown", (event) => {
      const all = options();
      const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
      if (event.key === "Escape") {
        if (all.length > 0) list.replaceChildren();
        else input.blur();
      } else if (event.key === "Enter" && at >= 0) all[at].click();
      else if (event.key === "ArrowDown" && all.length > 0) choose(all[(at + 1) % all.length]);
      else if (event.key === "ArrowUp" && all.length > 0) choose(all[at <= 0 ? all.length - 1 : at - 1]);
      else return;
      event.preventDefault();
    });
  };

  // Long lists of filter values: type to narrow.
  const narrow = (event) => {
    const list = event.target.dataset?.narrow && document.getElementById(event.target.dataset.narrow);
    if (!list) return;
    event.stopPropagation();
    const term = event.target.value.toLowerCase();
    for (const item of list.children) item.hidden = !item.textContent.toLowerCase().includes(term);
  };

  // A run while it goes on: the server sends lines of its log and the parts of its page that changed. A line or part
  // that is there already is not doubled, however often the stream is begun again.
  const watchRun = () => {
    const address = document.querySelector("[data-live]")?.dataset.live;
    if (!address) return;
    for (const log of document.querySelectorAll(".log")) log.scrollTop = log.scrollHeight;
    const stream = new EventSource(address);
    stream.addEventListener("message", ({ data }) => {
      const sent = document.createElement("template");
      sent.innerHTML = data;
      for (const part of [...sent.content.children]) {
        const known = document.getElementById(part.id);
        if (!known) addLine(part);
        else if (!known.isEqualNode(part)) replacePart(known, part);
      }
    });
    stream.addEventListener("end", () => stream.close());
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) document.getElementById("stale").hidden = false;
    });
  };
  const addLine = (line) => {
    const log = document.getElementById(line.dataset.into);
    if (!log) return;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    log.append(line);
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  };
  const replacePart = (known, part) => {
    const opens = "open" in part.dataset && !("open" in known.dataset);
    const hadFocus = known.contains(document.activeElement);
    known.replaceWith(part);
    if (opens) part.closest("details").open = true;
    if (hadFocus) (part.matches("summary") ? part : part.querySelector("a, button, input"))?.focus({ preventScroll: true });
  };

  document.addEventListener("keydown", shortcut);
  document.addEventListener("click", dismiss);
  document.addEventListener("input", narrow, true);
  // Leaving a text field is no change of it: what was typed is asked for already, and a swap now would take away
  // the link that is about to be clicked.
  document.addEventListener("change", (event) => {
    if (event.target.type === "search") event.stopPropagation();
  }, true);
  document.addEventListener("DOMContentLoaded", () => {
    show(stored());
    searchBox();
    watchRun();
    document.getElementById("theme").addEventListener("click", () => {
      const next = THEMES[(THEMES.indexOf(stored()) + 1) % THEMES.length];
      try { localStorage.setItem("theme", next); } catch { /* a private window forgets it */ }
      show(next);
    });
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        const label = button.getAttribute("aria-label");
        button.setAttribute("aria-label", "Copied");
        button.classList.add("done");
        setTimeout(() => { button.setAttribute("aria-label", label); button.classList.remove("done"); }, 1500);
      });
    }
  });

  // The filters are part of what is swapped: what is open stays open, what has the focus keeps it.
  let kept = null;
  document.addEventListener("htmx:beforeSwap", () => {
    kept = {
      popup: document.querySelector("#filters:popover-open")?.id,
      details: [...document.querySelectorAll("#filters details[open]")].map(({ id }) => id),
      focus: document.activeElement?.id,
    };
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!kept) return;
    for (const id of kept.details) document.getElementById(id)?.setAttribute("open", "");
    if (kept.popup) document.getElementById(kept.popup)?.showPopover();
    const count = document.getElementById("count");
    if (kept.focus) document.getElementById(kept.focus)?.focus({ preventScroll: true });
    // What had the focus is gone: go on where the results begin.
    if (document.activeElement === document.body) count?.focus({ preventScroll: true });
    const said = document.getElementById("said");
    if (said && count) said.textContent = count.textContent;
    kept = null;
  });

  // A graph wider than the page begins at what it is about.
  const centreGraph = (within) => {
    const root = within.querySelector?.(".drawing .root");
    const canvas = root?.closest(".canvas");
    if (!canvas) return;
    const [about, seen] = [root.getBoundingClientRect(), canvas.getBoundingClientRect()];
    canvas.scrollLeft += about.left - seen.left - (seen.width - about.width) / 2;
    canvas.scrollTop += about.top - seen.top - (seen.height - about.height) / 2;
  };
  document.addEventListener("DOMContentLoaded", () => centreGraph(document));
  document.addEventListener("htmx:afterSettle", (event) => centreGraph(event.target));

  // Empty fields stay out of the address.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") return;
    const data = event.detail.formData;
    for (const [key, value] of [...(data?.entries() ?? [])]) if (value === "") data.delete(key);
  });
  document.addEventListener("htmx:sendError", () => {
    const toast = document.createElement("div");
    toast.className = "toast failed";
    toast.innerHTML = '<p>The portal does not answer. Try again in a moment.</p><button class="quiet" type="button" data-dismiss aria-label="Dismiss">✕</button>';
    document.getElementById("toasts").append(toast);
  });
})();
