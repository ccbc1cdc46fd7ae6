// Files go up one by one, each with its own progress; the server answers with the finished card.
const queue = [];
const open = new Set();
let busy = false;

function card(file) {
  const row = document.getElementById("uploading").content.firstElementChild.cloneNode(true);
  row.querySelector("[data-name]").textContent = file.name;
  row.querySelector("progress").setAttribute("aria-label", `Upload of ${file.name}`);
  if (file.type.startsWith("image/")) {
    const picture = new Image();
    picture.src = URL.createObjectURL(file);
    picture.onload = () => URL.revokeObjectURL(picture.src);
    picture.onerror = () => picture.remove();
    picture.alt = "";
    row.querySelector(".media-pic").append(picture);
  }
  return row;
}

function fail(job, words) {
  const error = job.row.querySelector("[data-error]");
  error.textContent = words;
  error.hidden = false;
  job.row.querySelector(".progressing").hidden = true;
  job.row.querySelector("[data-again]").hidden = false;
  job.row.querySelector("article").removeAttribute("aria-busy");
  job.row.querySelector("article").dataset.tone = "bad";
}

function finish(job, html) {
  const item = document.createRange().createContextualFragment(html).firstElementChild;
  const strip = document.getElementById("strip");
  if (job.row.isConnected) job.row.replaceWith(item);
  else strip.append(item);
  job.row = item;
  open.delete(job);
  // What a post can be depends on its files, so the whole composer is drawn anew when the last one is in.
  if (!queue.length) window.htmx.trigger("#refresh", "refresh");
}

function send(job) {
  const form = document.getElementById("compose");
  const body = new FormData();
  body.append("file", job.file);
  body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
  const call = job.call = new XMLHttpRequest();
  call.open("POST", job.url);
  call.upload.onprogress = ({ loaded, total }) => {
    const share = Math.floor((loaded / total) * 100);
    job.row.querySelector("progress").value = share;
    job.row.querySelector("[data-share]").textContent = `${share} %`;
    if (share === 100) job.row.querySelector("[data-what]").textContent = "Measuring";
  };
  call.onload = () => {
    if (call.status === 200 || call.status === 201) finish(job, call.responseText);
    else fail(job, call.status === 422 ? call.responseText : "The hub refused the file. Try again, or reload the page.");
    next();
  };
  call.onerror = () => { fail(job, "The connection broke. The file is still here: try again."); next(); };
  call.onabort = () => { drop(job); next(); };
  call.send(body);
}

function drop(job) {
  open.delete(job);
  job.row.remove();
}

function next() {
  const job = queue.shift();
  busy = Boolean(job);
  if (job) send(job);
}

function enqueue(job) {
  queue.push(job);
  if (!busy) next();
}

function take(files, url) {
  for (const file of files) {
    const job = { file, url, row: card(file) };
    document.getElementById("strip").append(job.row);
    job.row.querySelector("[data-cancel]").onclick = () => {
      const waiting = queue.indexOf(job);
      if (waiting >= 0) queue.splice(waiting, 1);
      if (job.call && job.call.readyState !== 4) job.call.abort();
      else drop(job);
    };
    job.row.querySelector("[data-again]").onclick = () => { drop(job); take([file], url); };
    open.add(job);
    enqueue(job);
  }
}

document.addEventListener("change", (event) => {
  const input = event.target.closest("[data-upload]");
  if (!input) return;
  event.stopPropagation();
  take([...input.files], input.dataset.upload);
  input.value = "";
}, true);

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    zone.toggleAttribute("data-over", kind === "dragover");
    if (kind === "drop") take([...event.dataTransfer.files], zone.querySelector("[data-upload]").dataset.upload);
  });
}

// Cards that the server does not know of yet outlive a swap of the composer.
document.addEventListener("htmx:afterSettle", () => {
  const strip = document.getElementById("strip");
  for (const job of open) if (strip && !job.row.isConnected) strip.append(job.row);
});
