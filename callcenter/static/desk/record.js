// The record form as values: reading, writing, errors under the fields and in the summary.

import { maskLater } from "../text.js";

const TEXTS = ["phone", "name", "question", "answer", "report_text"];
const CHOICES = ["relation", "channel", "language"];
const MARKS = ["complaint", "difficult"];
const ALIASES = { caller_name: "name", category_code: "category" };
export const LABELS = {
  phone: "電話番号", name: "氏名", relation: "問合せ者", channel: "受付方法", language: "言語", question: "問合せ内容",
  category: "分類", answer: "回答内容", report_text: "報告用要旨", disposition: "結果", complaint: "苦情",
  difficult: "困難事例", talk_seconds: "通話", acw_seconds: "後処理",
};

export class Record {
  constructor(form) {
    this.form = form;
    this.category = null; // set by the desk: the category field is a combobox, not a plain value
  }

  field(name) {
    return this.form.querySelector(`#d-${name}`);
  }

  values() {
    const fields = {};
    for (const name of [...TEXTS, ...CHOICES]) fields[name] = this.field(name).value;
    fields.category = this.field("category").dataset.code;
    fields.disposition = this.form.querySelector("input[name=disposition]:checked")?.value ?? "";
    for (const name of MARKS) fields[name] = this.form.elements[name].checked;
    return fields;
  }

  /** The labels of what was typed or chosen. */
  filled() {
    const fields = this.values();
    return [...TEXTS, "category", "disposition", ...MARKS].filter((name) => fields[name]).map((name) => LABELS[name]);
  }

  write(fields) {
    for (const name of [...TEXTS, ...CHOICES]) if (name in fields) this.field(name).value = fields[name] ?? "";
    if ("category" in fields) this.category.show(fields.category ?? "");
    for (const input of this.form.querySelectorAll("input[name=disposition]")) {
      if ("disposition" in fields) input.checked = input.value === fields.disposition;
    }
    for (const name of MARKS) if (name in fields) this.form.elements[name].checked = Boolean(fields[name]);
  }

  /** Puts the server's masked text in place of what was sent; true when the screen now holds something else again. */
  mask(masked, sent) {
    let different = false;
    for (const [key, text] of Object.entries(masked ?? {})) {
      const name = ALIASES[key] ?? key;
      const field = this.field(name);
      if (!field || !TEXTS.includes(name)) continue;
      const caret = field.selectionStart;
      const next = maskLater(sent[name], text, field.value);
      if (next !== null) field.value = next;
      if (document.activeElement === field) field.setSelectionRange(caret, caret);
      different ||= field.value !== text;
    }
    return different;
  }

  /** Shows each message under its field; what is not among the fields is returned. */
  showErrors(errors) {
    const others = [];
    this.clearErrors();
    for (const [key, texts] of Object.entries(errors ?? {})) {
      const name = ALIASES[key] ?? key;
      const place = this.form.querySelector(`[data-error-for="${name}"]`);
      if (!place) {
        others.push(...texts);
        continue;
      }
      place.textContent = texts.join(" ");
      this.field(name)?.setAttribute("aria-invalid", "true");
    }
    return others;
  }

  /** The summary above the fields; it takes the focus. */
  summarise(errors, message) {
    const others = this.showErrors(errors);
    const named = inOrder(errors ?? {});
    const box = this.form.querySelector("#desk-errors");
    const list = box.querySelector("ul");
    const plain = others.length || named.length ? others : [message];
    list.replaceChildren(...named.map(([name, texts]) => linkLine(name, texts.join(" "))), ...plain.map(plainLine));
    box.hidden = false;
    box.focus();
  }

  setError(name, text) {
    if (!text) return this.clearError(name);
    this.form.querySelector(`[data-error-for="${name}"]`).textContent = text;
    this.field(name)?.setAttribute("aria-invalid", "true");
  }

  clearErrors() {
    for (const place of this.form.querySelectorAll("[data-error-for]")) place.textContent = "";
    for (const field of this.form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    this.form.querySelector("#desk-errors").hidden = true;
  }

  clearError(name) {
    const place = this.form.querySelector(`[data-error-for="${name}"]`);
    if (!place?.textContent) return;
    place.textContent = "";
    this.field(name)?.removeAttribute("aria-invalid");
    this.form.querySelector(`#desk-errors a[href="#d-${name}"]`)?.closest("li").remove();
    if (![...this.form.querySelectorAll("[data-error-for]")].some((other) => other.textContent)) {
      this.form.querySelector("#desk-errors").hidden = true;
    }
  }

  lock(locked) {
    for (const field of this.form.querySelectorAll("input.input, textarea")) field.readOnly = locked;
    this.form.querySelector("[data-desk-save]").disabled = locked;
  }

  /** Enter in a single-line field goes on to the next one; it never saves. */
  next(element) {
    const order = ["phone", "name", "relation", "channel", "language", "question", "category", "answer", "report_text"];
    const at = order.indexOf(element.id.slice(2));
    if (element.type === "radio") return this.form.elements.complaint.focus();
    if (element.name === "complaint") return this.form.elements.difficult.focus();
    if (at < 0) return this.form.querySelector("[data-desk-save]").focus();
    if (order[at + 1]) return this.field(order[at + 1]).focus();
    (this.form.querySelector("input[name=disposition]:checked") ?? this.form.querySelector("input[name=disposition]")).focus();
  }
}

/** The named errors in the order of the form, whatever order they arrived in. */
function inOrder(errors) {
  const names = Object.keys(LABELS);
  return Object.entries(errors)
    .map(([key, texts]) => [ALIASES[key] ?? key, texts])
    .filter(([name]) => names.includes(name))
    .sort(([one], [other]) => names.indexOf(one) - names.indexOf(other));
}

function plainLine(text) {
  const line = document.createElement("li");
  line.textContent = text;
  return line;
}

function linkLine(name, text) {
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = `#d-${name}`;
  const short = text.replace(/（例[^）]*）/, ""); // the whole sentence stands under the field
  link.textContent = short.startsWith(LABELS[name]) ? short : `${LABELS[name]}：${short}`;
  line.append(link);
  return line;
}
