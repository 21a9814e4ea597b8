// Groups: a key decides the group that one is at, the first one to begin with.

/** Follow which group one is at; nothing happens on pages without groups. */
export function setUpGroups(page) {
  const groups = [...page.querySelectorAll("[data-group]")];
  const goTo = (group) => {
    for (const one of groups) one.classList.toggle("is-at", one === group);
  };
  goTo(groups[0]);
  page.addEventListener("focusin", (event) => {
    const group = event.target.closest("[data-group]");
    if (group) goTo(group);
  });
  page.addEventListener("click", (event) => {
    const link = event.target.closest('[data-group] [data-key="next"]');
    if (!link) return;
    event.preventDefault(); // a step in the browser's history would load the page anew
    const group = page.querySelector(link.hash);
    group.focus();
    group.scrollIntoView();
  });
}
