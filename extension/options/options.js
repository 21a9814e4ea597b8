/** The options page: server and key, language and colours, badges, data. */

import { ask, brand, button, dress } from "../look/sheet.js";
import { MIN_SIDE, changeSettings, isUnprotected, matchPattern, readSettings, serverOrigin } from "../settings/settings.js";
import { languageOf, wordsOf } from "../words/words.js";

/** Firefox asks for data as well: what a picture shows is content of a website. */
const DATA = chrome.runtime.getManifest().browser_specific_settings ? { data_collection: ["websiteContent"] } : {};

/** @typedef {import("../types").Settings} Settings */
/** @typedef {import("../words/words.js").Words} Words */

await draw();

async function draw() {
  const settings = await readSettings();
  const lang = languageOf(settings.language);
  const words = wordsOf(lang);
  const focused = document.activeElement?.getAttribute("name");
  dress(settings.theme, lang);
  document.title = words.optionsTitle;
  const header = make("header", {}, []);
  header.append(brand(), make("h1", {}, [words.optionsTitle]));
  document.body.replaceChildren(
    make("main", { class: "own" }, [
      header,
      connection(settings, words),
      area(words.language, [choice("language", words.language, words.languages, settings.language)]),
      area(words.theme, [choice("theme", words.theme, words.themes, settings.theme)]),
      area(words.auto, badges(settings, words)),
      area(words.privacy, data(words)),
    ]),
  );
  /** @type {HTMLElement | null} */ (focused ? document.querySelector(`[name="${focused}"]:checked`) : null)?.focus();
}

/**
 * @param {Settings} settings
 * @param {Words} words
 */
function connection(settings, words) {
  const server = input("server", "url", settings.server);
  const key = input("key", "password", settings.key);
  key.autocomplete = "off";
  const status = make("div", { role: "status" }, []);
  const plain = make("p", { class: "wrong", role: "note" }, [icon("trouble"), words.serverPlain]);
  const wrong = make("p", { class: "wrong", id: "wrong", role: "alert" }, []);
  const warn = () => {
    const address = serverOrigin(server.value);
    plain.hidden = address === null || !isUnprotected(address);
    if (address !== null) mind(null);
  };
  /** @param {string | null} sentence */
  const mind = (sentence) => {
    wrong.replaceChildren(...(sentence === null ? [] : [icon("trouble"), sentence]));
    wrong.hidden = sentence === null;
    if (sentence === null) server.removeAttribute("aria-invalid");
    else server.setAttribute("aria-invalid", "true");
  };
  server.addEventListener("input", warn);
  server.addEventListener("change", () => serverOrigin(server.value) === null && mind(words.serverWrong));
  mind(null);
  warn();
  const save = button(words.save, "b main", async () => {
    const address = serverOrigin(server.value);
    if (address === null) {
      mind(words.serverWrong);
      return server.focus();
    }
    // At once, while the click counts: the server's address, and the right to show cards in pages.
    const granted = chrome.permissions.request({
      permissions: ["scripting"],
      origins: [matchPattern(address)],
      ...DATA,
    });
    await granted.catch(() => false);
    await changeSettings({ server: address, key: key.value });
    await test(status, key, words);
  });
  return make("section", { class: "panel", "aria-labelledby": "connection" }, [
    make("h2", { id: "connection" }, [words.connection]),
    field(words.server, server, words.serverHint, [wrong, plain]),
    field(words.key, key, words.keyHint),
    make("div", { class: "line" }, [save, button(words.noServer, "link", () => ask({ kind: "open", what: "help" }))]),
    status,
  ]);
}

/**
 * @param {HTMLElement} status
 * @param {HTMLInputElement} key
 * @param {Words} words
 */
async function test(status, key, words) {
  status.replaceChildren(make("p", { class: "soft" }, [words.testing]));
  key.removeAttribute("aria-invalid");
  const answer = await ask({ kind: "test" }).catch(() => null);
  const { works, title, sentence, kind } = answer?.title ? answer : { works: false, title: words.troubleTitle.server_error, sentence: words.saved, kind: "" };
  if (kind === "key_refused" || kind === "not_set_up") key.setAttribute("aria-invalid", "true");
  status.replaceChildren(make("div", { class: `told ${works ? "good" : "bad"}` }, [
    icon(works ? "clear" : kind === "key_refused" ? "key" : "trouble"), make("b", {}, [title]), make("p", {}, [sentence]),
  ]));
}

/**
 * @param {string} heading
 * @param {HTMLElement[]} parts
 */
function area(heading, parts) {
  return make("section", { class: "area" }, [make("h2", {}, [heading]), make("div", {}, parts)]);
}

/**
 * @param {Settings} settings
 * @param {Words} words
 */
function badges(settings, words) {
  const side = input("minSide", "number", String(settings.minSide));
  side.className = "num";
  side.min = String(MIN_SIDE.least);
  side.max = String(MIN_SIDE.most);
  side.addEventListener("change", async () => {
    side.value = String((await changeSettings({ minSide: side.valueAsNumber })).minSide);
  });
  const battery = input("pauseOnBattery", "checkbox", "");
  battery.checked = settings.pauseOnBattery;
  battery.addEventListener("change", () => changeSettings({ pauseOnBattery: battery.checked }));
  return [
    make("p", { class: "soft" }, [settings.sites.length === 0 ? words.sitesNone : words.sites]),
    ...(settings.sites.length === 0 ? [] : [make("ul", { class: "sites" }, settings.sites.map((site) => {
      const remove = button(words.remove, "link", () => ask({ kind: "remove-site", origin: site }).then(draw));
      remove.setAttribute("aria-label", `${words.remove}: ${site}`);
      return make("li", {}, [site, remove]);
    }))]),
    make("label", { class: "line" }, [words.minSide, side]),
    make("label", { class: "tick" }, [battery, words.battery]),
  ];
}

/** @param {Words} words */
function data(words) {
  const status = make("span", { role: "status", class: "soft" }, []);
  return [
    make("p", { class: "soft" }, [words.privacyText]),
    make("div", { class: "line" }, [
      button(words.forget, "b", () => ask({ kind: "forget" }).then(() => (status.textContent = words.forgotten))),
      status,
    ]),
  ];
}

/**
 * @param {string} label
 * @param {HTMLInputElement} control
 * @param {string} hint
 * @param {HTMLElement[]} [more]
 */
function field(label, control, hint, more = []) {
  control.id = control.name;
  control.setAttribute("aria-describedby", [`${control.name}-hint`, ...more.map(({ id }) => id).filter(Boolean)].join(" "));
  return make("div", { class: "field" }, [
    make("label", { for: control.name }, [label]),
    control,
    make("span", { class: "small", id: `${control.name}-hint` }, [hint]),
    ...more,
  ]);
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
 * One of a few, all in sight.
 * @param {"language" | "theme"} name
 * @param {string} label
 * @param {Record<string, string>} choices
 * @param {string} chosen
 */
function choice(name, label, choices, chosen) {
  return make("fieldset", { class: "segs", "aria-label": label }, Object.entries(choices).map(([value, text]) => {
    const radio = input(name, "radio", value);
    radio.checked = value === chosen;
    radio.addEventListener("change", () => changeSettings({ [name]: value }).then(draw));
    return make("label", { lang: value === "ja" ? "ja" : value === "en" ? "en" : "" }, [radio, text]);
  }));
}
