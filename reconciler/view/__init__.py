"""Plans, events, diagnostics → text, in English and 简体中文. Pure: what it is handed decides what it says."""
