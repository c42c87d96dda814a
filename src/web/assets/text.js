// Offsets of the answers count bytes of UTF-8; a browser's strings count otherwise.
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Cuts a text at the spans of its reasons: parts in order, each with the reason it belongs to, if any. */
export function parts(text, reasons) {
  const bytes = encoder.encode(text);
  const spans = reasons.flatMap((reason) => [[reason.start, reason.end], ...(reason.also ?? [])].map((span) => [...span, reason]));
  spans.sort((a, b) => a[0] - b[0]);
  const found = [];
  let at = 0;
  for (const [start, end, reason] of spans) {
    if (start < at || end > bytes.length) continue;
    if (start > at) found.push({ text: decoder.decode(bytes.subarray(at, start)) });
    found.push({ text: decoder.decode(bytes.subarray(start, end)), reason });
    at = end;
  }
  if (at < bytes.length) found.push({ text: decoder.decode(bytes.subarray(at)) });
  return found;
}

/** A share as people write it. What is not all or nothing never says so. */
export function percent(share) {
  if (share > 0 && share < 0.005) return "<1 %";
  if (share > 0.995 && share < 1) return ">99 %";
  return `${Math.round(share * 100)} %`;
}

/** The phrase with values in place of each `{}`. */
export function fill(phrase, ...values) {
  return phrase.replace(/\{\}/g, () => values.shift() ?? "");
}

/** What the server says of a failure. */
export async function explain(response, otherwise) {
  const problem = await response.json().catch(() => ({}));
  return [problem.detail, problem.hint].filter(Boolean).join(". ") || otherwise;
}
