/* The score on its scale: the zones between the thresholds, the mark, and the range after saving again. */

/**
 * @param {import("../types").GaugeView} view
 * @returns {HTMLElement}
 */
function drawGauge({ text, range, low, high, at, zone, spread, ends, notes }) {
  const scale = [];
  if (low !== null && high !== null) {
    for (const [name, from, to] of /** @type {const} */ ([["clear", 0, low], ["uncertain", low, high], ["flagged", high, 100]])) {
      scale.push(drawn("rect", {
        class: `zone ${name}${zone === name ? " on" : ""}`, x: `${from}%`, width: `${Math.max(to - from, 0)}%`, y: "10", height: "6",
      }));
    }
    for (const edge of [low, high]) scale.push(line("tick", edge, 8, edge, 19));
  } else scale.push(drawn("rect", { class: "zone", x: "0", width: "100%", y: "10", height: "6" }));
  if (spread !== null) {
    const [from, to] = spread;
    scale.push(line("spread", from, 13, to, 13), line("spread", from, 9, from, 17), line("spread", to, 9, to, 17));
  }
  // A point of the scale, whatever its width: the arrow stands in a frame of its own.
  scale.push(drawn("svg", { x: `${at}%`, class: "at" }, [drawn("path", { d: "M0 10L-5.500 1H5.500z" })]));
  return make("div", { class: "gauge" }, [
    make("p", { class: "line" }, [make("b", {}, [text]), range && make("small", {}, [range])]),
    drawn("svg", { class: "scale", "aria-hidden": "true" }, scale),
    ends && make("p", { class: "line ends" }, ends.map((end) => make("small", {}, [end]))),
    ...notes.map((note) => make("p", { class: "small" }, [note])),
  ]);
}

/**
 * @param {string} name
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 */
function line(name, x1, y1, x2, y2) {
  return drawn("line", { class: name, x1: `${x1}%`, y1: String(y1), x2: `${x2}%`, y2: String(y2) });
}
