// Moves through pages by keys.
"use strict";
