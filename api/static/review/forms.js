// Forms sent without leaving the page.

/** Send the values of a form, with its token, to an address. */
export function sendForm(address, form, submitter = undefined) {
  return fetch(address, {
    method: "POST",
    body: new URLSearchParams([...new FormData(form, submitter)].map(([name, value]) => [name, String(value)])),
    headers: { Accept: "application/json" },
    redirect: "follow",
  });
}
