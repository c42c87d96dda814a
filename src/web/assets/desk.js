import { explain, fill, parts, percent } from "./text.js";

const PAUSE = 80;
const SHOWN = 0.05;
const $ = (id) => document.getElementById(id);
const page = $("desk");
const words = JSON.parse(page.dataset.words);
const danish = document.documentElement.lang === "da";
const field = $("text");
const facts = new Map();
let asked = 0;
let timer = 0;
let answer = null;
let shown = 0;
let running = null;

fetch("/v1/clusters")
  .then((response) => response.json())
  .then(({ clusters }) => clusters.forEach((cluster) => facts.set(cluster.id, cluster)))
  .catch(() => fail(words.unreachable))
  .then(() => field.value.trim() && ask());

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && answer) {
    event.preventDefault();
    $("decide").querySelector("input[type=radio]").focus();
  }
});

async function ask() {
  const text = field.value;
  const turn = ++asked;
  running?.abort();
  if (!text.trim()) {
    answer = null;
    $("result").hidden = true;
    return;
  }
  running = new AbortController();
  try {
    const body = JSON.stringify({ text, limit: 3, explain: true });
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body, signal: running.signal };
    const response = await fetch("/v1/suggest", options);
    if (turn !== asked) return;
    if (!response.ok) return fail(await explain(response, words.failed));
    answer = { text, ...(await response.json()) };
    if (turn === asked) show();
  } catch (error) {
    if (error.name !== "AbortError" && turn === asked) fail(words.unreachable);
  }
}

function fail(message) {
  $("result").hidden = false;
  say($("headline"), message);
  $("details").hidden = true;
}

// Screen readers are told only what has changed.
function say(element, message) {
  if (element.textContent !== message) element.textContent = message;
}

function headline() {
  const [first] = answer.suggestions;
  if (answer.known_words === 0) return [words.thin, words.thinNext];
  if (answer.verdict === "none") return [words.none, words.noneNext];
  if (answer.verdict === "unsure") {
    if (!answer.calibrated || first.probability < words.likelyFrom) return [words.unsure, words.unsureNext];
    // The desk answers for today, when a cluster that cannot be joined is one that has closed.
    return [fill(first.status === "closed" ? words.closedLikely : words.likely, first.name), words.unsureNext];
  }
  if (first.status === "closed") return [fill(words.closed, first.name), words.closedNext];
  return [fill(words.fits, first.name), words.fitsNext];
}

function show() {
  const [line, next] = headline();
  $("result").hidden = false;
  $("details").hidden = false;
  say($("headline"), line);
  say($("next"), next);
  $("cpr").hidden = !answer.warnings?.includes("cpr");
  const language = { da: words.danish, en: words.english, mixed: words.mixed, other: words.other }[answer.language];
  say($("language"), language);
  const unknown = answer.unknown_words.slice(0, 8).join(", ");
  $("unknown").hidden = !unknown;
  say($("unknown"), fill(words.unknown, unknown));
  shown = 0;
  $("cards").replaceChildren(...answer.suggestions.map(card));
  const speaking = answer.known_words > 0;
  $("cards").hidden = !speaking;
  tip();
  read();
  map();
  choices();
}

function card(suggestion, place) {
  const cluster = facts.get(suggestion.cluster);
  const item = $("card").content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`[data-part=${name}]`);
  part("name").textContent = suggestion.name;
  part("sure").textContent = `${sureness(suggestion.probability)}, ${percent(suggestion.probability)}`;
  part("meter").value = suggestion.probability;
  part("meter").textContent = percent(suggestion.probability);
  part("meter").setAttribute("aria-label", fill(words.probability, suggestion.name));
  chips(part("for"), suggestion.reasons.filter((reason) => reason.weight > SHOWN), place, item);
  chips(part("against"), suggestion.reasons.filter((reason) => reason.weight < -SHOWN).slice(0, 5), place, item);
  for (const name of ["for", "against"]) part(`${name}-words`).hidden = !part(name).childElementCount;
  if (cluster) {
    const say = (both) => both[danish ? "da" : "en"];
    part("covers").textContent = say(cluster.covers);
    part("offers").textContent = say(cluster.offers);
    part("seat").textContent = cluster.seat.town ?? words.noSeat;
    part("site").href = cluster.website;
    part("site").textContent = cluster.website.replace(/^https?:\/\/(www\.)?/, "");
    part("status").textContent = words.status[suggestion.status];
    part("status").hidden = suggestion.status === "active";
    const others = (suggestion.alternatives ?? []).map((id) => facts.get(id)?.name.short).filter(Boolean);
    part("others").hidden = !others.length;
    part("others").textContent = fill(words.alternatives, others.join(", "));
  }
  item.addEventListener("pointerenter", () => choose(place));
  item.addEventListener("focusin", () => choose(place));
  return item;
}

// From where a headline names a cluster as likely, its card says so too.
function sureness(probability) {
  if (probability >= 0.9) return words.sure[0];
  if (probability >= words.likelyFrom) return words.sure[1];
  if (probability >= 0.25) return words.sure[2];
  if (probability >= 0.1) return words.sure[3];
  return words.sure[4];
}

function chips(list, reasons, place) {
  list.replaceChildren(...reasons.map((reason) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = reason.text;
    const light = (on) => () => {
      choose(place);
      for (const mark of $("read").querySelectorAll("mark")) mark.classList.toggle("lit", on && mark.dataset.start === `${reason.start}`);
      if (on) bring($("read").querySelector("mark.lit"));
    };
    for (const name of ["pointerenter", "focus", "click"]) button.addEventListener(name, light(true));
    for (const name of ["pointerleave", "blur"]) button.addEventListener(name, light(false));
    item.append(button);
    return item;
  }));
}

// Scrolls the text within its box. The page must not move: the pointer would lose the word it is on.
function bring(mark) {
  if (!mark) return;
  const box = $("read");
  const [inner, outer] = [mark.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - box.clientHeight / 3;
}

function choose(place) {
  if (place === shown || !answer) return;
  shown = place;
  read();
}

// The text as it was read, with the words marked that speak for and against the card in view.
function read() {
  const suggestion = answer.suggestions[shown];
  const reasons = suggestion.reasons.filter((reason) => Math.abs(reason.weight) > SHOWN);
  $("read").replaceChildren(...parts(answer.text, reasons).map(({ text, reason }) => {
    if (!reason) return document.createTextNode(text);
    const mark = document.createElement("mark");
    mark.textContent = text;
    mark.dataset.start = reason.start;
    mark.classList.toggle("against", reason.weight < 0);
    return mark;
  }));
  if (answer.language === "da" || answer.language === "en") $("read").lang = answer.language;
  else $("read").removeAttribute("lang");
  say($("read-label"), fill(words.read, suggestion.name));
  [...$("cards").children].forEach((item, place) => item.classList.toggle("shown", place === shown));
}

// What sets the second cluster apart from the first: the words that do more for it.
function tip() {
  const [first, second] = answer.suggestions;
  const speaks = answer.known_words > 0 && second;
  $("tip").hidden = !speaks;
  if (!speaks) return;
  const weights = new Map(first.reasons.map((reason) => [reason.start, reason.weight]));
  const ahead = second.reasons
    .map((reason) => [reason.text, reason.weight - (weights.get(reason.start) ?? 0)])
    .filter(([, gain]) => gain > 0.1)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([word]) => fill(words.quoted, word));
  const names = [second.name, percent(second.probability)];
  say($("tip-words"), ahead.length ? fill(words.tip, ...names, second.name, first.name, ahead.join(", ")) : fill(words.tipNone, ...names, first.name));
  $("compare").href = `/clusters?a=${encodeURIComponent(first.cluster)}&b=${encodeURIComponent(second.cluster)}#compare`;
}

let drawn = "";
async function map() {
  const seats = answer.suggestions.map(({ cluster, probability }) => `${cluster}:${probability.toFixed(4)}`).join(",");
  if (seats === drawn) return;
  drawn = seats;
  const response = await fetch(`/map?candidates=${encodeURIComponent(seats)}`).catch(() => null);
  if (response?.ok && drawn === seats) $("map").innerHTML = await response.text();
}

function choices() {
  const first = answer.suggestions[0];
  const none = answer.verdict === "none" || answer.known_words === 0;
  say($("accept-name"), fill(words.accept, first.name));
  const radios = $("decide").elements;
  if (![...radios.choice].some((radio) => radio.dataset.touched)) radios.choice.value = none ? "none" : "accept";
  $("saved").hidden = true;
  $("unsaved").hidden = true;
}

$("decide").addEventListener("change", (event) => {
  if (event.target.name === "choice") event.target.dataset.touched = "yes";
  if (event.target.id === "other") $("decide").elements.choice.value = "other";
});

$("decide").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!answer) return;
  const { choice, other, note, by, save } = $("decide").elements;
  const cluster = { accept: answer.suggestions[0].cluster, other: other.value, none: null }[choice.value];
  if (choice.value === "other" && !other.value) {
    other.focus();
    return;
  }
  save.disabled = true;
  const decision = { cluster, note: note.value || null, by: by.value || null };
  // What was shown is what is decided, whatever was typed in the last moment.
  const body = JSON.stringify({ text: answer.text, decision });
  const response = await fetch("/v1/cases", { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
  save.disabled = false;
  $("saved").hidden = !response?.ok;
  $("unsaved").hidden = Boolean(response?.ok);
  if (!response?.ok) {
    say($("unsaved"), response ? await explain(response, words.failed) : words.unreachable);
    return;
  }
  const { id } = await response.json();
  $("case-link").href = `/cases/${id}`;
  $("handout-link").href = `/cases/${id}/handout`;
  note.value = "";
  for (const radio of $("decide").elements.choice) delete radio.dataset.touched;
  $("saved").focus();
});
