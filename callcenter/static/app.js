// Entry of every page: headers on htmx requests, refusals in words, keys, focus, session.

import { startFocus } from "./focus.js";
import { startKeys } from "./keys.js";
import { contactMade, guardHeaders, messageOf } from "./net.js";
import { signInAgain, startSession } from "./session.js";
import { say } from "./status.js";

// htmx 4 does not hand hx-headers of <body> down, so the headers are put on here.
document.addEventListener("htmx:config:request", (event) => {
  Object.assign(event.detail.ctx.request.headers, guardHeaders());
});

document.addEventListener("htmx:after:request", (event) => {
  const { status } = event.detail.ctx.response;
  if (status < 500 && status !== 401) contactMade();
});

document.addEventListener("htmx:response:error", async (event) => {
  const { ctx } = event.detail;
  const { status } = ctx.response;
  if (status === 422) return;
  if (status === 401) {
    if (await signInAgain()) say("もう一度操作してください", "wait");
    return;
  }
  say(messageOf(readRefusal(status, ctx.text)), "error");
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail?.ctx && !event.detail.ctx.response) say("サーバーにつながりません。もう一度お試しください。", "error");
});

function readRefusal(status, text) {
  try {
    return { status, data: JSON.parse(text), html: "" };
  } catch {
    return { status, data: {}, html: text ?? "" };
  }
}

/** A second press while the first is on its way is the same press. A download leaves the page standing, hence the end. */
function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  window.setTimeout(() => delete form.dataset.sent, 5_000);
}

/** Words begun in another form of the page would go with it: they are asked about first. */
function guardUnsent(event) {
  if (event.defaultPrevented || event.target.method !== "post") return;
  const begun = [...document.querySelectorAll("form[data-unsent]")]
    .filter((form) => form !== event.target)
    .flatMap((form) => [...form.querySelectorAll("textarea")].map((field) => [form, field]))
    .find(([, field]) => field.value.trim());
  if (!begun) return;
  event.preventDefault();
  begun[1].focus();
  say(`${begun[0].dataset.unsent}があります。先に送るか、消してから操作してください。`, "error");
}

/** A form with many fields is sent by its button or Ctrl+Enter only: an Enter too many would send it half filled. */
function holdEnter(event) {
  const field = event.target;
  if (event.key === "Enter" && !event.ctrlKey && field.matches?.("form[data-no-enter] input")) event.preventDefault();
}

document.addEventListener("keydown", holdEnter);
document.addEventListener("click", (event) => event.target.closest("[data-print-page]") && window.print());
startKeys();
startSession();
startFocus();
// After the session's own listener: a form held back for sign-in has not been sent yet.
document.addEventListener("submit", guardUnsent);
document.addEventListener("submit", sendOnce);
