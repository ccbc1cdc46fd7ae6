// What is typed is kept in this browser until the hub has it, so a lost connection loses no words.
const form = document.getElementById("compose");
const key = (post = document.getElementById("post-id").value) => `draft:${form.dataset.draft}/${post || "new"}`;
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

function stored() {
  localStorage.removeItem(key());
  localStorage.removeItem(key("new"));
}

function forget() {
  stored();
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

// Words that were typed while a swap was under way stay.
let typing = null;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const box = document.activeElement;
  typing = detail.target?.id === "composer" && box?.matches("textarea[id], .title-input") ? [box.id, box.value] : null;
});

document.addEventListener("htmx:afterSettle", () => {
  const box = typing && document.getElementById(typing[0]);
  if (box && box.value !== typing[1]) box.value = typing[1];
  typing = null;
});

// The hub has it: the saved mark came back with a time.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && detail.elt.id === "saved") stored();
});

document.addEventListener("htmx:sendError", ({ detail }) => {
  if (detail.elt.id !== "saved") return;
  const mark = document.getElementById("saved");
  mark.dataset.tone = "warn";
  mark.textContent = "Offline: kept in this browser";
});

const old = kept();
if (old && differs(old)) document.getElementById("kept").hidden = false;
form.addEventListener("submit", () => { if (navigator.onLine) stored(); });
