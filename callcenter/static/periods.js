// When a job of this page has ended, the page shows what it made; words that are not saved yet keep it as it is.

const KEPT = "textarea, input:not([type=hidden])";

function unsaved() {
  return [...document.querySelectorAll(KEPT)].some(
    (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked,
  );
}

document.addEventListener("job:ended", (event) => {
  if (event.detail.state !== "done" && event.detail.state !== "failed") return;
  if (!unsaved()) {
    window.location.reload();
    return;
  }
  for (const link of document.querySelectorAll("[data-period-ready]")) link.hidden = false;
});
