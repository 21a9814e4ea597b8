// Filters: an address holds only what was chosen, so that it can be read and shared.

/** Leave empty choices out of the address, and apply a choice as soon as it is made. */
export function tidyForms(page) {
  for (const form of page.querySelectorAll("form[data-tidy]")) {
    form.addEventListener("submit", () => {
      for (const field of form.elements) field.disabled = field.value === "";
    });
    if ("atOnce" in form.dataset) form.addEventListener("change", () => form.requestSubmit());
    // Back from another page, the fields must be alive again.
    window.addEventListener("pageshow", () => {
      for (const field of form.elements) field.disabled = false;
    });
  }
}
