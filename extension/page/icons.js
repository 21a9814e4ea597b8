/* One shape for each word, so that colour is never all that tells two apart: those of the review desk. */

const SVG = "http://www.w3.org/2000/svg";
const RING = "M10 3a7 7 0 1 1 0 14a7 7 0 1 1 0-14z";
/** @type {Record<string, string>} */
const ICONS = {
  clear: `${RING}m-3.200 7.200 2.300 2.300 4.200-4.800`,
  uncertain: `${RING}M7.800 8.200a2.200 2.200 0 1 1 3.200 2c-.7.4-1 .8-1 1.600M10 14h.01`,
  flagged: "M5 17V3.500c3.500-1.500 6 1.500 10.500 0v8c-4.500 1.500-7-1.500-10.500 0",
  declared: "M5 2.500h7l3.500 3.500v11.500H5zM12 2.500V6h3.500M7.500 10h5M7.500 13h3.500",
  proof: "m10 2.500 6 2v5c0 3.700-2.500 6.500-6 8-3.500-1.500-6-4.300-6-8v-5zM7.200 9.700 9.300 12 13 7.700",
  alike: "M3 5.500h9.500V15H3zM6.500 5.500V3H17v9.500h-4.500",
  human: "M16.500 3.500 9 11l-1.500 3.500L11 13l7-7zM7 14c-1.500 0-2 1-2 2.500H2.500",
  ai: "M4 4h.01M10 4h.01M16 4h.01M4 10h.01M10 10h.01M16 10h.01M4 16h.01M10 16h.01M16 16h.01",
  assisted: "M3 17 12.500 4.500 15 6.500 6.500 15zM12 16h.01M16 16h.01M16 12h.01",
  hint: `${RING}m0 7h.01`,
  trouble: "M10 3l7.500 13.500h-15zM10 8v4M10 14.300h.01",
  key: "M3 13.500a3.500 3.500 0 1 0 7 0a3.500 3.500 0 1 0-7 0zM9 11l7.500-7.500M13 7l2.500 2.500",
  heat: "m10 3-7 3.800 7 3.700 7-3.700zM3 10l7 3.700 7-3.700M3 13.300 10 17l7-3.700",
  options: "M3 6h7M14 6h3M3 14h3M10 14h7M10 6a2 2 0 1 0 4 0a2 2 0 1 0-4 0M6 14a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
  search: "M3.750 9a5.250 5.250 0 1 0 10.500 0a5.250 5.250 0 1 0-10.500 0M13 13l4 4",
  copy: "M3 7.500h9.500V17H3zM7.500 7.500V3H17v9.500h-4.500",
};

/**
 * @param {string} name
 * @returns {SVGElement}
 */
function icon(name) {
  const path = drawn("path", { d: ICONS[name] ?? ICONS.uncertain });
  return drawn("svg", { viewBox: "0 0 20 20", class: name === "ai" ? "icon dots" : "icon", "aria-hidden": "true" }, [path]);
}

/**
 * What stands before a headline or a row: square and tinted for a finding, round and solid for a decision.
 * @param {string} tone
 * @param {string} name of the icon
 */
function mark(tone, name) {
  return make("span", { class: `mark ${tone}` }, [tone === "busy" ? make("span", { class: "spin" }, []) : icon(name)]);
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {SVGElement[]} [children]
 * @returns {SVGElement}
 */
function drawn(name, attributes, children = []) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string | null | false | undefined)[]} [children]
 * @returns {HTMLElement}
 */
function make(name, attributes, children = []) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== "") element.setAttribute(attribute, value);
  }
  for (const child of children) if (child) element.append(child);
  return element;
}
