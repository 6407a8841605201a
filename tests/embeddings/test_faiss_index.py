import subprocess
import sys

from embeddings.faiss_index import FaissIndex
from tests.contracts.vector_index import VectorIndexContract, unit_vectors


class TestFaissIndex(VectorIndexContract):
    index_class = FaissIndex

    def test_the_view_of_its_vectors_cannot_be_written(self) -> None:
        assert not FaissIndex.build(unit_vectors(3)).vectors().flags.writeable


def test_importing_the_package_loads_no_heavy_library() -> None:
    modules = "encoder index tokens language sentences roles text cache loading plan section generations"
    modules += " transformer_encoder tfidf_encoder"
    code = f"""
import importlib, sys
for name in {modules.split()!r}:
    importlib.import_module("embeddings." + name)
print([name for name in ("torch", "sentence_transformers", "transformers", "sklearn", "faiss") if name in sys.modules])
"""
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"
