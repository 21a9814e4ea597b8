/** A result in a window of its own: the card, the file's facts, and the server's answer as it came. */

import { readCheck } from "../background/kept.js";
import { Sheet, ask, dress } from "../look/sheet.js";
import { readSettings } from "../settings/settings.js";
import { languageOf, wordsOf } from "../words/words.js";

const settings = await readSettings();
const words = wordsOf(languageOf(settings.language));
const query = new URLSearchParams(location.search);
const id = query.get("id");
dress(settings.theme, languageOf(settings.language));
document.title = `Kantei: ${words.resultTitle}`;

const place = make("div", {}, []);
const more = make("div", { class: "page" }, []);
document.body.append(make("div", { class: "page" }, [make("h1", {}, [words.resultTitle]), place, more]));
more.style.padding = "0";

if (id === null) place.textContent = words.noPage;
else {
  const answer = await ask({ kind: "follow", id });
  if (answer.gone) place.textContent = words.gone;
  else await show(answer);
}

/** @param {any} answer */
async function show({ card, picture }) {
  const sheet = new Sheet(place, words, { changed: () => void drawMore() });
  if (query.get("ask") && picture.shown) sheet.needs = new URL(picture.shown).origin;
  await sheet.show(card);
}

async function drawMore() {
  const check = await readCheck(id ?? "");
  const submission = check?.submission;
  if (!submission) return more.replaceChildren();
  const { image, verdict } = submission;
  more.replaceChildren(
    ...[
      image && section(words.facts, [
        make("dl", {}, [
          ...pair(image.format.toUpperCase(), `${words.size(image.width, image.height)} · ${Math.ceil(image.bytes / 1024)} KiB`),
          ...pair("SHA-256", image.sha256),
        ]),
      ]),
      verdict && section(words.version, [make("dl", {}, [...pair("model", verdict.model), ...pair("policy", verdict.policy)])]),
      section(words.machine, [make("pre", { lang: "en" }, [JSON.stringify(submission, null, 2)])]),
    ].filter((part) => part !== null),
  );
}

/**
 * @param {string} name
 * @param {(HTMLElement)[]} parts
 */
function section(name, parts) {
  return make("section", { "aria-label": name }, [make("h2", {}, [name]), ...parts]);
}

/**
 * @param {string} name
 * @param {string} value
 */
function pair(name, value) {
  return [make("dt", {}, [name]), make("dd", {}, [value])];
}
