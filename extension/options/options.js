/** The options page: server and key, appearance, badges, data. */

import { ask, dress } from "../look/sheet.js";
import { MIN_SIDE, changeSettings, isUnprotected, matchPattern, readSettings, serverOrigin } from "../settings/settings.js";
import { languageOf, wordsOf } from "../words/words.js";

/** Firefox asks for data as well: what a picture shows is content of a website. */
const DATA = chrome.runtime.getManifest().browser_specific_settings ? { data_collection: ["websiteContent"] } : {};

await draw();

async function draw() {
  const settings = await readSettings();
  const lang = languageOf(settings.language);
  const words = wordsOf(lang);
  dress(settings.theme, lang);
  document.title = words.optionsTitle;
  document.body.replaceChildren(
    make("div", { class: "page" }, [
      make("header", {}, [make("img", { src: "../icons/kantei-128.png", alt: "" }, []), make("h1", {}, [words.optionsTitle])]),
      connection(settings, words),
      appearance(settings, words),
      badges(settings, words),
      data(words),
    ]),
  );
}

/**
 * @param {import("../types").Settings} settings
 * @param {import("../words/words.js").Words} words
 */
function connection(settings, words) {
  const server = input("server", "url", settings.server);
  const key = input("key", "password", settings.key);
  key.autocomplete = "off";
  const status = make("p", { role: "status" }, []);
  const plain = make("p", { class: "bad", role: "note" }, [words.serverPlain]);
  const warn = () => {
    const address = serverOrigin(server.value);
    plain.hidden = address === null || !isUnprotected(address);
  };
  server.addEventListener("input", warn);
  warn();
  const save = button(words.save, "primary", async () => {
    const address = serverOrigin(server.value);
    if (address === null) return tell(status, words.serverWrong, false);
    // At once, while the click counts: the server's address, and the right to show cards in pages.
    const granted = chrome.permissions.request({
      permissions: ["scripting"],
      origins: [matchPattern(address)],
      ...DATA,
    });
    await granted.catch(() => false);
    await changeSettings({ server: address, key: key.value });
    await test(status, words);
  });
  return make("section", { "aria-label": words.connection }, [
    make("h2", {}, [words.connection]),
    field(words.server, server, words.serverHint),
    plain,
    field(words.key, key, words.keyHint),
    make("div", { class: "line" }, [save, button(words.test, "", () => test(status, words))]),
    status,
  ]);
}

/**
 * @param {HTMLElement} status
 * @param {import("../words/words.js").Words} words
 */
async function test(status, words) {
  tell(status, words.testing, null);
  const answer = await ask({ kind: "test" }).catch(() => null);
  tell(status, answer?.sentence ?? words.trouble.server_error, answer?.works ?? false);
}

/**
 * @param {import("../types").Settings} settings
 * @param {import("../words/words.js").Words} words
 */
function appearance(settings, words) {
  const language = select("language", words.languages, settings.language);
  const theme = select("theme", words.themes, settings.theme);
  language.addEventListener("change", () => changeSettings({ language: /** @type {any} */ (language.value) }).then(draw));
  theme.addEventListener("change", () => changeSettings({ theme: /** @type {any} */ (theme.value) }).then(draw));
  return make("section", { "aria-label": words.appearance }, [
    make("h2", {}, [words.appearance]),
    field(words.language, language),
    field(words.theme, theme),
  ]);
}

/**
 * @param {import("../types").Settings} settings
 * @param {import("../words/words.js").Words} words
 */
function badges(settings, words) {
  const side = input("minSide", "number", String(settings.minSide));
  side.min = String(MIN_SIDE.least);
  side.max = String(MIN_SIDE.most);
  side.addEventListener("change", async () => {
    side.value = String((await changeSettings({ minSide: side.valueAsNumber })).minSide);
  });
  const battery = input("pauseOnBattery", "checkbox", "");
  battery.checked = settings.pauseOnBattery;
  battery.addEventListener("change", () => changeSettings({ pauseOnBattery: battery.checked }));
  return make("section", { "aria-label": words.auto }, [
    make("h2", {}, [words.auto]),
    make("div", { class: "field" }, [
      make("span", {}, [words.sites]),
      settings.sites.length === 0
        ? make("p", { class: "soft" }, [words.sitesNone])
        : make("ul", { class: "sites" }, settings.sites.map((site) =>
            make("li", {}, [site, button(words.remove, "", () => ask({ kind: "remove-site", origin: site }).then(draw))]))),
    ]),
    field(words.minSide, side),
    make("label", { class: "line" }, [battery, words.battery]),
  ]);
}

/** @param {import("../words/words.js").Words} words */
function data(words) {
  const status = make("span", { role: "status" }, []);
  return make("section", { "aria-label": words.data }, [
    make("h2", {}, [words.privacy]),
    make("p", {}, [words.privacyText]),
    make("div", { class: "line" }, [
      button(words.forget, "", () => ask({ kind: "forget" }).then(() => tell(status, words.forgotten, true))),
      status,
    ]),
  ]);
}

/**
 * @param {HTMLElement} status
 * @param {string} sentence
 * @param {boolean | null} isGood
 */
function tell(status, sentence, isGood) {
  status.className = isGood === null ? "soft" : isGood ? "good" : "bad";
  status.textContent = sentence;
}

/**
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} [hint]
 */
function field(label, control, hint) {
  return make("label", { class: "field" }, [make("span", {}, [label]), control, hint && make("small", { class: "soft" }, [hint])]);
}

/**
 * @param {string} name
 * @param {string} type
 * @param {string} value
 */
function input(name, type, value) {
  const element = /** @type {HTMLInputElement} */ (make("input", { name, type, spellcheck: "false" }, []));
  if (value !== "") element.value = value;
  return element;
}

/**
 * @param {string} name
 * @param {Record<string, string>} choices
 * @param {string} chosen
 */
function select(name, choices, chosen) {
  const element = /** @type {HTMLSelectElement} */ (
    make("select", { name }, Object.entries(choices).map(([value, label]) => make("option", { value }, [label])))
  );
  element.value = chosen;
  return element;
}

/**
 * @param {string} label
 * @param {string} kind
 * @param {() => unknown} act
 */
function button(label, kind, act) {
  const element = make("button", { type: "button", class: `button ${kind}` }, [label]);
  element.addEventListener("click", () => void act());
  return element;
}
