/** For readers without a server: what one is, how to get one, and how to connect it. */

import { ask, brand, button, dress } from "../look/sheet.js";
import { readSettings } from "../settings/settings.js";
import { languageOf, wordsOf } from "../words/words.js";

/** As in docs/extension-server.md; a test compares them. */
const COMMANDS = ["cd kantei", "script/server", ".venv/bin/kantei client add my-browser --source extension"];

const settings = await readSettings();
const lang = languageOf(settings.language);
const { help } = wordsOf(lang);
dress(settings.theme, lang);
document.title = `Kantei: ${help.title}`;

const header = make("header", {}, []);
header.append(brand(), make("h1", {}, [help.title]));
const status = make("p", { class: "unseen", role: "status" }, []);
document.body.append(
  make("main", { class: "own" }, [
    header,
    make("p", {}, [help.what]),
    make("ol", { class: "ways" }, [
      way(help.join, [make("p", { class: "soft" }, [help.joinWhy])]),
      way(help.run, [
        make("p", { class: "soft" }, [help.runWhy]),
        make("ol", { class: "steps" }, COMMANDS.map((command, at) => make("li", {}, [make("p", {}, [help.steps[at]]), shell(command)]))),
      ]),
      way(help.connect, [
        make("p", { class: "soft" }, [help.connectWhy]),
        make("p", {}, [button(help.enter, "b main", () => ask({ kind: "open", what: "options" }))]),
      ]),
    ]),
    status,
  ]),
);

/**
 * @param {string} title
 * @param {HTMLElement[]} parts
 */
function way(title, parts) {
  return make("li", {}, [make("h2", {}, [title]), ...parts]);
}

/** @param {string} command */
function shell(command) {
  const copy = button(`${help.copy}: ${command}`, "b bare", async () => {
    await navigator.clipboard.writeText(command);
    status.textContent = `${help.copied}: ${command}`;
    copy.replaceChildren(icon("clear"));
    setTimeout(() => copy.replaceChildren(icon("copy")), 2000);
  }, "copy");
  return make("div", { class: "shell" }, [make("code", { lang: "en" }, [command]), copy]);
}
