// The desk's script: everything works without it, and faster with it.

import { lookAfterClaim } from "./claim.js";
import { offerCopies } from "./copy.js";
import { keepDraft } from "./drafts.js";
import { listenToPane, setUpPane } from "./pane.js";
import { tidyForms } from "./filters.js";
import { listenToGrounds } from "./ground.js";
import { waitForFresh } from "./fresh.js";
import { setUpGroups } from "./groups.js";
import { listenForKeys } from "./keys.js";
import { goWithoutLeaving, lookAhead } from "./next.js";
import { offerTemplates } from "./replies.js";
import { askForPasskeys } from "./passkeys.js";
import { suggestRest } from "./rest.js";
import { followSelection } from "./select.js";
import { watchPicture } from "./shown.js";
import { setUpTriage } from "./triage.js";
import { countDown } from "./undo.js";

/** Revive what has just been put on the page; of a case that was there already, only what is new. */
function settle(main, { isSameCase = false } = {}) {
  countDown(main);
  const claimed = lookAfterClaim(main);
  lookAhead(main, claimed, isSameCase);
  if (!isSameCase) {
    watchPicture(main);
    keepDraft(main);
    setUpPane(main);
  }
  return claimed;
}

listenForKeys(document);
listenToGrounds(document);
tidyForms(document);
followSelection(document);
listenToPane(document);
suggestRest(document);
waitForFresh(document);
setUpTriage(document);
setUpGroups(document);
askForPasskeys(document);
offerCopies(document);
goWithoutLeaving(settle);
offerTemplates(document);
settle(document);
document.documentElement.dataset.ready = ""; // from here on the form is ours: see early.js
