// Reads single days of a chart out of its table: by pointer, and by arrow keys once the chart has the focus.
for (const plot of document.querySelectorAll("[data-chart]")) {
  const table = document.getElementById(plot.dataset.chart)?.querySelector("table");
  const rows = [...(table?.querySelectorAll("tbody tr") ?? [])];
  const heads = [...(table?.querySelectorAll("thead th") ?? [])].map((head) => head.textContent);
  const tip = plot.querySelector("[data-tip]");
  const cursor = plot.querySelector("[data-cursor]");
  let at = -1;

  const show = (index) => {
    if (!rows.length || index === at) return;
    at = Math.max(0, Math.min(rows.length - 1, index));
    const [day, ...figures] = rows[at].cells;
    const first = document.createElement("span");
    first.className = "quiet";
    first.textContent = day.textContent;
    const main = document.createElement("b");
    main.textContent = `${figures[0].textContent} ${heads[1].toLowerCase()}`;
    const rest = figures.slice(1).map((cell, place) => `${heads[place + 2]}: ${cell.textContent}`);
    tip.replaceChildren(first, main, rest.join(" · "));
    tip.hidden = false;
    const x = Number(rows[at].dataset.x);
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.setAttribute("visibility", "visible");
    tip.style.inset = x > 500 ? `auto ${102 - x / 10}% 0.75rem auto` : `auto auto 0.75rem ${x / 10 + 2}%`;
  };

  const hide = () => {
    at = -1;
    tip.hidden = true;
    cursor.setAttribute("visibility", "hidden");
  };

  const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7, Home: -Infinity, End: Infinity };
  plot.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return hide();
    if (!(event.key in steps)) return;
    event.preventDefault();
    show(at < 0 ? rows.length - 1 : Math.max(0, Math.min(rows.length - 1, at + steps[event.key])));
  });
  plot.addEventListener("pointermove", (event) => {
    const box = plot.getBoundingClientRect();
    show(Math.round(((event.clientX - box.left) / box.width) * (rows.length - 1)));
  });
  plot.addEventListener("pointerleave", () => { if (document.activeElement !== plot) hide(); });
  plot.addEventListener("blur", hide);
}
