// The editor of the reports' items: a sheet moves without a journey to the server, and the keys stay where they are.

import { say } from "./status.js";

const form = document.getElementById("bundle");

/** The sheet before or after it; the cover stays in front. */
function neighbour(line, up) {
  const found = up ? line.previousElementSibling : line.nextElementSibling;
  return found?.querySelector("[name=move]") ? found : null;
}

function move(event) {
  const button = event.target.closest("[name=move]");
  if (!button) return;
  event.preventDefault();
  const line = button.closest("[data-sheet]");
  const up = button.value.startsWith("up:");
  const other = neighbour(line, up);
  if (!other) {
    say(`「${line.dataset.name}」は${up ? "一番上" : "一番下"}です`);
    return;
  }
  if (up) other.before(line);
  else other.after(line);
  button.focus();
  const place = [...line.parentElement.children].indexOf(line) + 1;
  say(`「${line.dataset.name}」を${place}番目へ移しました`);
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

function count(event) {
  const part = event.target.closest?.(".bundle-columns");
  if (part) part.querySelector("[data-count]").textContent = part.querySelectorAll(":checked").length;
}

form.addEventListener("click", move);
form.addEventListener("change", count);
