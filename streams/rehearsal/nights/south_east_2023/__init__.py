"""How the night of 4 May 2023 in the South East is built from its sources; nothing here runs on a night."""
