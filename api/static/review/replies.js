// Templates of replies are put into the reply, behind what is written there already.

/** Listen for the buttons beside the templates. */
export function offerTemplates(page) {
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reply]");
    const reply = button?.form?.querySelector("textarea[name=reply]");
    if (!reply) return;
    reply.value = [reply.value.trim(), button.dataset.reply].filter(Boolean).join("\n\n");
    reply.focus();
  });
}
