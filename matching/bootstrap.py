"""The composition root: settings to a working application. Cheap to construct; models and indexes load on first use."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import Engine as DatabaseEngine
from sqlalchemy.orm import Session, sessionmaker

from data.db import make_engine, session_factory
from data.models import Organisation, Proposal
from data.settings import FALLBACK_MODEL, Settings
from embeddings.bridge import TermBridge, shipped_term_vectors
from embeddings.encoder import Encoder
from embeddings.errors import EmbeddingsError, GenerationError, ModelError
from embeddings.generations import GenerationStore
from matching.brokerage.privacy.texts import forget, purge_wanted, purged
from matching.collection import load_collection
from matching.concepts import ConceptIndex
from matching.encoders import drop_unused_fallbacks, drop_unused_vectors, fit_fallback, open_encoder
from matching.errors import NotIndexedError
from matching.forgetting import Gone, leave_out
from matching.indexing import Indexer, IndexReport, Progress, quiet
from matching.learning.in_force import ModelsInForce
from matching.presentation import Presenter
from matching.query_builder import QueryBuilder
from matching.ranking import LISTS, load_model
from matching.service import Engine, MatchService
from matching.tagging.reasons import Words, reasons_of
from matching.tagging.tagger import TextTagger
from matching.tagging.weights import weights_for
from matching.taxonomies import load_concepts

if TYPE_CHECKING:
    from matching.tagging.learning import LearningReport

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexStanding:
    """How the index stands: which generation serves, what it holds, how many records it does not show as they are."""

    missing: bool
    generation: str = ""
    organisations: int = 0
    proposals: int = 0
    behind: int = 0


class Application:
    """Everything that web and jobs need, made once. Close it, or use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine: DatabaseEngine = make_engine(settings.database)
        self.sessions: sessionmaker[Session] = session_factory(self.engine)
        self.store = GenerationStore(settings.index_dir)
        self._encoder: Encoder | None = None
        self._concepts: ConceptIndex | None = None
        self._read_anew = False
        self._tagger: TextTagger | None = None
        self._lock = threading.RLock()
        self.rankings = ModelsInForce(self.sessions, {name: load_model(name) for name in LISTS})
        self.service = MatchService(
            self.sessions,
            current_generation=self._current_generation,
            load_engine=self._load_engine,
            models=self.rankings,
            today=self.today,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the database connections."""
        self.engine.dispose()

    def today(self) -> date:
        """The day that expiry is judged by."""
        return datetime.now(UTC).date()

    @property
    def concepts(self) -> ConceptIndex:
        """The taxonomies as they are stored; read once, and anew where a run may find them changed."""
        with self._lock:
            if self._concepts is None or self._read_anew:
                with self.sessions() as session:
                    stored = load_concepts(session)
                # The same object where nothing has changed: a tagger that rests on it takes 0.25 s to make.
                if self._concepts is None or not stored.same_as(self._concepts):
                    self._concepts = stored
                self._read_anew = False
            return self._concepts

    def encoder(self) -> Encoder:
        """The encoder that the settings name. Raises ModelError where it cannot be had."""
        with self._lock:
            if self._encoder is None:
                self._encoder = open_encoder(self.settings, self.store)
            return self._encoder

    def text_tagger(self) -> TextTagger:
        """The tagger by the taxonomies, encoder and learning of now. Raises ModelError where there is no encoder."""
        with self._lock:
            return self._tagger_of(self.encoder(), self.concepts)

    def _tagger_of(self, encoder: Encoder, concepts: ConceptIndex) -> TextTagger:
        """A tagger, the last one where nothing that it rests on has changed."""
        weights = weights_for(self.settings.home, encoder.fingerprint)
        with self._lock:
            made = self._tagger
            if made is None or not made.rests_on(concepts, encoder, weights):
                made = self._tagger = TextTagger(concepts, encoder, weights)
            return made

    def learn_tags(self, *, force: bool = False) -> LearningReport:
        """Let the tagger learn what people declared and decided; the next index run tags by it: `learning.learn`."""
        from matching.tagging.learning import learn  # noqa: PLC0415 - scikit-learn takes a second to load

        with self._lock:
            self._read_anew = True
        return learn(self.sessions, self.settings.home, self.encoder(), self.concepts, force=force)

    def reasons(self, record: Proposal | Organisation, keys: Sequence[tuple[str, str]]) -> Words:
        """The words of a stored record that speak for its codes; none where the encoder cannot be had."""
        try:
            return reasons_of(record, keys, self.text_tagger()) if keys else {}
        except ModelError:
            return {}

    def update_index(self, *, full: bool = False, progress: Progress = quiet) -> IndexReport:
        """Bring the index up to date; see `Indexer.run`. The fallback encoder is fitted anew by a full run."""
        wanted = purge_wanted(self.store.root)  # what is erased from now on may still get into this index
        fallback = self.settings.model == FALLBACK_MODEL
        if fallback:
            with self._lock:
                if full or self.store.current_id() is None or not self._serves():
                    self._encoder = fit_fallback(self.settings, self.sessions)
        report = self._indexer().run(full=full, progress=progress)
        self._purge(wanted)
        drop_unused = drop_unused_fallbacks if fallback else drop_unused_vectors
        drop_unused(self.settings, self.store)
        return report

    def forget(self, texts: Collection[str], gone: Gone) -> None:
        """Take what was erased, and committed, out of the cache of vectors and of all indexes at once.

        Where the index cannot be written now, because another run writes it, the next run does it.
        """
        forget(self.settings, texts)
        wanted = purge_wanted(self.store.root)
        if not texts or self.store.current_id() is None:
            return
        try:
            leave_out(self.store, self._serving_encoder(), gone)
            self._purge(wanted)
        except EmbeddingsError as error:
            logger.warning("what was erased leaves the index with its next run: %s", error)

    def _purge(self, wanted: int) -> None:
        """Where somebody's texts were erased, no older index that still has them stays."""
        if wanted:
            self.store.prune(1)
            purged(self.store.root, wanted)

    def _serves(self) -> bool:
        try:
            self.store.current(self.encoder())
        except EmbeddingsError:
            return False
        return True

    def _indexer(self) -> Indexer:
        with self._lock:
            self._read_anew = True  # an import may have changed them
        return Indexer(
            self.sessions,
            self.store,
            self.encoder(),
            self.concepts,
            self.text_tagger(),
            keep=self.settings.keep_generations,
            today=self.today,
        )

    def index_standing(self) -> IndexStanding:
        """How the index stands. Raises NotIndexedError where it was made by another model."""
        if self.store.current_id() is None:
            return IndexStanding(missing=True)
        collection = self.service.engine().collection
        return IndexStanding(
            missing=False,
            generation=collection.generation,
            organisations=len(collection.organisations),
            proposals=len(collection.proposals),
            behind=self._indexer().behind(),
        )

    def _current_generation(self) -> str | None:
        try:
            return self.store.current_id()
        except GenerationError as error:
            raise NotIndexedError(str(error)) from error

    def _serving_encoder(self) -> Encoder:
        if self.settings.model != FALLBACK_MODEL:
            return self.encoder()
        return open_encoder(self.settings, self.store)  # another process may have fitted it anew

    def _load_engine(self) -> Engine:
        try:
            with self._lock:
                self._read_anew = True
                encoder, concepts = self._serving_encoder(), self.concepts
            generation = self.store.current(encoder)
            with self.sessions() as session:
                collection = load_collection(session, generation, concepts, self.today())
        except (GenerationError, ModelError) as error:
            raise NotIndexedError(str(error)) from error
        bridge = TermBridge(shipped_term_vectors(), collection.vocabulary)
        builder = QueryBuilder(encoder, concepts, self._tagger_of(encoder, concepts), bridge)
        _leave_alone()
        return Engine(collection, builder, Presenter(collection, encoder))


def _leave_alone() -> None:
    """Keep the collector of cycles away from what was just loaded for good: walking it costs milliseconds a match."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def build_application(settings: Settings) -> Application:
    """Wire everything up; nothing is loaded yet."""
    return Application(settings)
