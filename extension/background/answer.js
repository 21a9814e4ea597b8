/**
 * What pages, popup and options may ask of the worker. Pages pull: a worker that dies breaks the
 * answer off, the page asks again, and the new worker reads from storage where the old one stood.
 */

import { candidates } from "../pictures/originals.js";
import { readSettings } from "../settings/settings.js";
import { languageOf, wordsOf } from "../words/words.js";
import { openHelp, openResult } from "./alone.js";
import { fetchPicture, snapshot } from "./bytes.js";
import { forget } from "./cache.js";
import { advance, artistAddress, heatmap, reportChecked, retry, sendAppeal, submitPicture } from "./checks.js";
import { TroubleError, testConnection } from "./client.js";
import { changeCheck, newCheck, readCheck } from "./kept.js";
import { BATCH, checkMany, recallMany } from "./many.js";
import { fulfilWish, removeSite } from "./sites.js";
import { standing } from "./standing.js";
import { joined, troubleText } from "./trouble.js";
import { cardOf } from "./view.js";

const PATIENCE = 25_000; // milliseconds; then the page hears how it stands and asks again

/** @typedef {chrome.runtime.MessageSender} Sender */

/**
 * @param {any} message
 * @param {Sender} sender
 * @returns {Promise<unknown>}
 */
export async function answer(message, sender) {
  const isOurs = sender.url?.startsWith(chrome.runtime.getURL("")) ?? false;
  switch (message.kind) {
    case "hello":
      return hello(sender);
    case "check":
      return start(message, sender, isOurs);
    case "follow":
      return follow(message.id);
    case "retry":
      await retry(message.id);
      return view(message.id);
    case "bytes":
      return takeBytes(message);
    case "fetch-bytes":
      return fetchBytes(message.id);
    case "snapshot":
      return takeSnapshot(message, sender);
    case "appeal":
      await sendAppeal(message.id, String(message.reason).slice(0, 2000), String(message.evidence));
      return view(message.id);
    case "flag":
      return flag(message.id);
    case "artist":
      return openArtistPage(message.id);
    case "heatmap":
      return drawHeatmap(message.id);
    case "many":
      return many(message, sender, checkMany);
    case "known":
      return isOurs ? many(message, sender, recallMany) : null;
    case "open":
      await open(message);
      return { opened: true };
    // The rest changes settings: only our own pages may.
    case "test":
      return isOurs ? test() : null;
    case "forget":
      return isOurs ? forget().then(() => true) : null;
    case "wish":
      return isOurs ? fulfilWish().then(() => true) : null;
    case "remove-site":
      return isOurs ? removeSite(message.origin).then(() => true) : null;
    default:
      return null;
  }
}

/** @param {Sender} sender */
async function hello({ tab, origin }) {
  const settings = await readSettings();
  const words = wordsOf(languageOf(settings.language));
  return {
    badges: settings.sites.includes(origin ?? "") && !settings.paused && settings.key !== "",
    minSide: settings.minSide,
    pauseOnBattery: settings.pauseOnBattery,
    batch: BATCH,
    theme: settings.theme,
    lang: languageOf(settings.language),
    isPrivate: tab?.incognito ?? false,
    words: { pick: words.pick, noPicture: words.noPicture },
  };
}

/**
 * @param {{picture: import("../types").Picture, tabId?: number, isPrivate?: boolean}} message
 * @param {Sender} sender
 * @param {boolean} isOurs
 */
async function start({ picture, tabId, isPrivate }, sender, isOurs) {
  const check = await newCheck(picture, candidates(picture), {
    tabId: (isOurs ? tabId : sender.tab?.id) ?? null,
    isPrivate: (isOurs ? isPrivate : sender.tab?.incognito) ?? false,
  });
  void advance(check.id);
  return view(check.id);
}

/** @param {string} id */
async function follow(id) {
  const check = await readCheck(id);
  if (check?.state === "working") {
    await Promise.race([advance(id), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  }
  return view(id);
}

/** @param {string} id */
async function view(id) {
  const check = await readCheck(id);
  if (check === null) return { gone: true };
  const { language, theme, server } = await readSettings();
  return { card: cardOf(check, { lang: languageOf(language), theme, server }), picture: check.picture };
}

/** @param {{id: string, data: string}} message a data: address */
async function takeBytes({ id, data }) {
  const blob = data.startsWith("data:") ? await (await fetch(data)).blob() : null;
  if (blob === null || blob.size === 0) return unreadable(id);
  await submitPicture(id, blob, "sent");
  return view(id);
}

/** @param {string} id */
async function fetchBytes(id) {
  const check = await readCheck(id);
  const url = check?.picture.shown ?? check?.candidates.at(-1) ?? null;
  if (check === null || url === null || !/^https?:/.test(url)) return unreadable(id);
  const found = await fetchPicture(url, check.tabId);
  if (found === "no_permission") return { ...(await view(id)), needs: new URL(url).origin };
  if (found === null) return unreadable(id);
  await submitPicture(id, found, "sent");
  const changed = await view(id);
  // The card on the page waits, while a page of ours asked for the host.
  if (check.tabId !== null) {
    await chrome.tabs.sendMessage(check.tabId, { kind: "changed", id, card: changed.card }).catch(() => null);
  }
  return changed;
}

/** @param {string} id */
async function unreadable(id) {
  const check = await readCheck(id);
  if (check !== null) await changeCheck(check, { bytes: "unreadable" });
  return view(id);
}

/**
 * @param {{id: string, box: {x: number, y: number, width: number, height: number, scale: number}}} message
 * @param {Sender} sender
 */
async function takeSnapshot({ id, box }, sender) {
  const blob = sender.tab === undefined ? null : await snapshot(sender.tab.windowId, box);
  if (blob === null) return { ...(await view(id)), sentence: wordsOf(languageOf((await readSettings()).language)).notOnScreen };
  await submitPicture(id, blob, "snapshot");
  return view(id);
}

/** @param {string} id */
async function flag(id) {
  const words = wordsOf(languageOf((await readSettings()).language));
  try {
    await reportChecked(id);
    return { sentence: words.flagSent };
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    return { sentence: troubleText(error.trouble, words) };
  }
}

/**
 * Open the server's page for artists; one without such a page takes the words in the card.
 * @param {string} id
 */
async function openArtistPage(id) {
  const words = wordsOf(languageOf((await readSettings()).language));
  try {
    await chrome.tabs.create({ url: await artistAddress(id) });
    return { sentence: words.artistOpened };
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    return error.trouble.kind === "unsupported" ? { form: true } : { sentence: troubleText(error.trouble, words) };
  }
}

/** @param {string} id */
async function drawHeatmap(id) {
  try {
    return { image: await heatmap(id) };
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    const words = wordsOf(languageOf((await readSettings()).language));
    const isMissing = ["unsupported", "not_found", "not_kantei"].includes(error.trouble.kind);
    return { sentence: isMissing ? words.noHeatmap : troubleText(error.trouble, words) };
  }
}

/** @param {{what: "options" | "help" | "result" | "host", id: string}} message */
async function open({ what, id }) {
  if (what === "options") return chrome.runtime.openOptionsPage();
  return what === "help" ? openHelp() : openResult(id, what === "host");
}

/**
 * @param {{pictures: {key: string, picture: import("../types").Picture}[], isPrivate?: boolean}} message
 * @param {Sender} sender
 * @param {typeof checkMany} look
 */
async function many({ pictures, isPrivate }, sender, look) {
  const answers = await look(pictures, sender.tab?.incognito ?? isPrivate ?? false);
  const lang = languageOf((await readSettings()).language);
  const words = wordsOf(lang);
  return Object.fromEntries(
    Object.entries(answers).map(([key, found]) => [
      key,
      found.state === "examined"
        ? { state: "examined", ...standing(found.submission, words, lang) }
        : found.state === "troubled"
          ? { state: "troubled", retryAfter: found.trouble.retryAfter ?? 30, word: words.troubleTitle[found.trouble.kind] }
          : { state: found.state, word: found.state === "unreachable" ? words.notReached : words.failed },
    ]),
  );
}

async function test() {
  const settings = await readSettings();
  const words = wordsOf(languageOf(settings.language));
  try {
    await testConnection(settings);
    return { works: true, title: words.works(new URL(settings.server).host), sentence: words.worksWhy };
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    const { kind, detail } = error.trouble;
    // Nothing was to be checked here, so that nothing is said of a picture.
    const why = words.testWhy[/** @type {"offline"} */ (kind)] ?? (detail ? words.reached(detail) : "");
    return { works: false, kind, title: words.troubleTitle[kind], sentence: joined([words.saved, why], words) };
  }
}
