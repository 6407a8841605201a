"""first schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('concept',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tree', sa.String(length=30), nullable=False),
    sa.Column('version', sa.String(length=40), nullable=False),
    sa.Column('code', sa.String(length=100), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('label_it', sa.String(length=300), nullable=False),
    sa.Column('label_en', sa.String(length=300), nullable=False),
    sa.Column('description_it', sa.Text(), nullable=True),
    sa.Column('description_en', sa.Text(), nullable=True),
    sa.Column('synonyms_it', sa.JSON(), nullable=False),
    sa.Column('synonyms_en', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.CheckConstraint("code <> ''", name=op.f('ck_concept_code_given')),
    sa.CheckConstraint("tree IN ('s3_2014', 's3_2021', 'sdg', 'een_technology', 'een_market', 'competence')", name=op.f('ck_concept_tree')),
    sa.CheckConstraint('valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to', name=op.f('ck_concept_valid_order')),
    sa.ForeignKeyConstraint(['parent_id'], ['concept.id'], name=op.f('fk_concept_parent_id_concept'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concept')),
    sa.UniqueConstraint('tree', 'version', 'code', name=op.f('uq_concept_tree_version_code'))
    )
    with op.batch_alter_table('concept', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_concept_parent_id'), ['parent_id'], unique=False)

    op.create_table('organisation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=500), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('size', sa.String(length=30), nullable=True),
    sa.Column('country', sa.String(length=2), nullable=True),
    sa.Column('region', sa.String(length=200), nullable=True),
    sa.Column('city', sa.String(length=200), nullable=True),
    sa.Column('website', sa.String(length=1000), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=True),
    sa.Column('tax_code', sa.String(length=40), nullable=True),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('company', 'university', 'research_organisation', 'public_body', 'cluster', 'intermediary', 'other')", name=op.f('ck_organisation_kind')),
    sa.CheckConstraint("name <> ''", name=op.f('ck_organisation_name_given')),
    sa.CheckConstraint("reference <> ''", name=op.f('ck_organisation_reference_given')),
    sa.CheckConstraint("size IN ('SME <=10', 'SME 11-49', 'SME 50-249', 'Big company', 'R&D Institution', 'University', 'Other')", name=op.f('ck_organisation_size')),
    sa.CheckConstraint('country IS NULL OR length(country) = 2', name=op.f('ck_organisation_country_two_letters')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation')),
    sa.UniqueConstraint('reference', name=op.f('uq_organisation_reference')),
    sa.UniqueConstraint('tax_code', name=op.f('uq_organisation_tax_code'))
    )
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organisation_updated_at'), ['updated_at'], unique=False)

    op.create_table('run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('job', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('step', sa.String(length=40), nullable=True),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('running', 'done', 'failed', 'interrupted')", name=op.f('ck_run_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run'))
    )
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_run_job'), ['job'], unique=False)

    op.create_table('source_cursor',
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('last_success', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('source', name=op.f('pk_source_cursor'))
    )
    op.create_table('crosswalk',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('from_id', sa.Integer(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=False),
    sa.Column('weight', sa.Double(), nullable=False),
    sa.CheckConstraint('from_id <> to_id', name=op.f('ck_crosswalk_not_itself')),
    sa.CheckConstraint('weight >= 0 AND weight <= 1', name=op.f('ck_crosswalk_weight_unit')),
    sa.ForeignKeyConstraint(['from_id'], ['concept.id'], name=op.f('fk_crosswalk_from_id_concept'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['to_id'], ['concept.id'], name=op.f('fk_crosswalk_to_id_concept'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crosswalk')),
    sa.UniqueConstraint('from_id', 'to_id', name=op.f('uq_crosswalk_from_id_to_id'))
    )
    with op.batch_alter_table('crosswalk', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_crosswalk_to_id'), ['to_id'], unique=False)

    op.create_table('evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=1000), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('source', sa.String(length=100), nullable=True),
    sa.Column('reference', sa.String(length=200), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=True),
    sa.Column('url', sa.String(length=1000), nullable=True),
    sa.CheckConstraint("kind IN ('project', 'product', 'patent', 'publication')", name=op.f('ck_evidence_kind')),
    sa.CheckConstraint("title <> ''", name=op.f('ck_evidence_title_given')),
    sa.CheckConstraint('year IS NULL OR (year >= 1800 AND year <= 2200)', name=op.f('ck_evidence_year_plausible')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_evidence_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence')),
    sa.UniqueConstraint('organisation_id', 'position', name=op.f('uq_evidence_organisation_id_position'))
    )
    op.create_table('organisation_competence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('term', sa.String(length=300), nullable=False),
    sa.Column('code', sa.String(length=100), nullable=True),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('weight', sa.Double(), nullable=False),
    sa.CheckConstraint("origin IN ('declared', 'confirmed', 'derived', 'removed')", name=op.f('ck_organisation_competence_origin')),
    sa.CheckConstraint("term <> ''", name=op.f('ck_organisation_competence_term_given')),
    sa.CheckConstraint('weight >= 0 AND weight <= 1', name=op.f('ck_organisation_competence_weight_unit')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_organisation_competence_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation_competence')),
    sa.UniqueConstraint('organisation_id', 'term', 'origin', name=op.f('uq_organisation_competence_organisation_id_term_origin'))
    )
    with op.batch_alter_table('organisation_competence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organisation_competence_code'), ['code'], unique=False)

    op.create_table('organisation_external_id',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('scheme', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_organisation_external_id_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation_external_id')),
    sa.UniqueConstraint('scheme', 'value', name=op.f('uq_organisation_external_id_scheme_value'))
    )
    with op.batch_alter_table('organisation_external_id', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organisation_external_id_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('organisation_theme',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('tree', sa.String(length=30), nullable=False),
    sa.Column('code', sa.String(length=100), nullable=False),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('weight', sa.Double(), nullable=False),
    sa.CheckConstraint("origin IN ('declared', 'confirmed', 'derived', 'removed')", name=op.f('ck_organisation_theme_origin')),
    sa.CheckConstraint("tree IN ('s3_2014', 's3_2021', 'sdg', 'een_technology', 'een_market', 'competence')", name=op.f('ck_organisation_theme_tree')),
    sa.CheckConstraint('weight >= 0 AND weight <= 1', name=op.f('ck_organisation_theme_weight_unit')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_organisation_theme_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation_theme')),
    sa.UniqueConstraint('organisation_id', 'tree', 'code', 'origin', name=op.f('uq_organisation_theme_organisation_id_tree_code_origin'))
    )
    with op.batch_alter_table('organisation_theme', schema=None) as batch_op:
        batch_op.create_index('ix_organisation_theme_tree_code', ['tree', 'code'], unique=False)

    op.create_table('proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=3), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=True),
    sa.Column('country', sa.String(length=2), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('summary', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('advantages', sa.Text(), nullable=True),
    sa.Column('expertise_sought', sa.Text(), nullable=True),
    sa.Column('partner_role', sa.Text(), nullable=True),
    sa.Column('stage', sa.String(length=40), nullable=True),
    sa.Column('ipr', sa.String(length=40), nullable=True),
    sa.Column('ipr_notes', sa.Text(), nullable=True),
    sa.Column('second_language', sa.String(length=2), nullable=True),
    sa.Column('second_title', sa.String(length=500), nullable=True),
    sa.Column('second_summary', sa.Text(), nullable=True),
    sa.Column('second_description', sa.Text(), nullable=True),
    sa.Column('partnership_types', sa.JSON(), nullable=False),
    sa.Column('partner_types', sa.JSON(), nullable=False),
    sa.Column('target_countries', sa.JSON(), nullable=False),
    sa.Column('keywords', sa.JSON(), nullable=False),
    sa.Column('call', sa.JSON(), nullable=True),
    sa.Column('open_for_eoi', sa.Boolean(), nullable=True),
    sa.Column('public_url', sa.String(length=1000), nullable=True),
    sa.Column('published', sa.Date(), nullable=True),
    sa.Column('expires', sa.Date(), nullable=True),
    sa.Column('last_modified', sa.DateTime(timezone=True), nullable=True),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("ipr IN ('No IPR applied', 'Secret know-how', 'IPR applied but not yet granted', 'IPR granted')", name=op.f('ck_proposal_ipr')),
    sa.CheckConstraint("kind IN ('TO', 'TR', 'BO', 'BR', 'RDR')", name=op.f('ck_proposal_kind')),
    sa.CheckConstraint("reference <> ''", name=op.f('ck_proposal_reference_given')),
    sa.CheckConstraint("stage IN ('Concept stage', 'Under development', 'Lab tested', 'Available for demonstration', 'Already on the market')", name=op.f('ck_proposal_stage')),
    sa.CheckConstraint("state IN ('draft', 'to_validate', 'published', 'feedback_received', 'refused', 'withdrawn', 'expired', 'closed', 'archived')", name=op.f('ck_proposal_state')),
    sa.CheckConstraint("title <> ''", name=op.f('ck_proposal_title_given')),
    sa.CheckConstraint('country IS NULL OR length(country) = 2', name=op.f('ck_proposal_country_two_letters')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_proposal_organisation_id_organisation'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal')),
    sa.UniqueConstraint('reference', name=op.f('uq_proposal_reference'))
    )
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.create_index('ix_proposal_expires', ['expires'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index('ix_proposal_state_kind', ['state', 'kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_updated_at'), ['updated_at'], unique=False)

    op.create_table('rejected_row',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('file', sa.String(length=1000), nullable=False),
    sa.Column('position', sa.String(length=60), nullable=False),
    sa.Column('reference', sa.String(length=200), nullable=True),
    sa.Column('field', sa.String(length=100), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['run.id'], name=op.f('fk_rejected_row_run_id_run'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rejected_row'))
    )
    with op.batch_alter_table('rejected_row', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rejected_row_run_id'), ['run_id'], unique=False)

    op.create_table('curation_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('candidate_organisation_id', sa.Integer(), nullable=True),
    sa.Column('candidate_proposal_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('actor', sa.String(length=200), nullable=False),
    sa.Column('undoes_id', sa.Integer(), nullable=True),
    sa.Column('seen', sa.JSON(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(action = 'undo') = (undoes_id IS NOT NULL)", name=op.f('ck_curation_decision_undo_names_decision')),
    sa.CheckConstraint("action <> 'reject' OR reason IS NOT NULL", name=op.f('ck_curation_decision_reject_has_reason')),
    sa.CheckConstraint("action IN ('accept', 'reject', 'pin', 'add', 'note', 'undo')", name=op.f('ck_curation_decision_action')),
    sa.CheckConstraint("reason IN ('wrong_competence', 'wrong_theme', 'wrong_partner_type', 'wrong_country', 'wrong_stage', 'competitor', 'already_in_contact', 'not_available', 'other')", name=op.f('ck_curation_decision_reason')),
    sa.CheckConstraint('(candidate_organisation_id IS NULL) <> (candidate_proposal_id IS NULL)', name=op.f('ck_curation_decision_one_candidate')),
    sa.ForeignKeyConstraint(['candidate_organisation_id'], ['organisation.id'], name=op.f('fk_curation_decision_candidate_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['candidate_proposal_id'], ['proposal.id'], name=op.f('fk_curation_decision_candidate_proposal_id_proposal')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_curation_decision_proposal_id_proposal')),
    sa.ForeignKeyConstraint(['undoes_id'], ['curation_decision.id'], name=op.f('fk_curation_decision_undoes_id_curation_decision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_curation_decision'))
    )
    with op.batch_alter_table('curation_decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_curation_decision_candidate_organisation_id'), ['candidate_organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_curation_decision_candidate_proposal_id'), ['candidate_proposal_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_curation_decision_proposal_id'), ['proposal_id'], unique=False)

    op.create_table('proposal_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('tree', sa.String(length=30), nullable=False),
    sa.Column('code', sa.String(length=100), nullable=False),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('weight', sa.Double(), nullable=False),
    sa.CheckConstraint("origin IN ('declared', 'confirmed', 'derived', 'removed')", name=op.f('ck_proposal_code_origin')),
    sa.CheckConstraint("tree IN ('s3_2014', 's3_2021', 'sdg', 'een_technology', 'een_market', 'competence')", name=op.f('ck_proposal_code_tree')),
    sa.CheckConstraint('weight >= 0 AND weight <= 1', name=op.f('ck_proposal_code_weight_unit')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposal_code_proposal_id_proposal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal_code')),
    sa.UniqueConstraint('proposal_id', 'tree', 'code', 'origin', name=op.f('uq_proposal_code_proposal_id_tree_code_origin'))
    )
    with op.batch_alter_table('proposal_code', schema=None) as batch_op:
        batch_op.create_index('ix_proposal_code_tree_code', ['tree', 'code'], unique=False)

    op.create_table('suggestion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('candidate_organisation_id', sa.Integer(), nullable=True),
    sa.Column('candidate_proposal_id', sa.Integer(), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('probability', sa.Double(), nullable=False),
    sa.Column('band', sa.String(length=10), nullable=False),
    sa.Column('explanation', sa.JSON(), nullable=False),
    sa.Column('generation', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("band IN ('strong', 'good', 'possible', 'weak')", name=op.f('ck_suggestion_band')),
    sa.CheckConstraint('(candidate_organisation_id IS NULL) <> (candidate_proposal_id IS NULL)', name=op.f('ck_suggestion_one_candidate')),
    sa.CheckConstraint('candidate_proposal_id IS NULL OR candidate_proposal_id <> proposal_id', name=op.f('ck_suggestion_not_itself')),
    sa.CheckConstraint('probability >= 0 AND probability <= 1', name=op.f('ck_suggestion_probability_unit')),
    sa.CheckConstraint('rank >= 1', name=op.f('ck_suggestion_rank_positive')),
    sa.ForeignKeyConstraint(['candidate_organisation_id'], ['organisation.id'], name=op.f('fk_suggestion_candidate_organisation_id_organisation'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['candidate_proposal_id'], ['proposal.id'], name=op.f('fk_suggestion_candidate_proposal_id_proposal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_suggestion_proposal_id_proposal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suggestion'))
    )
    with op.batch_alter_table('suggestion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_suggestion_candidate_organisation_id'), ['candidate_organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_suggestion_candidate_proposal_id'), ['candidate_proposal_id'], unique=False)
        batch_op.create_index('uq_suggestion_organisation', ['proposal_id', 'candidate_organisation_id'], unique=True)
        batch_op.create_index('uq_suggestion_proposal', ['proposal_id', 'candidate_proposal_id'], unique=True)
    _make_append_only()


def downgrade() -> None:
    """Take back."""
    _drop_append_only()
    with op.batch_alter_table('suggestion', schema=None) as batch_op:
        batch_op.drop_index('uq_suggestion_proposal')
        batch_op.drop_index('uq_suggestion_organisation')
        batch_op.drop_index(batch_op.f('ix_suggestion_candidate_proposal_id'))
        batch_op.drop_index(batch_op.f('ix_suggestion_candidate_organisation_id'))

    op.drop_table('suggestion')
    with op.batch_alter_table('proposal_code', schema=None) as batch_op:
        batch_op.drop_index('ix_proposal_code_tree_code')

    op.drop_table('proposal_code')
    with op.batch_alter_table('curation_decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_curation_decision_proposal_id'))
        batch_op.drop_index(batch_op.f('ix_curation_decision_candidate_proposal_id'))
        batch_op.drop_index(batch_op.f('ix_curation_decision_candidate_organisation_id'))

    op.drop_table('curation_decision')
    with op.batch_alter_table('rejected_row', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rejected_row_run_id'))

    op.drop_table('rejected_row')
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposal_updated_at'))
        batch_op.drop_index('ix_proposal_state_kind')
        batch_op.drop_index(batch_op.f('ix_proposal_organisation_id'))
        batch_op.drop_index('ix_proposal_expires')

    op.drop_table('proposal')
    with op.batch_alter_table('organisation_theme', schema=None) as batch_op:
        batch_op.drop_index('ix_organisation_theme_tree_code')

    op.drop_table('organisation_theme')
    with op.batch_alter_table('organisation_external_id', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organisation_external_id_organisation_id'))

    op.drop_table('organisation_external_id')
    with op.batch_alter_table('organisation_competence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organisation_competence_code'))

    op.drop_table('organisation_competence')
    op.drop_table('evidence')
    with op.batch_alter_table('crosswalk', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_crosswalk_to_id'))

    op.drop_table('crosswalk')
    op.drop_table('source_cursor')
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_run_job'))

    op.drop_table('run')
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organisation_updated_at'))

    op.drop_table('organisation')
    with op.batch_alter_table('concept', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_concept_parent_id'))

    op.drop_table('concept')


def _make_append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION 'curation_decision is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER curation_decision_append_only BEFORE UPDATE OR DELETE ON curation_decision "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER curation_decision_no_{action.lower()} BEFORE {action} ON curation_decision "
            "BEGIN SELECT RAISE(ABORT, 'curation_decision is append-only'); END"
        )


def _drop_append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER curation_decision_append_only ON curation_decision")
        op.execute("DROP FUNCTION refuse_change()")
