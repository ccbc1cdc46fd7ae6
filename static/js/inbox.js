// Looks for what is new while somebody is looking, puts saved replies into the answer, and shows the newest words.
const EVERY = 1500;

function look() {
  const list = document.querySelector("[data-look]");
  // A list that somebody moves in with the keyboard is left alone for the moment.
  if (document.hidden || !list || list.contains(document.activeElement)) return;
  list.dispatchEvent(new Event("look"));
}

function toEnd() {
  const talk = document.getElementById("talk");
  if (talk) talk.scrollTop = talk.scrollHeight;
}

let wasAtEnd = true;
document.addEventListener("htmx:beforeSwap", () => {
  const talk = document.getElementById("talk");
  wasAtEnd = !talk || talk.scrollTop + talk.clientHeight >= talk.scrollHeight - 40;
});
document.addEventListener("htmx:afterSettle", () => { if (wasAtEnd) toEnd(); });

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  const words = chip?.closest("form")?.querySelector("textarea");
  if (!words) return;
  const gap = words.value && !/\s$/.test(words.value) ? " " : "";
  words.setRangeText(gap + chip.dataset.insert, words.selectionStart, words.selectionEnd, "end");
  words.dispatchEvent(new Event("input", { bubbles: true }));
  words.focus();
});

document.addEventListener("visibilitychange", look);
setInterval(look, EVERY);
toEnd();
