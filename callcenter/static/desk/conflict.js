// Two screens wrote one record, or it was saved elsewhere: the person decides, with both texts before her.

import { composed } from "../keys.js";
import { LABELS } from "./record.js";

const words = (value) => (value === true ? "あり" : value === false ? "なし" : value || "（空）");

/** Resolves to the data-choice of the pressed button, or to `otherwise` when the dialog is left by Esc. */
async function choice(dialog, otherwise) {
  await composed();
  return new Promise((resolve) => {
    let chosen = otherwise;
    for (const button of dialog.querySelectorAll("[data-choice]")) {
      button.onclick = () => {
        chosen = button.dataset.choice;
        dialog.close();
      };
    }
    dialog.onclose = () => resolve(chosen);
    dialog.showModal();
  });
}

function row(name, mine, theirs) {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = LABELS[name] ?? name;
  line.append(head, ...[mine, theirs].map((value) => {
    const cell = document.createElement("td");
    cell.textContent = words(value);
    return cell;
  }));
  return line;
}

/** "mine", "theirs", or "none" when nothing differs. Leaving the dialog keeps this screen's words. */
export async function chooseVersion(mine, theirs) {
  const different = Object.keys(LABELS).filter((name) => name in theirs && name in mine && theirs[name] !== mine[name]);
  if (!different.length) return "none";
  const dialog = document.getElementById("conflict-dialog");
  dialog.querySelector("#conflict-rows").replaceChildren(...different.map((name) => row(name, mine[name], theirs[name])));
  return choice(dialog, "mine");
}

/** "next" or "stay". */
export function tellSaved(message) {
  const dialog = document.getElementById("saved-dialog");
  dialog.querySelector("#saved-text").textContent = message;
  return choice(dialog, "stay");
}
