// Every request the scripts make: token, contract, one shape of answer, sign-in when the session is over.

const meta = (name) => document.querySelector(`meta[name="${name}"]`);
let signIn = async () => false;
let lastContact = Date.now();

/** Headers that every request carries; htmx gets them too. */
export function guardHeaders() {
  const headers = { "X-CSRFToken": meta("csrf-token")?.content ?? "" };
  const contract = meta("contract-id")?.content;
  if (contract) headers["X-Contract-Id"] = contract;
  return headers;
}

/** A new session has a new token; forms already on the page get it too. */
export function renewToken(token) {
  if (!token) return;
  if (meta("csrf-token")) meta("csrf-token").content = token;
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = token;
}

export function onSignInRequired(handler) {
  signIn = handler;
}

export function contactMade() {
  lastContact = Date.now();
}

export function idleMilliseconds() {
  return Date.now() - lastContact;
}

/** The request as it is: {status, data, html, retryAfter}; status 0 when the server was not reached. */
export async function ask(method, url, { body, form, html = false, keepalive = false } = {}) {
  const headers = { ...guardHeaders(), Accept: html ? "text/html" : "application/json" };
  if (html) headers["HX-Request"] = "true";
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const options = { method, headers, keepalive, credentials: "same-origin", cache: "no-store" };
  if (body !== undefined) options.body = JSON.stringify(body);
  if (form) options.body = form;
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    return { status: 0, data: {}, html: "", retryAfter: 0 };
  }
  if (response.status < 500 && response.status !== 401) contactMade();
  return readAnswer(response);
}

async function readAnswer(response) {
  const answer = { status: response.status, data: {}, html: "", retryAfter: Number(response.headers.get("Retry-After")) || 0, url: response.url };
  try {
    const text = await response.text();
    if ((response.headers.get("Content-Type") ?? "").includes("json")) answer.data = JSON.parse(text);
    else answer.html = text;
  } catch {
    answer.status = 0;
  }
  return answer;
}

/** As `ask`, and when the session is over: asks for the password in place, then sends the same again. */
export async function send(method, url, options = {}) {
  const answer = await ask(method, url, options);
  const over = answer.status === 401 || answer.data.code === "csrf_expired";
  if (!over || options.keepalive || !(await signIn())) return answer;
  return ask(method, url, options);
}

/** The sentence to show for an answer that is not a success. */
export function messageOf(answer) {
  if (answer.status === 0) return "サーバーにつながりません。";
  if (answer.data.message) return answer.data.message;
  const page = answer.html && new DOMParser().parseFromString(answer.html, "text/html");
  const words = page && page.querySelector("[data-message]")?.textContent.trim();
  return words || "処理できませんでした。もう一度お試しください。";
}
