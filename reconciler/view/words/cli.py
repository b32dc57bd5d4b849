"""Words for the codes of `cli`."""

from reconciler.view.words.base import Sentence, Trouble

SENTENCES: dict[str, Sentence] = {}

TROUBLES: dict[str, Trouble] = {}
