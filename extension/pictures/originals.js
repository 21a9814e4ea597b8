/**
 * Which address of a picture to send: the largest that the page knows, or the original that the site
 * is known to keep behind a thumbnail. Thumbnails are saved anew, without the metadata that says most.
 */

const LONGEST = 8192; // what the server takes
const MOST = 4; // tries for one picture
// What names of files and folders say of size alone, and parameters that ask for a size or a format.
const SIZE_WORDS = /^(thumb|thumbs|thumbnail|thumbnails|small|medium|large|big|preview|previews|sample|samples|full|fullsize|original|originals|orig|src|source|master|resized|scaled|cropped|mini|max|[wh]?\d+px|[wh]\d+|\d+x\d*|x\d+)$/;
const SIZE_PARAMETERS = /^(w|h|width|height|size|q|quality|format|fm|auto|fit|crop|resize|dpr|name|v)$/;
const IMAGE_PATH = /\.(jpe?g|png|webp|gif|avif|bmp)$/i;

/**
 * How sites name thumbnails. Each rule gives likely originals, best first, or nothing; a guess that is
 * wrong costs one failed fetch, for the address that the page shows stays in the list.
 * @type {{host: RegExp, find: (url: URL) => (string | null)[]}[]}
 */
const RULES = [
  {
    host: /^pbs\.twimg\.com$/,
    find: (url) => (url.pathname.startsWith("/media/") ? [withQuery(url, { name: "orig" })] : []),
  },
  {
    host: /^i\.pximg\.net$/,
    find: (url) => {
      const work = url.pathname.match(/\/img\/(\d+(?:\/\d+){5}\/\d+_p\d+)_(?:master|square|custom)1200\.jpg$/);
      return work ? ["png", "jpg"].map((ending) => `${url.origin}/img-original/img/${work[1]}.${ending}`) : [];
    },
  },
  {
    host: /^booth\.pximg\.net$/,
    find: (url) => [
      replaced(url, /^\/c\/[^/]+\/(.+?)(?:_base_resized)?\.jpg$/, "/$1.png"),
      replaced(url, /^\/c\/[^/]+\/(.+?)(?:_base_resized)?\.jpg$/, "/$1.jpg"),
    ],
  },
  {
    host: /(^|\.)donmai\.us$/,
    find: (url) => [
      replaced(url, /^\/(?:sample|\d+x\d+)\/(..\/..\/)(?:sample-)?(\w+)\.\w+$/, "/original/$1$2.png"),
      replaced(url, /^\/(?:sample|\d+x\d+)\/(..\/..\/)(?:sample-)?(\w+)\.\w+$/, "/original/$1$2.jpg"),
    ],
  },
  {
    host: /^preview\.redd\.it$/,
    find: (url) => [`https://i.redd.it/${url.pathname.split("/").at(-1)?.replace(/^.*-v0-/, "")}`],
  },
  {
    host: /^cdn\.bsky\.app$/,
    find: (url) => [replaced(url, /^\/img\/feed_thumbnail\//, "/img/feed_fullsize/")],
  },
  {
    host: /^upload\.wikimedia\.org$/,
    find: (url) => [replaced(url, /^(\/.+)\/thumb(\/.\/..\/[^/]+)\/[^/]+$/, "$1$2")],
  },
  {
    host: /^i\.imgur\.com$/,
    find: (url) => [replaced(url, /^\/(\w{7})[sbtmlh](\.\w+)$/, "/$1$2")],
  },
  {
    host: /^media\.discordapp\.net$/,
    // The signature (ex, is, hm) belongs to the attachment; size and format do not.
    find: (url) => [
      withQuery(new URL(url.href.replace("//media.discordapp.net/", "//cdn.discordapp.com/")), {
        width: null, height: null, format: null, quality: null,
      }),
    ],
  },
  {
    host: /^cdn[ab]?\.artstation\.com$/,
    find: (url) => [
      replaced(url, /\/(?:\d{14}\/)?(?:small|smaller_square|medium|micro_square)\//, "/4k/"),
      replaced(url, /\/(?:\d{14}\/)?(?:small|smaller_square|medium|micro_square)\//, "/large/"),
    ],
  },
  {
    host: /^i\.etsystatic\.com$/,
    find: (url) => [replaced(url, /\/il_\d+x[\dN]+\./, "/il_fullxfull.")],
  },
  {
    host: /^image\.civitai\.com$/,
    find: (url) => [replaced(url, /\/(?:[a-z]+=[^/]+)\/([^/]+)$/, "/original=true/$1")],
  },
  // Programs that run on many sites.
  {
    host: /^cdn\.shopify\.com$|./,
    find: (url) =>
      /\/cdn\/shop\/|^\/s\/files\//.test(url.pathname)
        ? [
            withQuery(new URL(replaced(url, /_(?:\d+x\d*|x\d+|small|medium|large|grande)(?=\.\w+$)/, "") ?? url), {
              width: null, height: null, crop: null,
            }),
          ]
        : [],
  },
  {
    host: /./, // Mastodon
    find: (url) => [replaced(url, /^(.*\/media_attachments\/files\/[\d/]+)\/small\//, "$1/original/")],
  },
  {
    host: /./, // WordPress
    find: (url) => [replaced(url, /^(.*\/wp-content\/uploads\/.+)-\d+x\d+(\.\w+)$/, "$1$2")],
  },
  {
    host: /^i\d\.wp\.com$/,
    find: (url) => [`https:/${url.pathname}`],
  },
  {
    host: /./, // Next.js
    find: (url) => {
      const inner = url.pathname === "/_next/image" ? url.searchParams.get("url") : null;
      return inner ? [new URL(inner, url).href] : [];
    },
  },
];

/**
 * List the addresses to try for a picture, best first.
 * @param {import("../types").Picture} picture
 * @returns {string[]} web addresses the server would take; empty where only the bytes can be sent
 */
export function candidates(picture) {
  const link = picture.link && picture.shown && isLargerCopy(picture.link, picture.shown) ? [picture.link] : [];
  const larger = [...picture.others].sort((a, b) => b.width - a.width).map(({ url }) => url);
  const known = [...link, ...larger, ...(picture.shown ? [picture.shown] : [])].map(sendable);
  const web = known.filter((url) => url !== null);
  const guesses = web.flatMap(originals);
  const all = [...new Set([...guesses.slice(0, 2), ...web])];
  // The one that is shown is known to exist: it stays, however many others there are.
  const shown = picture.shown ? sendable(picture.shown) : null;
  const kept = all.slice(0, MOST);
  return shown === null || kept.includes(shown) ? kept : [...kept.slice(0, MOST - 1), shown];
}

/**
 * Guess the original behind a thumbnail's address.
 * @param {string} address
 * @returns {string[]}
 */
export function originals(address) {
  const url = new URL(address);
  /** @type {(string | null)[]} */
  const found = RULES.filter(({ host }) => host.test(url.hostname)).flatMap(({ find }) => find(url));
  return found.flatMap((guess) => {
    const clean = guess === null ? null : sendable(guess);
    return clean === null || clean === address ? [] : [clean];
  });
}

/**
 * Write an address as it may be sent: web, short enough, without fragment; none with credentials.
 * @param {string} address
 * @returns {string | null}
 */
export function sendable(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password) return null;
  url.hash = "";
  return url.href.length <= LONGEST ? url.href : null;
}

/**
 * True if a link leads to the picture that is shown, in another size. A link to an image may as well lead to the
 * next page of a comic: the addresses have to be the same but for words and numbers that speak of size.
 * @param {string} link
 * @param {string} shown
 */
function isLargerCopy(link, shown) {
  try {
    const [there, here] = [new URL(link), new URL(shown)];
    return IMAGE_PATH.test(there.pathname) && (sameButForSize(there, here) || originals(shown).includes(link));
  } catch {
    return false;
  }
}

/**
 * @param {URL} one
 * @param {URL} other
 */
function sameButForSize(one, other) {
  const site = (/** @type {URL} */ url) => url.hostname.split(".").slice(-2).join(".");
  return site(one) === site(other) && identity(one) === identity(other);
}

/**
 * Write what is left of an address without what speaks of size.
 * @param {URL} url
 */
function identity(url) {
  const path = url.pathname.replace(IMAGE_PATH, "").toLowerCase();
  const words = path.split("/").map((part) => part.split(/[-_.]/).filter((word) => word && !SIZE_WORDS.test(word)).join("-"));
  const asked = [...url.searchParams].filter(([name]) => !SIZE_PARAMETERS.test(name));
  return JSON.stringify([words.filter(Boolean), asked]);
}

/**
 * @param {URL} url
 * @param {RegExp} pattern
 * @param {string} by
 * @returns {string | null}
 */
function replaced(url, pattern, by) {
  if (!pattern.test(url.pathname)) return null;
  const other = new URL(url);
  other.pathname = url.pathname.replace(pattern, by);
  return other.href;
}

/**
 * @param {URL} url
 * @param {Record<string, string | null>} changes null removes
 * @returns {string}
 */
function withQuery(url, changes) {
  const other = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) other.searchParams.delete(name);
    else other.searchParams.set(name, value);
  }
  return other.href;
}
