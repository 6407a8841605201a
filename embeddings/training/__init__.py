"""How the bilingual model was made: a reproducible pipeline (requirements-training.txt), never used at run time."""
