// Offers the labels that a workspace has, for each word of a list with commas: a browser alone completes only the first.
const known = new WeakMap();

function names(list) {
  if (!known.has(list)) known.set(list, [...list.options].map((option) => option.value));
  return known.get(list);
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-labels]") || !target.list) return;
  const before = target.value.slice(0, target.value.lastIndexOf(",") + 1);
  const taken = new Set(before.split(",").map((name) => name.trim().toLowerCase()));
  const offered = names(target.list).filter((name) => !taken.has(name.toLowerCase()));
  target.list.replaceChildren(...offered.map((name) => new Option("", before ? `${before} ${name}` : name)));
});
