// Selecting many: a count that follows, and ranges with the shift key.

/** Follow what is selected in a list. */
export function followSelection(page) {
  const said = page.querySelector(".bulk .chosen");
  if (!said) return;
  let last = null;
  page.addEventListener("click", (event) => {
    const box = event.target.closest?.(".pick input");
    if (!box) return;
    const boxes = [...page.querySelectorAll(".pick input")];
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
    }
    last = box;
    tell(said, boxes);
  });
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || page.querySelector("dialog[open]")) return;
    for (const box of page.querySelectorAll(".pick input:checked")) box.checked = false;
  });
  addEventListener("pageshow", () => tell(said, [...page.querySelectorAll(".pick input")]));
}

function tell(said, boxes) {
  const count = boxes.filter((box) => box.checked).length;
  said.textContent = said.dataset.words.replace("{}", count.toLocaleString(document.documentElement.lang));
}
