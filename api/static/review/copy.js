// Buttons that copy the text of another element. Without this script they stay hidden.

/**
 * Show the buttons of a page, and copy when one is pressed; where copying is forbidden, the text is selected instead.
 * @param {Document} page
 */
export function offerCopies(page) {
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (page.querySelectorAll("button[data-copy]"))) {
    button.hidden = false;
    const name = button.textContent;
    button.addEventListener("click", async () => {
      const source = page.getElementById(button.dataset.copy ?? "");
      if (source === null) return;
      try {
        await navigator.clipboard.writeText(source.textContent ?? "");
        button.textContent = button.dataset.copied ?? name;
        setTimeout(() => (button.textContent = name), 2000);
      } catch {
        getSelection()?.selectAllChildren(source);
      }
    });
  }
}
