"""Contact points were linked to partners by a bare relation; links now carry role and source."""


def migrate(cr, version):
    cr.execute("SELECT to_regclass('dunning_contact_point_res_partner_rel')")
    if not cr.fetchone()[0]:
        return
    cr.execute(
        """
        INSERT INTO dunning_contact_link (contact_point_id, partner_id, role, source,
                                          create_uid, write_uid, create_date, write_date,
                                          confirmed_at, confirmed_by)
             SELECT rel.dunning_contact_point_id, rel.res_partner_id, 'debtor', 'partner',
                    1, 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC',
                    CASE WHEN point.state = 'verified' THEN point.write_date END,
                    CASE WHEN point.state = 'verified' THEN 'person' END
               FROM dunning_contact_point_res_partner_rel rel
               JOIN dunning_contact_point point ON point.id = rel.dunning_contact_point_id
        ON CONFLICT DO NOTHING
        """
    )
    cr.execute("DROP TABLE dunning_contact_point_res_partner_rel")
    cr.execute("DELETE FROM ir_model_relation WHERE name = 'dunning_contact_point_res_partner_rel'")
