// The bar that offers to take a decision back, and leaves when its time is over.

/** Count the seconds down in every undo bar. */
export function countDown(page) {
  for (const bar of page.querySelectorAll(".undo[data-seconds]")) {
    const text = bar.querySelector(".countdown");
    const end = performance.now() + Number(bar.dataset.seconds) * 1000;
    const timer = setInterval(() => {
      const left = Math.ceil((end - performance.now()) / 1000);
      if (left <= 0) {
        clearInterval(timer);
        bar.remove();
      } else {
        text.textContent = text.dataset.words.replace("{}", left);
      }
    }, 500);
  }
}
