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

// What was typed or chosen while an answer was under way stays, whatever field it is in.
const fields = () => [...form.querySelectorAll("textarea, select, input:not([type=hidden]):not([type=file])")];
const name = (field) => field.id || `${field.name}=${field.value}`;
const state = (field) => (field.matches("[type=radio], [type=checkbox]") ? field.checked : field.value);
let sent = null;
let changed = null;

function put(field, value) {
  if (typeof value === "boolean") field.checked = value;
  else field.value = value;
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target?.id === "composer") sent = new Map(fields().map((field) => [name(field), state(field)]));
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== "composer" || !sent) return;
  const now = fields().filter((field) => sent.has(name(field)) && sent.get(name(field)) !== state(field));
  changed = new Map(now.map((field) => [name(field), state(field)]));
});

document.addEventListener("htmx:afterSettle", () => {
  if (!changed?.size) return;
  for (const field of fields()) if (changed.has(name(field))) put(field, changed.get(name(field)));
  changed = null;
  form.dispatchEvent(new Event("input", { bubbles: true }));
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
