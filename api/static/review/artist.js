// The artist's page: files that are too large are named before they are sent, and progress is shown.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-each]"));
const input = /** @type {HTMLInputElement | null} */ (form?.querySelector("input[type=file]"));
if (form && input) {
  input.addEventListener("change", () => input.setCustomValidity(faultOf([...input.files])));
  input.addEventListener("change", () => input.reportValidity());
  form.addEventListener("submit", (event) => {
    if (input.files.length === 0) return;
    event.preventDefault();
    if (input.reportValidity()) send();
  });
}

function faultOf(files) {
  const { each, total, tooLarge, tooMuch } = form.dataset;
  const large = files.find((file) => file.size > Number(each));
  if (large) return tooLarge.replace("{name}", large.name);
  return files.reduce((sum, file) => sum + file.size, 0) > Number(total) ? tooMuch : "";
}

/** Send the form as the browser would, and show how far it is; the answer is the page to show. */
function send() {
  const request = new XMLHttpRequest();
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", form.querySelector("button.main").textContent);
  form.append(bar);
  form.querySelector("button.main").setAttribute("disabled", "");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) [bar.max, bar.value] = [event.total, event.loaded];
  });
  request.addEventListener("load", () => {
    if (request.status < 400) return location.replace(request.responseURL);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    giveBack(bar);
    const fault = page.querySelector(".fault");
    if (fault) form.querySelector(".fault")?.remove();
    if (fault) form.prepend(fault);
    else document.querySelector("main").replaceWith(page.querySelector("main"));
    fault?.scrollIntoView({ block: "center" });
  });
  request.addEventListener("error", () => {
    giveBack(bar);
    form.submit(); // the browser says what is wrong with the connection
  });
  request.open("POST", location.href);
  request.send(new FormData(form));
}

function giveBack(bar) {
  bar.remove();
  form.querySelector("button.main").removeAttribute("disabled");
}
