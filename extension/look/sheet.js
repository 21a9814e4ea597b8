/** What our own pages share: the look, the way to the worker, and a card that follows its check. */

import { matchPattern } from "../settings/settings.js";

/**
 * Ask the worker; one that died over it is asked again.
 * @param {object} message
 * @param {number} [tries]
 * @returns {Promise<any>}
 */
export async function ask(message, tries = 3) {
  for (let turn = 1; ; turn += 1) {
    try {
      const answer = await chrome.runtime.sendMessage(message);
      if (answer !== undefined) return answer;
    } catch (error) {
      if (turn >= tries) throw error;
    }
    if (turn >= tries) throw new Error("no answer");
    await new Promise((resolve) => setTimeout(resolve, 200 * turn));
  }
}

/** Make the document look as cards do. @param {string} theme @param {string} lang */
export function dress(theme, lang) {
  document.documentElement.className = "kt";
  document.documentElement.dataset.theme = theme;
  document.documentElement.lang = lang;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets = [sheet];
}

export class Sheet {
  /**
   * @param {HTMLElement} place
   * @param {import("../words/words.js").Words} words
   * @param {(view: import("../types").CardView) => void} changed
   */
  constructor(place, words, changed) {
    this.place = place;
    this.words = words;
    this.changed = changed;
    /** @type {import("../types").CardView | null} */
    this.view = null;
    this.state = { form: /** @type {any} */ (null), reason: "", map: null, isMapShown: true, said: null, busy: false, isSlow: false, opened: new Set() };
    this.needs = /** @type {string | null} */ (null);
  }

  /** @param {import("../types").CardView} view */
  async show(view) {
    this.view = view;
    this.draw();
    setTimeout(() => {
      if (this.view !== view || view.final) return;
      this.state.isSlow = true;
      this.draw();
    }, 6000);
    while (this.view && !this.view.final && this.place.isConnected) {
      const answer = await ask({ kind: "follow", id: view.id }, 5).catch(() => null);
      if (!answer?.card || this.view?.id !== view.id) return;
      this.view = answer.card;
      this.draw();
    }
  }

  /** @param {string} [name] of the button that was pressed: the focus stays on it */
  draw(name) {
    if (this.view === null) return;
    const view = awayFromPage(this.view, this.words);
    if (this.needs !== null) {
      const { host } = new URL(this.needs);
      view.leads = [this.words.askHost(host)];
      view.actions = [{ act: "host", label: this.words.allowHost(host), primary: true }];
    }
    const card = drawCard(view, { act: (name) => this.act(name), appeal: (...words) => this.appeal(...words), close: null }, this.state);
    this.place.replaceChildren(card);
    if (name !== undefined) /** @type {HTMLElement | null} */ (card.querySelector(`[data-act="${name}"]`))?.focus();
    this.changed(this.view);
  }

  /** @param {string} name */
  async act(name) {
    const { id } = /** @type {import("../types").CardView} */ (this.view);
    if (name === "report" || name === "cancel") {
      this.openForm(name === "cancel" ? null : name);
      return;
    }
    if (name === "options" || name === "help") {
      await ask({ kind: "open", what: name });
      return;
    }
    if (name === "heatmap" && this.state.map !== null) {
      this.state.isMapShown = !this.state.isMapShown;
      this.draw(name);
      return;
    }
    // Before anything is awaited: a click is over at the first wait.
    const granted =
      name === "host" && this.needs !== null
        ? chrome.permissions.request({ origins: [matchPattern(this.needs)] })
        : null;
    this.state.busy = true;
    this.draw();
    if (granted !== null && (await granted.catch(() => false))) this.needs = null;
    const answer = this.needs === null ? await this.doing(name, id).catch(() => null) : null;
    this.state.busy = false;
    this.needs = answer?.needs ?? this.needs;
    if (answer?.form) return this.openForm("artist");
    Object.assign(this.state, { map: answer?.image ?? this.state.map, said: answer?.sentence ?? null });
    if (answer?.card) await this.show(answer.card);
    else this.draw(name);
  }

  /** @param {"report" | "artist" | null} form */
  openForm(form) {
    this.state.form = form;
    this.draw();
    this.place.querySelector("textarea")?.focus();
  }

  /**
   * @param {string} name
   * @param {string} id
   */
  async doing(name, id) {
    if (["heatmap", "retry", "artist", "flag"].includes(name)) return ask({ kind: name, id }, name === "artist" ? 1 : 3);
    return ask({ kind: "fetch-bytes", id });
  }

  /**
   * @param {string} reason
   * @param {string} evidence
   */
  async appeal(reason, evidence) {
    const { id } = /** @type {import("../types").CardView} */ (this.view);
    Object.assign(this.state, { busy: true, reason });
    this.draw();
    const answer = await ask({ kind: "appeal", id, reason, evidence }).catch(() => null);
    this.state.busy = false;
    if (answer?.card?.appeal.isSent) this.state.form = null;
    if (answer?.card) this.view = answer.card;
    this.draw();
  }
}

/**
 * A card as a window of its own can show it: with no page beside it there is nothing to take a snapshot of.
 * @param {import("../types").CardView} view
 * @param {import("../words/words.js").Words} words
 */
export function awayFromPage(view, words) {
  return {
    ...view,
    actions: view.actions.filter(({ act }) => !["snapshot", "result"].includes(act)),
    leads: view.leads.filter((lead) => lead !== words.orSnapshot),
  };
}

/** The seal with the eye. @returns {SVGElement} */
export function brand() {
  return drawn("svg", { viewBox: "0 0 32 32", class: "brand", "aria-hidden": "true" }, [
    drawn("rect", { x: "1", y: "1", width: "30", height: "30", rx: "7" }),
    drawn("path", { class: "cut", d: "M4 16Q16 4.500 28 16 16 27.500 4 16z" }),
    drawn("circle", { cx: "16", cy: "16", r: "4.800" }),
  ]);
}

/**
 * @param {string} label
 * @param {string} kind
 * @param {() => unknown} act
 * @param {string} [name] of an icon
 */
export function button(label, kind, act, name) {
  const isBare = kind.includes("bare");
  const element = /** @type {HTMLButtonElement} */ (make("button", {
    type: "button", class: kind, ...(isBare ? { "aria-label": label, title: label } : {}),
  }, [name !== undefined && icon(name), !isBare && label]));
  element.addEventListener("click", () => void act());
  return element;
}
