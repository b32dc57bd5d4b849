"""Words for the codes of `probes`."""

from reconciler.view.words.base import Sentence, Trouble

SENTENCES: dict[str, Sentence] = {}

TROUBLES: dict[str, Trouble] = {}
