// Follows the jobs on a page: state, bar and note change in place. What ended is read out once; nobody has to reload.

import { say } from "./status.js";

const EVERY_MS = 1_500;
const PATIENT_MS = 10_000;

/** Plainly fetched: looking on by itself is no contact of the person's, and must not hold a session open. */
async function read(url) {
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store" });
    if ([401, 403, 404].includes(response.status)) return { gone: true };
    return response.ok ? { job: await response.json() } : {};
  } catch {
    return {};
  }
}

function show(line, job) {
  const part = (name) => line.querySelector(`[data-job-${name}]`);
  const badge = part("badge").querySelector(".badge");
  const mark = { ok: "●", warn: "▲", bad: "■", info: "◆", mute: "○" }[job.badge];
  if (badge.textContent !== mark + job.state_label) {
    badge.className = `badge badge-${job.badge}`;
    badge.querySelector(".badge-mark").textContent = mark;
    badge.lastChild.textContent = job.state_label;
  }
  part("percent").value = job.percent;
  part("number").textContent = `${job.percent}%`;
  if (part("note").textContent !== job.note) part("note").textContent = job.note;
  const cancel = part("cancel");
  const again = part("again");
  if (cancel) cancel.hidden = !job.may_be_cancelled;
  if (again) again.hidden = !["failed", "cancelled"].includes(job.state);
}

function ended(line, job) {
  delete line.dataset.jobActive;
  say(`${line.dataset.jobName}：${job.state_label}。`, job.state === "failed" ? "error" : "ok");
  line.dispatchEvent(new CustomEvent("job:ended", { bubbles: true, detail: job }));
}

async function follow(line) {
  const { job, gone } = document.hidden ? {} : await read(line.dataset.job);
  if (gone || !line.isConnected) return;
  if (job) show(line, job);
  if (job && !job.active) ended(line, job);
  else window.setTimeout(follow, job ? EVERY_MS : PATIENT_MS, line);
}

for (const line of document.querySelectorAll("[data-job-active]")) window.setTimeout(follow, EVERY_MS, line);
