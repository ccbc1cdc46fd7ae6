// Toasts leave by themselves, unless they report a failure or somebody is reading them.
const patience = 8000;

function settle(toast) {
  if (toast.dataset.tone === "bad") return;
  let timer = setTimeout(() => toast.remove(), patience);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("focusin", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => { timer = setTimeout(() => toast.remove(), patience); });
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove();
});

const shelf = document.getElementById("toasts");
if (shelf) {
  shelf.querySelectorAll("[data-toast]").forEach(settle);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) settle(node);
    }
  }).observe(shelf, { childList: true });
}
