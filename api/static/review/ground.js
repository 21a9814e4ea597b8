// Grounds by keys: the key for grounds, then a digit; the key twice for the decision just made.

import { sendForm } from "./forms.js";

let waiting = null; // the list that the next digit is for

/** Wait for a digit for the ground of this case; asked again, for that of the decision just made. */
export function startGround(page) {
  const lists = [".decide select[name=ground]", ".undo select[name=ground]", ".bulk-form select[name=ground]"]
    .map((place) => page.querySelector(place))
    .filter((list) => list && !list.matches(":disabled"));
  const next = lists[lists.indexOf(waiting) + 1] ?? null;
  wait(next);
  return lists.length > 0;
}

/** Take a key that says which ground; any other key is for whoever listens next. */
export function takeDigit(page, key) {
  const list = waiting;
  if (!list || !list.isConnected) return false;
  if (key === "Escape") {
    wait(null);
    return true;
  }
  const option = /^\d$/.test(key) && [...list.options].find((one) => one.value && one.text.startsWith(`${key} `));
  if (!option) return false;
  option.selected = true;
  wait(null);
  if (list.form.matches("[data-ground]")) tell(list);
  return true;
}

/** Send the ground of the decision just made as soon as it is chosen. */
export function listenToGrounds(page) {
  page.addEventListener("change", (event) => {
    const list = event.target;
    if (list instanceof HTMLSelectElement && list.form?.matches("[data-ground]")) tell(list);
  });
}

function wait(list) {
  waiting?.removeAttribute("data-waiting");
  waiting = list;
  waiting?.setAttribute("data-waiting", "");
}

async function tell(list) {
  const answer = await sendForm(list.form.action, list.form).catch(() => null);
  list.toggleAttribute("data-saved", Boolean(answer?.ok));
  if (!answer?.ok) list.setCustomValidity(list.dataset.failed);
  else list.setCustomValidity("");
  list.reportValidity();
}
