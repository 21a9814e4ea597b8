/** A result in a window of its own: the card, the file's facts, and the server's answer as it came. */

import { readCheck } from "../background/kept.js";
import { Sheet, ask, brand, dress } from "../look/sheet.js";
import { readSettings } from "../settings/settings.js";
import { languageOf, wordsOf } from "../words/words.js";

const settings = await readSettings();
const lang = languageOf(settings.language);
const words = wordsOf(lang);
const query = new URLSearchParams(location.search);
const id = query.get("id");
dress(settings.theme, lang);
document.title = `Kantei: ${words.resultTitle}`;

const place = make("div", {}, []);
const more = make("div", { class: "more" }, []);
const header = make("header", {}, []);
header.append(brand(), make("h1", {}, [words.resultTitle]));
document.body.append(make("main", { class: "own" }, [header, place, more]));

if (id === null) place.append(make("p", {}, [words.noPage]));
else {
  const answer = await ask({ kind: "follow", id });
  if (answer.gone) place.append(make("p", {}, [words.gone]));
  else await show(answer);
}

/** @param {any} answer */
async function show({ card, picture }) {
  const sheet = new Sheet(place, words, () => void drawMore());
  if (query.get("ask") && picture.shown) sheet.needs = new URL(picture.shown).origin;
  await sheet.show(card);
}

async function drawMore() {
  const submission = (await readCheck(id ?? ""))?.submission;
  if (!submission) return more.replaceChildren();
  const { image, verdict, examined_at: at } = submission;
  const facts = [
    ...(image ? [[words.format, `${image.format.toUpperCase()} · ${words.size(image.width, image.height)} · ${sizeText(image.bytes)}`]] : []),
    ...(at ? [[words.examinedAt, momentText(at)]] : []),
    ...(verdict ? [[words.model, `${verdict.model} · ${verdict.policy}`]] : []),
    ...(image ? [["SHA-256", image.sha256]] : []),
  ];
  const isOpen = more.querySelector("details")?.open ?? false;
  const technical = /** @type {HTMLDetailsElement} */ (make("details", { class: "fold" }, [
    make("summary", {}, [words.technical]),
    make("p", { class: "small" }, [words.technicalWhy]),
    make("pre", { lang: "en", tabindex: "0", "aria-label": words.technical, role: "region" }, [JSON.stringify(submission, null, 2)]),
  ]));
  technical.open = isOpen;
  more.replaceChildren(
    make("section", {}, [
      make("h2", {}, [words.facts]),
      make("dl", {}, facts.flatMap(([name, value]) => [make("dt", {}, [name]), make("dd", {}, [value])])),
    ]),
    technical,
  );
}

/** @param {string} moment */
function momentText(moment) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return moment;
  const locale = lang === "ja" ? "ja" : "en-GB";
  return `${new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(date)} UTC`;
}

/** @param {number} bytes */
function sizeText(bytes) {
  return bytes >= 1_048_576 ? `${(bytes / 1_048_576).toFixed(1)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}
