// A file that answers an option (a cover, subtitles): it goes up at once, its id takes its place in the form.
document.addEventListener("change", (event) => {
  const input = event.target.closest("[data-option-file]");
  if (!input || !input.files.length) return;
  event.stopPropagation();
  const [bar, error] = [input.parentElement.querySelector("progress"), input.parentElement.querySelector(".error")];
  const said = (words) => { error.textContent = words; error.hidden = !words; bar.hidden = Boolean(words); input.disabled = false; };
  const body = new FormData();
  body.append("file", input.files[0]);
  body.append("for", "option");
  body.append("csrfmiddlewaretoken", input.form.querySelector("[name=csrfmiddlewaretoken]").value);
  const call = new XMLHttpRequest();
  call.open("POST", input.dataset.to);
  call.upload.onprogress = ({ loaded, total }) => { bar.value = Math.floor((loaded / total) * 100); };
  call.onload = () => {
    if (call.status !== 201) { said(call.status === 422 ? call.responseText : "The hub refused the file. Try again, or reload the page."); return; }
    const answer = Object.assign(document.createElement("input"), { type: "hidden", name: input.dataset.optionFile, value: call.responseText });
    input.after(answer);
    input.value = "";
    window.htmx.trigger("#refresh", "refresh");
  };
  call.onerror = () => said("The connection broke. Choose the file again.");
  said("");
  bar.hidden = false;
  input.disabled = true;
  call.send(body);
}, true);
