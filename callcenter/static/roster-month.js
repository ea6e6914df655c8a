// The month's roster as a grid: arrows, digits, copy, undo, drag. Every change is saved at once into the draft; what is
// not saved yet is kept, sent again, and warned about before the page is left.

import { isComposing } from "./keys.js";
import { messageOf, send } from "./net.js";
import { openEditor, parsed, startEditor } from "./roster-editor.js";
import { say } from "./status.js";

const RETRY = 5_000;
const PAUSE = 250;
const root = document.getElementById("month-live");
const dialog = document.getElementById("cell-dialog");
const pending = new Map();
const undone = [];
let at = null; // {staff, on} of the cell that has the grid's tab stop
let anchor = null;
let copied = null;
let timer = 0;
let running = null;
let stopped = false;
let opened = null; // what stood in the cell whose dialog is open

const data = () => root.querySelector(".month-data").dataset;
const patterns = () => JSON.parse(data().patterns);
const keyOf = (cell) => `${cell.closest("tr").dataset.staff}|${cell.dataset.on}`;
const rows = () => [...root.querySelectorAll("tbody tr[data-staff]")].map((row) => [...row.querySelectorAll("td:not(.month-sum)")].map((td) => td.querySelector("a.mc")));
const cells = () => rows().flat().filter(Boolean);
const find = (key) => key && cells().find((cell) => keyOf(cell) === key);

function placeOf(cell) {
  const grid = rows();
  const row = grid.findIndex((line) => line.includes(cell));
  return row < 0 ? null : { row, column: grid[row].indexOf(cell), grid };
}

// --- where one is ---

function settle(cell, { focus = true, extend = false } = {}) {
  if (!cell) return;
  for (const other of cells()) other.tabIndex = other === cell ? 0 : -1;
  at = keyOf(cell);
  if (!extend) anchor = at;
  mark();
  if (focus) cell.focus();
}

function chosen() {
  const [from, to] = [find(anchor), find(at)].map((cell) => cell && placeOf(cell));
  if (!from || !to) return [];
  const [top, bottom] = [from.row, to.row].sort((a, b) => a - b);
  const [left, right] = [from.column, to.column].sort((a, b) => a - b);
  return to.grid.slice(top, bottom + 1).map((line) => line.slice(left, right + 1));
}

function mark() {
  const inside = new Set(chosen().flat());
  for (const cell of cells()) cell.closest("td").setAttribute("aria-selected", String(inside.has(cell)));
}

function move(cell, down, right, extend) {
  const { row, column, grid } = placeOf(cell);
  let [r, c] = [row + down, column + right];
  while (grid[r] && c >= 0 && c < grid[r].length && !grid[r][c]) [r, c] = [r + down, c + right];
  if (grid[r]?.[c]) settle(grid[r][c], { extend });
}

// --- changing cells ---

const standing = (cell) => ({ key: keyOf(cell), times: cell.dataset.value, fixed: "fixed" in cell.dataset });

async function open(cell) {
  const key = keyOf(cell);
  if (!(await flush())) return;
  opened = standing(find(key));
  openEditor(dialog, find(key).getAttribute("href"));
}

function change(edits, remember = true) {
  const before = [];
  for (const { cell, times, fixed } of edits) {
    before.push(standing(cell));
    const [staff, on] = keyOf(cell).split("|");
    pending.set(keyOf(cell), { staff, on, times, fixed });
    paint(cell, times, fixed);
  }
  if (!before.length) return;
  if (remember) undone.push(before);
  say("保存しています", "wait");
  window.clearTimeout(timer);
  timer = window.setTimeout(flush, PAUSE);
}

/** Shows at once what the answer of the server will draw in full. */
function paint(cell, times, fixed) {
  cell.dataset.value = times;
  if (fixed) cell.dataset.fixed = "";
  else delete cell.dataset.fixed;
  cell.querySelector("b").textContent = times ? "…" : "";
  cell.querySelector("small").textContent = "";
}

const edited = (times, fixed) => chosen().flat().filter(Boolean).map((cell) => ({
  cell,
  times: times ?? cell.dataset.value,
  fixed: fixed ?? ("fixed" in cell.dataset && (times === undefined || times === cell.dataset.value)),
}));

function undo() {
  const last = undone.pop();
  if (!last) return say("元に戻す変更はありません");
  change(last.map(({ key, times, fixed }) => ({ cell: find(key), times, fixed })).filter(({ cell }) => cell), false);
}

function copy() {
  copied = chosen().map((line) => line.map((cell) => cell?.dataset.value ?? ""));
  say(`${copied.length * copied[0].length}セルを写しました。貼る場所で Ctrl+V を押してください`);
}

/** One copied cell fills all that is chosen; several are laid down from the upper left corner. */
function paste() {
  if (!copied) return;
  const place = placeOf(find(at));
  const single = copied.length === 1 && copied[0].length === 1;
  if (single) return change(edited(copied[0][0]));
  const targets = copied.flatMap((line, r) => line.map((times, c) => ({ cell: place.grid[place.row + r]?.[place.column + c], times, fixed: false })));
  change(targets.filter(({ cell }) => cell));
}

// --- saving ---

/** Sends what is not saved yet; resolves to whether all of it is. Only one request is on its way at a time. */
function flush() {
  window.clearTimeout(timer);
  running ??= sendAll().finally(() => { running = null; });
  return running;
}

async function sendAll() {
  while (pending.size && !stopped) {
    const sent = new Map(pending);
    const body = { month: data().month, version: data().version, day: data().day, cells: [...sent.values()] };
    const answer = await send("POST", "/roster/month/cells", { body, html: true });
    if (answer.status === 0 || answer.status >= 500 || answer.status === 401) return later(answer);
    for (const [key, value] of sent) if (pending.get(key) === value) pending.delete(key);
    if (answer.status !== 200) return refused(answer);
    if (pending.size) keepVersion(answer.html);
    else show(answer.html);
  }
  if (!stopped) say("保存しました");
  return !stopped;
}

function later(answer) {
  say(`${messageOf(answer)} まだ保存していません。自動でもう一度送ります。`, "error");
  timer = window.setTimeout(flush, RETRY);
  return false;
}

async function refused(answer) {
  say(messageOf(answer), "error");
  undone.length = 0;
  if (answer.status === 409) {
    stopped = true;
    pending.clear();
  }
  await refresh(data().day);
  stopped = false;
  return false;
}

function keepVersion(html) {
  const fresh = parsed(html).querySelector(".month-data");
  if (fresh) data().version = fresh.dataset.version;
}

function show(html) {
  const held = root.contains(document.activeElement);
  const left = root.querySelector(".month-wrap")?.scrollLeft ?? 0;
  root.replaceChildren(...parsed(html).body.childNodes);
  root.querySelector(".month-wrap").scrollLeft = left;
  for (const field of document.querySelectorAll("input[data-version]")) field.value = data().version;
  const fresh = root.querySelector("#publish-fresh");
  if (fresh) document.getElementById("publish-parts")?.replaceChildren(fresh.content);
  settle(find(at) ?? cells()[0], { focus: held, extend: Boolean(find(at) && find(anchor)) });
}

async function refresh(day) {
  const answer = await send("GET", `/roster/month/live?${new URLSearchParams({ month: data().month, day })}`, { html: true });
  if (answer.status === 200) show(answer.html);
}

// --- keys ---

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function onPlain(event, cell) {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (ARROWS[event.key]) move(cell, ...ARROWS[event.key], event.shiftKey);
  else if (event.key === "Home" || event.key === "End") edge(cell, event.key === "Home", event.shiftKey);
  else if (event.key === "Enter" || event.key === " ") open(cell);
  else if (event.key === "Delete" || event.key === "Backspace" || /^(?:Digit|Numpad)0$/.test(event.code)) change(edited("", false));
  else if (digit && patterns()[digit - 1]) change(edited(patterns()[digit - 1][0]));
  else if (event.code === "KeyF" && !event.shiftKey) change(edited(undefined, !("fixed" in cell.dataset)));
  else if (event.code === "KeyD" && !event.shiftKey) flush().then(() => refresh(cell.dataset.on));
  else return false;
  return true;
}

function edge(cell, first, extend) {
  const { row, grid } = placeOf(cell);
  const line = grid[row].filter(Boolean);
  settle(first ? line[0] : line.at(-1), { extend });
}

function onControl(event) {
  const act = { KeyC: copy, KeyV: paste, KeyZ: undo }[event.code];
  act?.();
  return Boolean(act);
}

root.addEventListener("keydown", (event) => {
  const cell = event.target.closest("a.mc");
  if (!cell || isComposing(event) || event.altKey || event.metaKey) return;
  if (event.ctrlKey ? onControl(event) : onPlain(event, cell)) event.preventDefault();
});

root.addEventListener("click", (event) => {
  const cell = event.target.closest("a.mc");
  const day = event.target.closest("a[data-day]");
  if (event.ctrlKey || event.metaKey || !(cell || day)) return;
  event.preventDefault();
  if (day) flush().then(() => refresh(day.dataset.day));
  else settle(cell, { extend: event.shiftKey });
});
root.addEventListener("dblclick", (event) => {
  const cell = event.target.closest("a.mc");
  if (cell) open(cell);
});
root.addEventListener("focusin", (event) => {
  const cell = event.target.closest("a.mc");
  if (cell && keyOf(cell) !== at) settle(cell, { focus: false });
});

// --- dragging ---

let dragged = null;
root.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("a.mc") && keyOf(event.target.closest("a.mc"));
  if (dragged) event.dataTransfer.effectAllowed = "copyMove";
});
root.addEventListener("dragover", (event) => {
  if (!dragged || !event.target.closest("a.mc")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = event.ctrlKey ? "copy" : "move";
});
root.addEventListener("drop", (event) => {
  const [from, to] = [find(dragged), event.target.closest("a.mc")];
  dragged = null;
  if (!from || !to || from === to) return;
  event.preventDefault();
  const edits = [{ cell: to, times: from.dataset.value, fixed: false }];
  if (!event.ctrlKey) edits.push({ cell: from, times: "", fixed: false });
  change(edits);
  settle(to);
});

// --- leaving ---

document.addEventListener("submit", async (event) => {
  if (!pending.size || dialog.contains(event.target)) return;
  event.preventDefault();
  event.stopPropagation();
  const { target, submitter } = event;
  if (await flush()) target.requestSubmit(submitter);
}, true);
window.addEventListener("beforeunload", (event) => pending.size && event.preventDefault());

startEditor(dialog, (html) => {
  if (opened) undone.push([opened]);
  show(html);
  settle(find(at));
}, () => find(at)?.focus());
settle(cells()[0], { focus: false });
