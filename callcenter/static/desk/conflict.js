// Two screens wrote one record, or it was saved elsewhere: the person decides, with both texts before her.

import { composed } from "../keys.js";
import { LABELS } from "./record.js";

const words = (value) => (value === true ? "あり" : value === false ? "なし" : value || "（空）");

/** Resolves to the data-choice of the pressed button, or to `otherwise` when the dialog is left by Esc. */
export async function choice(dialog, otherwise) {
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

function option(name, whose, value) {
  const cell = document.createElement("td");
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), {
    type: "radio", name: `conflict-${name}`, value: whose, checked: whose === "mine", autocomplete: "off",
  });
  const text = document.createElement("span");
  text.textContent = words(value);
  label.append(input, text);
  cell.append(label);
  return cell;
}

function row(name, mine, theirs) {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = LABELS[name] ?? name;
  line.append(head, option(name, "mine", mine), option(name, "theirs", theirs));
  return line;
}

/** The fields to take from the other screen, {} for none; null when nothing differs. Esc keeps this screen's words. */
export async function chooseVersion(mine, theirs) {
  const different = Object.keys(LABELS).filter((name) => name in theirs && name in mine && theirs[name] !== mine[name]);
  if (!different.length) return null;
  const dialog = document.getElementById("conflict-dialog");
  const rows = dialog.querySelector("#conflict-rows");
  rows.replaceChildren(...different.map((name) => row(name, mine[name], theirs[name])));
  for (const button of dialog.querySelectorAll("[data-conflict-all]")) {
    button.onclick = () => {
      for (const input of rows.querySelectorAll(`input[value=${button.dataset.conflictAll}]`)) input.checked = true;
    };
  }
  if ((await choice(dialog, "mine")) !== "chosen") return {};
  const taken = different.filter((name) => rows.querySelector(`input[name="conflict-${name}"]:checked`).value === "theirs");
  return Object.fromEntries(taken.map((name) => [name, theirs[name]]));
}

/** Whether the words of a call opened by mistake may go. `filled`: the labels of what stands in it. */
export async function mayDrop(filled) {
  const dialog = document.getElementById("discard-dialog");
  dialog.querySelector("#discard-text").textContent = `入力した内容（${filled.join("、")}）は消えます。`;
  return (await choice(dialog, "keep")) === "drop";
}

/** "next" or "stay". */
export function tellSaved(message) {
  const dialog = document.getElementById("saved-dialog");
  dialog.querySelector("#saved-text").textContent = message;
  return choice(dialog, "stay");
}
