"""How everything looks: tokens, fonts, icons, one style sheet."""
