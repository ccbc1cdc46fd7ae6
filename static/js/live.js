// A region that htmx swaps keeps what the reader opened, and says so when it can no longer be reached.
const opened = new Map();

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  for (const element of detail.target.querySelectorAll("details[id]")) opened.set(element.id, element.open);
});

document.addEventListener("htmx:afterSwap", () => {
  for (const [id, open] of opened) {
    const element = document.getElementById(id);
    if (element) element.open = open;
  }
  opened.clear();
});

function reached(yes) {
  document.documentElement.toggleAttribute("data-offline", !yes);
  const pulse = document.getElementById("pulse");
  if (!pulse || yes) return;
  pulse.dataset.tone = "bad";
  pulse.querySelector("b").textContent = "No connection";
  pulse.querySelector("small").textContent = "what you see may be old";
}

document.addEventListener("htmx:sendError", () => reached(false));
document.addEventListener("htmx:afterOnLoad", () => reached(true));
