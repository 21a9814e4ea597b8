// Nobody decides before the desk's script listens, which asks whether the picture has been seen. This one is small and
// comes before the page itself. Without scripts it does nothing, and where the desk's script fails it does no more once
// the page has loaded: a form is a form.

let hasLoaded = false;
addEventListener("load", () => (hasLoaded = true));

document.addEventListener(
  "submit",
  (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (hasLoaded || "ready" in document.documentElement.dataset || !form.matches("form[data-case]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.querySelector(".wait").textContent = form.dataset.wait;
  },
  true,
);
