"""What every encoder must do; a test class inherits this and gives the fixture `encoder`."""

import numpy as np

from embeddings.encoder import Encoder, Role

TEXTS = (
    "Cerchiamo un motore elettrico per biciclette",
    "The company offers electric motors for bicycles",
    "Yogurt with live cultures",
)


class EncoderContract:
    def test_it_is_an_encoder_with_a_name_and_a_hexadecimal_fingerprint(self, encoder: Encoder) -> None:
        assert isinstance(encoder, Encoder)
        assert encoder.name
        assert len(bytes.fromhex(encoder.fingerprint)) == 32

    def test_rows_are_unit_vectors_of_its_dimension(self, encoder: Encoder) -> None:
        vectors = encoder.encode(TEXTS)
        assert vectors.shape == (len(TEXTS), encoder.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_the_same_text_and_role_give_the_same_vector(self, encoder: Encoder) -> None:
        for role in Role:
            np.testing.assert_array_equal(encoder.encode(TEXTS, role), encoder.encode(TEXTS, role))

    def test_a_text_has_the_same_vector_alone_and_among_others(self, encoder: Encoder) -> None:
        together = encoder.encode(TEXTS)
        alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
        np.testing.assert_allclose(alone, together, atol=2e-6)

    def test_different_texts_have_different_vectors(self, encoder: Encoder) -> None:
        vectors = encoder.encode(TEXTS)
        assert not np.allclose(vectors[0], vectors[2], atol=1e-4)

    def test_an_empty_text_is_a_zero_row(self, encoder: Encoder) -> None:
        vectors = encoder.encode(["", TEXTS[0], "  "])
        assert not vectors[[0, 2]].any()
        assert vectors[1].any()

    def test_no_texts_are_no_rows(self, encoder: Encoder) -> None:
        assert encoder.encode([]).shape == (0, encoder.dimension)
