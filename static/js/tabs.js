// Panels that stand below each other become tabs. Arrow keys move, Alt+1..9 jumps, and the choice outlives a swap.
let chosen = "";

function show(tabs, id, focus = false) {
  const known = tabs.some((tab) => tab.dataset.tab === id);
  for (const tab of tabs) {
    const on = known ? tab.dataset.tab === id : tab === tabs[0];
    tab.setAttribute("aria-selected", on);
    tab.tabIndex = on ? 0 : -1;
    document.getElementById(tab.dataset.tab).hidden = !on;
    if (on && focus) tab.focus();
  }
}

function dress(root) {
  for (const list of root.querySelectorAll("[data-tablist]:not([role])")) {
    list.setAttribute("role", "tablist");
    const tabs = [...list.querySelectorAll("[data-tab]")];
    const asked = tabs.find((tab) => tab.getAttribute("aria-selected") === "true")?.dataset.tab;
    for (const tab of tabs) {
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", tab.dataset.tab);
      document.getElementById(tab.dataset.tab).setAttribute("role", "tabpanel");
    }
    show(tabs, asked ?? chosen);
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[data-tab]");
      if (tab) { chosen = tab.dataset.tab; show(tabs, chosen); }
    });
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const at = tabs.indexOf(event.target.closest("[data-tab]"));
      if (!step || at < 0) return;
      chosen = tabs[(at + step + tabs.length) % tabs.length].dataset.tab;
      show(tabs, chosen, true);
    });
  }
}

function reveal(target) {
  const panel = target?.closest("[data-panel][hidden]");
  if (panel) document.querySelector(`[data-tab="${panel.id}"]`)?.click();
  const drawer = target?.closest("details");
  if (drawer) drawer.open = true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('.checks a[href^="#"]');
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  reveal(target);
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "center" });
});

document.addEventListener("keydown", (event) => {
  if (event.altKey && /^[1-9]$/.test(event.key)) {
    const tab = document.querySelectorAll("[data-tablist] [data-tab]")[event.key - 1];
    if (tab) { event.preventDefault(); tab.click(); }
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") document.getElementById("go-button")?.click();
});

dress(document);
reveal(document.querySelector('[aria-invalid="true"]'));
document.addEventListener("htmx:afterSettle", () => dress(document));
