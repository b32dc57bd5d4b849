"""How it is decided (core, rules), carried out (effects), told (view) and asked for (cli)."""
