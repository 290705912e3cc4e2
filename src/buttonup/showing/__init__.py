"""Shows what was counted: in the terminal (`text`), and as a page to be mailed (`html`)."""
