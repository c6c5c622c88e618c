"""How the desktop knows us: an entry in its menus, an icon, and whom a `spanglass://` link opens; plain Python."""
