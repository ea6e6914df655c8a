// One person's day in the month's roster: the form of the page, asked for and sent within a dialog.

import { messageOf, send } from "./net.js";
import { say } from "./status.js";

const FIELDS = ["start", "end", "break_start1", "break_end1", "break_start2", "break_end2"];

export const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

export async function openEditor(dialog, address) {
  const answer = await send("GET", address, { html: true });
  if (answer.status !== 200) return say(messageOf(answer), "error");
  fill(dialog, answer.html);
  dialog.showModal();
}

function fill(dialog, html) {
  dialog.replaceChildren(...parsed(html).body.childNodes);
  dialog.querySelector(".error-summary, select, input[type=time]")?.focus();
}

/** A chosen kind of shift is written into the fields, where it can still be changed; what is sent are the fields. */
function fillTimes(dialog, event) {
  if (event.target.name !== "pattern-a") return;
  const { value } = event.target.selectedOptions[0].dataset;
  if (value === undefined) return;
  const minutes = value.split(/[-/]/).filter(Boolean).map(Number);
  FIELDS.forEach((name, index) => {
    dialog.querySelector(`[name="${name}-a"]`).value = index < minutes.length ? clock(minutes[index]) : "";
  });
  event.target.value = "";
}

function clock(minute) {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

async function save(dialog, saved, event) {
  event.preventDefault();
  event.stopPropagation();
  const answer = await send("POST", event.target.action, { form: new FormData(event.target), html: true });
  if (answer.status === 200) {
    dialog.close();
    saved(answer.html);
    say("保存しました");
  } else if (answer.html.includes("cell-form")) fill(dialog, answer.html);
  else say(messageOf(answer), "error");
}

/** `saved` is given what follows from the saved cell, `closed` puts the focus back. */
export function startEditor(dialog, saved, closed) {
  dialog.addEventListener("change", (event) => fillTimes(dialog, event));
  dialog.addEventListener("submit", (event) => save(dialog, saved, event), true);
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", closed);
}
