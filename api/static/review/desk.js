// The desk's script: everything works without it, and faster with it.

import { tidyForms } from "./filters.js";
import { listenForKeys } from "./keys.js";
import { countDown } from "./undo.js";

listenForKeys(document);
tidyForms(document);
countDown(document);
