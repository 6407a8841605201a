"""The tokenizer of the static model, and texts as bags of token ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from embeddings.training.corpus import Corpus
from embeddings.training.recipe import Recipe
from embeddings.training.wordpieces import learn_pieces

UNKNOWN = "[UNK]"
LONGEST_WORD = 40
ALPHABET = 200
CHUNK = 20_000

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Bags:
    """Texts as token ids end to end: text i is `ids[starts[i]:starts[i + 1]]`."""

    ids: Integers
    starts: Integers

    def __len__(self) -> int:
        return len(self.starts) - 1

    def lengths(self) -> Integers:
        """Number of tokens of each text."""
        return np.diff(self.starts)

    def take(self, chosen: Integers) -> tuple[Integers, Integers]:
        """Ids of the chosen texts end to end, and the number of tokens of each."""
        counts = self.starts[chosen + 1] - self.starts[chosen]
        ends = np.cumsum(counts)
        shifts = np.repeat(self.starts[chosen] - (ends - counts), counts)
        return self.ids[shifts + np.arange(int(counts.sum()))], counts


def train_tokenizer(corpus: Corpus, recipe: Recipe) -> Tokenizer:
    """A lower-case, accent-free WordPiece vocabulary over both languages; words seen once have no say in it."""
    normalizer = BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=True, lowercase=True)
    splitter = BertPreTokenizer()
    counts: Counter[str] = Counter()
    for text in chain(corpus.italian, corpus.english, corpus.monolingual):
        counts.update(word for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text)))
    words = {word: count for word, count in counts.items() if count > 1 and len(word) <= LONGEST_WORD}
    pieces = learn_pieces(words, recipe.vocabulary, [UNKNOWN], ALPHABET)
    model = WordPiece(
        {piece: number for number, piece in enumerate(pieces)},
        unk_token=UNKNOWN,
        max_input_chars_per_word=LONGEST_WORD,
    )
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = splitter
    return tokenizer


def bags_of(tokenizer: Tokenizer, texts: Sequence[str]) -> Bags:
    """Tokenise `texts` into one flat array."""
    parts: list[Integers] = []
    counts: list[int] = []
    for start in range(0, len(texts), CHUNK):
        for encoding in tokenizer.encode_batch_fast(list(texts[start : start + CHUNK]), add_special_tokens=False):
            parts.append(np.asarray(encoding.ids, dtype=np.int64))
            counts.append(len(encoding.ids))
    ids = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    return Bags(ids, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
