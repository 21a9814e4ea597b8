// Notes survive a reload, a lost login and a closed tab: they are kept in the browser until sent.

const key = (form) => `draft ${form.dataset.case}`;

/** Bring back the note of this case, and keep what is written from now on. */
export function keepDraft(page) {
  const form = page.querySelector("form[data-case]");
  const note = form?.querySelector("textarea[name=note]");
  if (!note) return;
  if (note.value === "") note.value = localStorage.getItem(key(form)) ?? "";
  note.addEventListener("input", () => {
    if (note.value) localStorage.setItem(key(form), note.value);
    else localStorage.removeItem(key(form));
  });
}

/** Forget the note of a case: it is in the log now. */
export function dropDraft(form) {
  localStorage.removeItem(key(form));
}
