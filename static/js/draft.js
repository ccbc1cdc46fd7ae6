// What is typed is kept in this browser until the hub has it, so a lost connection loses no words.
const form = document.getElementById("compose");
const key = () => `draft:${form.dataset.draft}`;
const typed = () => [...form.querySelectorAll("textarea, input[name=title]")];

function read() {
  const words = {};
  for (const box of typed()) if (box.id) words[box.id] = box.value;
  return words;
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(key()) ?? "null");
  } catch {
    return null;
  }
}

function differs(words) {
  return typed().some((box) => box.id in words && words[box.id].trim() && words[box.id] !== box.value);
}

function forget() {
  localStorage.removeItem(key());
  document.getElementById("kept").hidden = true;
}

form.addEventListener("input", () => localStorage.setItem(key(), JSON.stringify(read())));

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-forget]")) forget();
  if (!event.target.closest("[data-restore]")) return;
  const words = kept() ?? {};
  for (const box of typed()) if (box.id in words) box.value = words[box.id];
  document.getElementById("kept").hidden = true;
  form.dispatchEvent(new Event("input", { bubbles: true }));
});

// The hub has it: the saved mark came back with a time.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && detail.elt.id === "saved") localStorage.removeItem(key());
});

document.addEventListener("htmx:sendError", ({ detail }) => {
  if (detail.elt.id !== "saved") return;
  const mark = document.getElementById("saved");
  mark.dataset.tone = "warn";
  mark.textContent = "Offline: kept in this browser";
});

const old = kept();
if (old && differs(old)) document.getElementById("kept").hidden = false;
form.addEventListener("submit", () => { if (navigator.onLine) localStorage.removeItem(key()); });
