// Writing an entry: a picture or file goes into the text where the caret stands, and words that were not saved are
// asked about before they are left behind.

import { messageOf, send } from "./net.js";
import { say } from "./status.js";

const form = document.querySelector("[data-entry-form]");
const text = form?.elements.body;
const files = document.querySelector("[data-entry-files]");
let unsaved = Boolean(form && "unsaved" in form.dataset);
let leaving = false;

/** Put a picture or link on a line of its own, in one step that Ctrl+Z takes back. */
function insert(mark) {
  text.focus();
  const before = text.value.slice(0, text.selectionStart);
  const after = text.value.slice(text.selectionEnd);
  const gap = before && !before.endsWith("\n") ? "\n\n" : "";
  const rest = after.startsWith("\n") ? "" : "\n";
  // The only way to write into a field that its own undo knows of.
  document.execCommand("insertText", false, `${gap}${mark}${rest}`);
}

function refusalOf(answer) {
  return answer.data.errors?.file?.join(" ") ?? messageOf(answer);
}

async function takeIn(file) {
  if (file.size > Number(files.dataset.mostBytes)) return showRefusal(`ファイルは${files.dataset.mostBytes / 1e6}MBまでです。`);
  const sent = new FormData();
  sent.set("file", file, file.name);
  say(`「${file.name}」を取り込んでいます…`, "wait");
  const answer = await send("POST", files.dataset.entryFiles, { form: sent });
  showRefusal(answer.status === 200 ? "" : refusalOf(answer));
  if (answer.status !== 200) return;
  list(answer.data);
  insert(answer.data.markdown);
  say(`「${answer.data.name}」を本文に入れました。「保存する」を押すと残ります。`);
}

function showRefusal(words) {
  const field = document.getElementById("f-file");
  const place = files.querySelector("[data-file-refusal]");
  place.textContent = words;
  field.toggleAttribute("aria-invalid", Boolean(words));
  if (!words) return;
  field.setAttribute("aria-invalid", "true");
  say(words, "error");
  field.focus();
}

/** A line of the list for a file that is not in it yet. */
function list({ id, name, markdown }) {
  const place = files.querySelector("[data-file-list]");
  if (place.querySelector(`[data-file="${id}"]`)) return;
  const line = files.querySelector("template").content.firstElementChild.cloneNode(true);
  line.dataset.file = id;
  line.querySelector("span").textContent = name;
  line.querySelector("button").dataset.insert = markdown;
  line.querySelector("button").setAttribute("aria-label", `${name}を本文に入れる`);
  place.append(line);
}

async function onFileForm(event) {
  event.preventDefault();
  const field = document.getElementById("f-file");
  if (!field.files.length) return showRefusal("ファイルを選んでください。");
  await takeIn(field.files[0]);
  if (!files.querySelector("[data-file-refusal]").textContent) field.value = "";
}

/** A picture copied from the screen is taken in as it is pasted. */
function onPaste(event) {
  const picture = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
  if (!picture || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  takeIn(new File([picture], picture.name === "image.png" ? "貼り付けた画像.png" : picture.name, { type: picture.type }));
}

/** More than the door takes in would be turned away with its words: it does not even set out. */
function holdTooLong(event) {
  const most = Number(form.dataset.mostBytes);
  const size = new Blob([text.value.replaceAll("\n", "\r\n")]).size; // as it is sent
  if (size <= most) return;
  event.preventDefault();
  text.focus();
  const over = Math.ceil((size - most) / 3).toLocaleString("ja-JP"); // three bytes a character of Japanese
  say(`本文が約${over}文字長すぎます。まだ保存していません。章を分けてください。`, "error");
}

function startFiles() {
  files.querySelector("form").hidden = false;
  files.querySelector("form").addEventListener("submit", onFileForm);
  files.addEventListener("click", ({ target }) => target.dataset.insert && insert(target.dataset.insert));
  text.addEventListener("paste", onPaste);
}

if (form) {
  form.addEventListener("input", () => {
    unsaved = true;
  });
  form.addEventListener("submit", holdTooLong);
  window.addEventListener("submit", (event) => {
    leaving = event.target === form && !event.defaultPrevented;
    window.setTimeout(() => { leaving = false; }, 5_000); // the page stands still: the answer never came
  });
  window.addEventListener("beforeunload", (event) => unsaved && !leaving && event.preventDefault());
  if (files) startFiles();
}
