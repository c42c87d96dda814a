import { explain, fill, percent } from "./text.js";

const $ = (id) => document.getElementById(id);
const words = JSON.parse($("lists").dataset.words);
const drop = $("drop");
const number = new Intl.NumberFormat(document.documentElement.lang);

for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file) send(file);
});

$("upload").addEventListener("submit", (event) => {
  event.preventDefault();
  const [file] = $("file").files;
  if (file) send(file);
  else $("file").focus();
});

async function send(file) {
  const body = new FormData();
  if ($("column").value.trim()) body.append("text_column", $("column").value.trim());
  body.append("ui", document.documentElement.lang);
  body.append("file", file);
  begin(fill(words.sending, file.name));
  const response = await fetch("/v1/lists", { method: "POST", body }).catch(() => null);
  if (!response?.ok) return fail(response ? await explain(response, words.failed) : words.unreachable);
  const { id } = await response.json();
  // The list keeps its address: the page can be left, and come back to.
  history.replaceState(null, "", `/lists/${id}`);
  watch(id);
}

function begin(message) {
  $("state").hidden = false;
  $("problem").hidden = true;
  $("done").hidden = true;
  $("bar").hidden = false;
  $("bar").removeAttribute("value");
  $("message").textContent = message;
}

function fail(message) {
  $("state").hidden = false;
  $("bar").hidden = true;
  $("message").textContent = "";
  $("problem").hidden = false;
  $("problem").textContent = message;
}

async function watch(id) {
  const response = await fetch(`/v1/lists/${encodeURIComponent(id)}`).catch(() => null);
  if (response?.status === 404) return fail(words.gone);
  if (!response?.ok) return fail(response ? await explain(response, words.failed) : words.unreachable);
  const list = await response.json();
  if (list.status === "failed") return fail([list.error, list.hint].filter(Boolean).join(". "));
  if (list.status !== "done") {
    $("bar").value = list.share ?? 0;
    $("message").textContent = fill(words.running, number.format(list.rows), percent(list.share ?? 0));
    setTimeout(watch, 250, id);
    return;
  }
  $("bar").hidden = true;
  $("message").textContent = fill(words.done, number.format(list.rows));
  $("result").href = `/v1/lists/${id}/result`;
  $("report").href = `/v1/lists/${id}/report`;
  $("done").hidden = false;
  $("result").focus();
}

if ($("lists").dataset.id) {
  begin("");
  watch($("lists").dataset.id);
}
