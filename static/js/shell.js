// Ctrl+K goes to the search; data-open opens a dialog; data-copy puts the text of an element on the
// clipboard; a form with data-confirm asks before it is sent.
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const search = document.querySelector("[data-search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
});

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  event.target.closest("[data-close]")?.closest("dialog")?.close();
  if (event.target.matches("dialog")) event.target.close();

  const copier = event.target.closest("[data-copy]");
  if (!copier) return;
  const source = document.getElementById(copier.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent);
  const said = copier.querySelector("[data-said]") ?? copier;
  const before = said.textContent;
  said.textContent = "Copied";
  setTimeout(() => { said.textContent = before; }, 2000);
});

document.addEventListener("submit", (event) => {
  const words = event.target.dataset.confirm;
  if (words && !window.confirm(words)) event.preventDefault();
});
