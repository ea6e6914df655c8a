// Small pure functions on texts and durations. No DOM.

/** A random UUID; crypto.randomUUID is missing where the page is not served from a secure origin. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}

/** One spelling for comparison: full-width to half-width, katakana to hiragana, lower case, no spaces. */
export function fold(text) {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
    .replace(/\s+/g, "");
}

/** The digits of a phone number in any written form, a leading + kept as digits only. */
export function digitsOf(text) {
  return text.normalize("NFKC").replace(/\D/g, "");
}

/** 151 → "2:31"; 3725 → "1:02:05". */
export function durationText(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** "2:31", "２：３１", "1:02:05" or "90" (seconds) → seconds; null when it is none of these. */
export function durationSeconds(text) {
  const parts = text.normalize("NFKC").trim().split(":");
  if (parts.length > 3 || !parts.every((part) => /^\d{1,5}$/.test(part))) return null;
  if (parts.slice(1).some((part) => Number(part) > 59)) return null;
  return parts.reduce((sum, part) => sum * 60 + Number(part), 0);
}

/**
 * The text now on the screen, with what the server masked in an earlier text masked too.
 * Words typed while the answer was on its way stay; null when the masked part cannot be found any more.
 */
export function maskLater(sent, masked, now) {
  if (now === sent) return masked;
  let from = 0;
  while (from < sent.length && from < masked.length && sent[from] === masked[from]) from += 1;
  let tail = 0;
  const room = Math.min(sent.length, masked.length) - from;
  while (tail < room && sent[sent.length - 1 - tail] === masked[masked.length - 1 - tail]) tail += 1;
  const secret = sent.slice(from, sent.length - tail);
  if (!secret || !now.includes(secret)) return null;
  return now.split(secret).join(masked.slice(from, masked.length - tail));
}
