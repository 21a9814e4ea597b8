// Forms that ask the browser for a passkey before they are sent.

/** Show the forms where the browser can answer them, and let each ask when it is sent. */
export function askForPasskeys(page) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  for (const form of page.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const around = form.closest("[data-for-passkeys]");
    if (around) around.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
  }
}

async function ask(form) {
  const options = JSON.parse(form.dataset.options);
  const [button, refused] = [form.querySelector("button"), form.querySelector("[data-refused]")];
  button.disabled = true;
  refused.hidden = true;
  try {
    const credential =
      form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    form.elements.credential.value = JSON.stringify(/** @type {PublicKeyCredential} */ (credential).toJSON());
    form.submit(); // without a second event
  } catch {
    // The person declined, took too long, or has none: the browser does not say which.
    refused.hidden = false;
    button.disabled = false;
  }
}
