import pytest

from embeddings.text import (
    EvidenceFields,
    OrganisationFields,
    ProposalFields,
    offered,
    organisation_passages,
    sought,
)

OFFER = ProposalFields(
    kind="TO",
    title="Adesivi a base proteica per il legno",
    summary="Startup tedesca ha sviluppato adesivi senza formaldeide. Cerca mobilifici per prove in linea.",
    description="Gli adesivi resistono all'acqua. La startup cerca laboratori di prova per la certificazione.",
    advantages="Emissioni ridotte del 90%",
    partner_role="Il partner prova l'adesivo sui propri pannelli",
    keywords=("collanti",),
)
REQUEST = ProposalFields(
    kind="TR",
    title="Swiss company seeks food side streams",
    summary="The company makes biopolymers. It is looking for brewers with spent grain.",
    expertise_sought="Knowledge of drying spent grain",
    partner_role="Deliver ten tonnes a month",
)


def test_an_offer_offers_its_technology_and_not_the_partner_it_looks_for() -> None:
    text = offered(OFFER)
    for said in ("Adesivi a base proteica", "senza formaldeide", "resistono all'acqua", "90%", "collanti"):
        assert said in text
    for unsaid in ("mobilifici", "laboratori", "propri pannelli"):
        assert unsaid not in text


def test_an_offer_seeks_the_partner_it_looks_for_in_its_topic() -> None:
    text = sought(OFFER)
    for said in ("Adesivi a base proteica", "mobilifici", "laboratori", "propri pannelli"):
        assert said in text
    assert "90%" not in text
    assert "resistono all'acqua" not in text


def test_a_request_seeks_all_that_it_says_and_offers_its_topic_only() -> None:
    for said in ("food side streams", "spent grain", "drying", "ten tonnes"):
        assert said in sought(REQUEST)
    assert "biopolymers" in offered(REQUEST)
    for unsaid in ("drying", "ten tonnes"):
        assert unsaid not in offered(REQUEST)


@pytest.mark.parametrize("kind", ["TO", "TR", "BO", "BR", "RDR"])
@pytest.mark.parametrize("title", ["Azienda cerca partner", "Company seeks partners", "5G", "Cerca lino", "Partner"])
def test_no_text_is_empty_however_little_a_profile_says(kind: str, title: str) -> None:
    assert offered(ProposalFields(kind, title))
    assert sought(ProposalFields(kind, title))


def test_sentences_that_every_profile_has_are_left_out() -> None:
    fields = ProposalFields(
        "TR", "Sensori di umidità", "La PMI cerca partner per un accordo commerciale. Servono 200 sensori."
    )
    assert "accordo" not in sought(fields)
    assert "200 sensori" in sought(fields)


def test_both_languages_of_a_proposal_are_read() -> None:
    fields = ProposalFields(
        "TO", "Pompe di calore", second_title="Heat pumps", second_summary="Made for cold climates."
    )
    assert offered(fields) == "Pompe di calore\nHeat pumps\nMade for cold climates."


def test_a_project_offers_its_topic_and_seeks_it_with_the_expertise() -> None:
    fields = ProposalFields(
        "RDR", "Hydrogen storage in salt caverns", "We study leaks.", expertise_sought="Geomechanics"
    )
    assert offered(fields) == "Hydrogen storage in salt caverns\nWe study leaks."
    assert sought(fields).endswith("Geomechanics")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="'XX'"):
        ProposalFields("XX", "title")


def test_an_organisation_gives_its_profile_and_each_evidence() -> None:
    passages = organisation_passages(
        OrganisationFields(
            name="Istituto Prova",
            description="Laboratorio per la corrosione dei metalli",
            competences=("elettrochimica", "metallografia"),
            evidence=(
                EvidenceFields("Corrosion of steel in sea water", "We measured pitting.", ("steel",)),
                EvidenceFields(""),
            ),
        )
    )
    assert [(passage.evidence, passage.language) for passage in passages] == [(None, "it"), (0, "en")]
    assert "metallografia" in passages[0].text
    assert passages[1].text == "Corrosion of steel in sea water\nWe measured pitting.\nsteel"


def test_a_name_alone_is_a_passage_only_where_nothing_else_is_known() -> None:
    assert [p.text for p in organisation_passages(OrganisationFields("Ente Prova"))] == ["Ente Prova"]
    known = OrganisationFields("Ente Prova", evidence=(EvidenceFields("Studio dei fanghi"),))
    assert [p.text for p in organisation_passages(known)] == ["Studio dei fanghi"]
