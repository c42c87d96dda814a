import { explain } from "./text.js";

// Print, and forgetting after a question.
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
