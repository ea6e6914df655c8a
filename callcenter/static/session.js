// The session's end never costs a word: it is announced, can be put off, and sign-in happens in place.

import { ask, contactMade, idleMilliseconds, onSignInRequired, renewToken } from "./net.js";
import { composed, isTyping } from "./keys.js";
import { say } from "./status.js";

const NOTICE_MILLISECONDS = 120_000;
const QUIET_MILLISECONDS = 1_200;
const LONGEST_PATIENCE = 10_000;
let asking = null;
let lastKeyAt = -Infinity;

/** A dialog that opens under typing hands would swallow the words: it waits for a pause, but not for ever. */
async function pauseInTyping() {
  const from = performance.now();
  for (;;) {
    const here = performance.now();
    const wait = Math.min(lastKeyAt + QUIET_MILLISECONDS, from + LONGEST_PATIENCE) - here;
    if (wait <= 0 || !isTyping(document.activeElement)) return;
    await new Promise((resolve) => window.setTimeout(resolve, wait));
  }
}

function idleLimit() {
  const meta = document.querySelector('meta[name="session-idle-seconds"]');
  return meta ? Number(meta.content) * 1000 : Infinity;
}

function watchEnd() {
  const notice = document.getElementById("session-notice");
  if (!notice) return;
  notice.hidden = idleLimit() - idleMilliseconds() > Math.min(NOTICE_MILLISECONDS, idleLimit() / 2);
}

async function extend() {
  const answer = await ask("POST", "/session/extend", { body: {} });
  if (answer.status === 401) await signInAgain();
  else if (answer.status === 0 || answer.status >= 400) say("延長できませんでした。もう一度お試しください。", "error");
  else say("引き続き利用できます");
  watchEnd();
}

/** Resolves to true once signed in again, to false when put off. One dialog, however many requests wait for it. */
export function signInAgain() {
  asking ??= pauseInTyping().then(composed).then(showDialog).finally(() => {
    asking = null;
  });
  return asking;
}

function showDialog() {
  const dialog = document.getElementById("sign-in-dialog");
  if (!dialog) {
    window.location.assign("/sign-in");
    return false;
  }
  return new Promise((resolve) => {
    const form = document.getElementById("sign-in-form");
    let done = false;
    form.onsubmit = async (event) => {
      event.preventDefault();
      done = await resume();
      if (done) dialog.close();
    };
    document.getElementById("sign-in-later").onclick = () => dialog.close();
    dialog.onclose = () => {
      document.getElementById("sign-in-password").value = "";
      document.getElementById("sign-in-code").value = "";
      resolve(done);
    };
    dialog.showModal();
    const login = document.getElementById("sign-in-login");
    (login.value ? document.getElementById("sign-in-password") : login).focus();
  });
}

async function resume() {
  const value = (id) => document.getElementById(id).value;
  const body = { login: value("sign-in-login"), password: value("sign-in-password"), code: value("sign-in-code") };
  const answer = await ask("POST", "/session/resume", { body });
  const error = document.getElementById("sign-in-error");
  if (answer.status === 200) {
    error.textContent = "";
    renewToken(answer.data.csrf_token);
    contactMade();
    watchEnd();
    return true;
  }
  error.textContent = answer.data.message ?? "サインインできませんでした。もう一度お試しください。";
  document.getElementById("sign-in-elsewhere").hidden = answer.data.code !== "session_unknown";
  const needsCode = answer.data.code === "second_factor_required";
  if (needsCode) document.getElementById("sign-in-code-field").hidden = false;
  document.getElementById(needsCode ? "sign-in-code" : "sign-in-password").focus();
  return false;
}

/** A form sent after the session's end would lose its text: sign in first, then send it. */
async function holdLateForm(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || idleMilliseconds() < idleLimit()) return;
  event.preventDefault();
  if (await signInAgain()) form.requestSubmit(event.submitter);
}

export function startSession() {
  onSignInRequired(signInAgain);
  document.addEventListener("keydown", () => {
    lastKeyAt = performance.now();
  }, true);
  document.getElementById("session-extend")?.addEventListener("click", extend);
  document.addEventListener("submit", holdLateForm);
  window.setInterval(watchEnd, 5_000);
}
