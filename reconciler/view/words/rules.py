"""Words for the codes of `rules`."""

from reconciler.view.words.base import Sentence, Trouble

SENTENCES: dict[str, Sentence] = {}

TROUBLES: dict[str, Trouble] = {}
