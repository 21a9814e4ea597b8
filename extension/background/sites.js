/** Sites with badges: asked for, one by one, off everywhere at first. */

import { changeSettings, matchPattern, readSettings } from "../settings/settings.js";
import { enter, registerBadges } from "./inject.js";

/** Register what the settings and the granted permissions together allow. */
export async function syncSites() {
  const { sites, paused } = await readSettings();
  const allowed = [];
  for (const site of sites) {
    if (await chrome.permissions.contains({ origins: [matchPattern(site)] })) allowed.push(site);
  }
  await registerBadges(paused ? [] : allowed);
}

/**
 * The popup asks the browser for a site and may be closed by its very question; so the wish is
 * stored first, and fulfilled when the permission comes.
 */
export async function fulfilWish() {
  const { wish } = /** @type {{wish?: {origin: string, tabId: number}}} */ (await chrome.storage.session.get("wish"));
  if (!wish || !(await chrome.permissions.contains({ origins: [matchPattern(wish.origin)] }))) return;
  await chrome.storage.session.remove("wish");
  const { sites } = await readSettings();
  await changeSettings({ sites: [...sites, wish.origin] });
  await syncSites();
  if (await enter(wish.tabId)) await chrome.tabs.sendMessage(wish.tabId, { kind: "badges" }).catch(() => null);
}

/** @param {string} origin */
export async function removeSite(origin) {
  const { sites, server } = await readSettings();
  await changeSettings({ sites: sites.filter((site) => site !== origin) });
  const others = [...sites.filter((site) => site !== origin), server].map(matchPattern);
  const pattern = matchPattern(origin);
  if (!others.includes(pattern)) await chrome.permissions.remove({ origins: [pattern] }).catch(() => false);
  await syncSites();
}
