import { explain } from "./text.js";

// Times by the clock on the wall, printing, and forgetting after a question.
const clock = new Intl.DateTimeFormat(document.documentElement.lang === "da" ? "da-DK" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time")) time.textContent = clock.format(new Date(time.dateTime));

document.getElementById("print")?.addEventListener("click", () => print());

const dialog = document.getElementById("sure");
let wanted = null;

for (const button of document.querySelectorAll("[data-forget]")) {
  button.addEventListener("click", () => {
    wanted = button.dataset.forget;
    dialog.showModal();
  });
}

document.getElementById("keep")?.addEventListener("click", () => dialog.close());

document.getElementById("forget")?.addEventListener("click", async () => {
  const response = await fetch(`/v1/cases/${wanted}`, { method: "DELETE" }).catch(() => null);
  if (response?.ok) location.assign("/cases");
  else document.getElementById("failed").textContent = response ? await explain(response, dialog.dataset.failed) : dialog.dataset.failed;
});
