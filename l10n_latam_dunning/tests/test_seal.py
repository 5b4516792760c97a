from odoo.exceptions import UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tools import SQL

from .evidence import EvidenceCommon

# A different value of a column's type, as SQL over the column itself.
OTHER = {
    "varchar": "coalesce(%(c)s, '') || 'x'",
    "text": "coalesce(%(c)s, '') || 'x'",
    "timestamp": "coalesce(%(c)s, '2030-01-01') + interval '1 hour'",
    "date": "%(c)s + 1",
    "int4": "coalesce(%(c)s, 0) + 1",
    "numeric": "coalesce(%(c)s, 0) + 1",
    "float8": "coalesce(%(c)s, 0) + 1",
    "bool": "NOT coalesce(%(c)s, false)",
    "jsonb": "jsonb_build_array(%(c)s)",
}


class TestSeal(EvidenceCommon):
    def setUp(self):
        super().setUp()
        self.live()

    # === sealing ===

    def test_all_that_is_settled_is_sealed_once_and_checks_out(self):
        seals = self.seal()
        self.assertEqual(set(seals.mapped("chain")), {0, self.company.id})
        parts = self.entries.search([("model", "=", "dunning.message")])
        names = {(entry.res_id, entry.part) for entry in parts}
        for part in ("attempt/0", "provider/0", "state/5", *(f"history/{n}" for n in range(6))):
            self.assertIn((self.message.id, part), names)
        self.assertIn((self.twice.id, "attempt/0"), names)
        self.assertIn((self.twice.id, "attempt/1"), names, "both attempts, as they were said")
        models = set(self.entries.search([]).mapped("model"))
        wanted = {"dunning.consent", "dunning.message", "dunning.event", "dunning.trace"}
        self.assertLessEqual(wanted, models)
        self.assertFalse(self.seal(), "nothing is sealed twice")
        self.assertFalse(self.problems())

    def test_what_goes_on_is_sealed_later_and_the_chain_grows(self):
        self.seal()
        self.message.sudo()._update_state(("read",), "read", "once more")
        (seal,) = self.seal()
        before = self.seals.search([("chain", "=", seal.chain), ("number", "=", seal.number - 1)])
        self.assertEqual(seal.previous, before.hash)
        entries = self.entries.search([("seal_id", "=", seal.id)])
        self.assertEqual(set(entries.mapped("part")), {"history/6", "state/6"})
        self.assertFalse(self.problems())

    def test_what_still_waits_is_not_sealed(self):
        debtor = self.create_debtor("Luis Pardo", phone="+51 987 654 322")
        self.create_invoice(debtor, days=-8)
        waiting = self.propose().filtered(lambda m: m.partner_id == debtor)
        self.assertEqual(waiting.state, "queued")
        self.seal()
        self.assertFalse(self.entries.search([("partner", "=", debtor.id), ("chain", "!=", 0)]))

    def test_facts_of_each_partner_are_numbered_without_gaps(self):
        self.seal()
        for chain in (0, self.company.id):
            entries = self.entries.search(
                [("partner", "=", self.rosa.id), ("chain", "=", chain)], order="nth"
            )
            self.assertEqual(entries.mapped("nth"), list(range(1, len(entries) + 1)))

    def test_many_facts_make_several_seals_and_only_the_last_is_complete(self):
        self.env["dunning.access.log"]._log("export", self.rosa)
        self.patch(self.module("dunning_seal"), "BATCH", 5)
        seals = self.seal().filtered("chain").sorted("number")
        self.assertGreater(len(seals), 3)
        self.assertEqual(set(seals[:-1].mapped("complete_to")), {False})
        self.assertTrue(seals[-1].complete_to)
        self.assertFalse(self.problems())

    def module(self, name):
        import importlib

        return importlib.import_module(f"odoo.addons.l10n_latam_dunning.models.{name}")

    def test_sealing_asks_the_database_the_same_number_of_questions_for_any_number_of_messages(
        self,
    ):
        self.seal()
        counts = []
        for number in (3, 40):
            self.refuse(number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.seal()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(abs(counts[0] - counts[1]), 2, counts)

    def test_seals_traces_and_the_access_log_are_never_changed_through_the_program(self):
        self.seal()
        log = self.env["dunning.access.log"]._log("export", self.rosa)
        for record in (
            self.seals.search([], limit=1),
            self.entries.search([], limit=1),
            self.env["dunning.trace"].sudo().search([], limit=1),
            log,
        ):
            with self.subTest(record), self.assertRaises(UserError):
                record.write({"create_uid": 1})
            with self.subTest(record), self.assertRaises(UserError):
                record.unlink()

    # === completeness ===

    def test_every_stored_field_of_evidence_is_told_or_set_aside_with_a_reason(self):
        for Model in self.env["dunning.evidence"]._evidence_models():
            stored = {
                name
                for name, field in Model._fields.items()
                if field.store
                and field.column_type
                and name not in MAGIC_COLUMNS
                and self.test_module in field._modules
            }
            named = {*Model._evidence_fields, *Model._evidence_aside} - set(MAGIC_COLUMNS)
            told = {name for name in named if Model._fields[name].column_type}
            with self.subTest(Model._name):
                self.assertEqual(stored, told, "tell a new field as evidence, or say why not")
                self.assertFalse(set(Model._evidence_fields) & set(Model._evidence_aside))

    # === tampering ===

    def changes(self, record, names):
        """For each stored column of these fields, a query that gives it another value."""
        for name in names:
            field = record._fields[name]
            if not field.column_type:
                continue
            column = SQL.identifier(name)
            other = SQL(OTHER.get(field.column_type[0], OTHER["varchar"]) % {"c": f'"{name}"'})
            if field.type == "many2one":
                table = SQL.identifier(self.env[field.comodel_name]._table)
                other = SQL(
                    "(SELECT max(id) FROM %s o WHERE o.id <> coalesce(r.%s, 0))", table, column
                )
            table = SQL.identifier(record._table)
            yield (
                name,
                SQL("UPDATE %s r SET %s = %s WHERE id = %s", table, column, other, record.id),
            )

    def assertNamed(self, query, *records):
        """The check names these records after a change that is undone again."""
        self.env.flush_all()
        with self.env.cr.savepoint() as savepoint:
            self.env.cr.execute("SET LOCAL session_replication_role = replica")  # foreign keys
            self.env.cr.execute(query)
            self.assertTrue(self.env.cr.rowcount)
            self.env.cr.execute("SET LOCAL session_replication_role = origin")
            found = self.problems()
            savepoint.rollback()
        self.env.invalidate_all()
        self.assertLessEqual({(record._name, record.id) for record in records}, set(found))
        return found

    def test_any_one_changed_field_names_its_record(self):
        self.env["dunning.access.log"]._log("export", self.rosa, reason="a reason", count=1)
        self.seal()
        self.account.copy({"phone_number_id": "300000000000009"})
        events, traces = self.env["dunning.event"].sudo(), self.env["dunning.trace"].sudo()
        examples = [
            self.consent,
            self.message,
            self.answer,
            events.search([("kind", "=", "inbound")]),
            traces.search([("model", "=", "dunning.hold")], limit=1),
            self.env["dunning.access.log"].sudo().search([], limit=1),
        ]
        models = self.env["dunning.evidence"]._evidence_models()
        self.assertEqual({one._name for one in examples}, {model._name for model in models})
        changed = 0
        for record in examples:
            names = {*record._evidence_fields, "partner_id"} & set(record._fields) - {"next_id"}
            if record._name == "dunning.event":
                names -= {"partner_id"}  # its message says whose it is
            for name, query in self.changes(record, names):
                with self.subTest(model=record._name, field=name):
                    self.assertNamed(query, record)
                    changed += 1
        self.assertGreater(changed, 55)

    def test_a_next_message_that_is_made_up_is_named(self):
        self.sql(
            "UPDATE dunning_message SET create_date = '2026-01-01' WHERE id = %s", self.refused.id
        )
        self.seal()
        query = SQL(
            "UPDATE dunning_message SET next_id = %s WHERE id = %s",
            self.refused.id,
            self.message.id,
        )
        self.assertNamed(query, self.message)

    def test_any_one_changed_field_of_a_hold_names_it(self):
        self.seal()
        for record in (self.hold,):
            for name, query in self.changes(record, set(record._traced_names()) - {"payment_id"}):
                with self.subTest(record=record, field=name):
                    self.assertNamed(query, record)

    def test_the_field_that_was_changed_is_said(self):
        self.seal()
        query = SQL("UPDATE dunning_message SET body = 'forged' WHERE id = %s", self.message.id)
        found = self.assertNamed(query, self.message)
        self.assertEqual(list(found), [("dunning.message", self.message.id)])
        (text,) = found["dunning.message", self.message.id]
        self.assertEqual(text, "“attempt/0” is not what was sealed: body")

    def test_other_changes_of_a_message_name_it(self):
        self.seal()
        line = self.message.line_ids[0]
        for query in (
            SQL("UPDATE dunning_message_line SET amount = amount + 1 WHERE id = %s", line.id),
            SQL("DELETE FROM dunning_message_line WHERE id = %s", line.id),
            SQL("UPDATE dunning_message SET history = history - 1 WHERE id = %s", self.message.id),
            SQL(
                """UPDATE dunning_contact_point SET value = '+51999999999' WHERE id = %s""",
                self.message.contact_point_id.id,
            ),
            SQL("DELETE FROM dunning_message WHERE id = %s", self.message.id),
        ):
            with self.subTest(query.code):
                self.assertNamed(query, self.message)
        query = SQL(
            """UPDATE dunning_message SET earlier = jsonb_set(
                   earlier, '{0,told,body}', '"forged"') WHERE id = %s""",
            self.twice.id,
        )
        self.assertNamed(query, self.twice)

    def test_another_document_names_the_consent(self):
        self.seal()
        self.consent.attachment_id.sudo().raw = b"forged"
        self.assertIn(("dunning.consent", self.consent.id), self.problems())

    def test_deleted_swapped_and_forged_records_are_named(self):
        self.seal()
        ids = (self.message.id, self.refused.id)
        swap = SQL(
            """UPDATE dunning_message a SET reason_codes = b.reason_codes, body = b.body
                 FROM dunning_message b WHERE a.id IN %s AND b.id IN %s AND a.id <> b.id""",
            ids,
            ids,
        )
        self.assertNamed(swap, self.message, self.refused)
        self.assertNamed(
            SQL("DELETE FROM dunning_consent WHERE id = %s", self.consent.id), self.consent
        )
        self.assertNamed(SQL("DELETE FROM dunning_hold WHERE id = %s", self.hold.id), self.hold)
        trace = self.env["dunning.trace"].sudo().search([], limit=1)
        self.assertNamed(SQL("DELETE FROM dunning_trace WHERE id = %s", trace.id), trace)

    def test_a_consent_that_was_put_in_with_an_old_date_is_named_before_and_after_its_seal(self):
        self.seal()
        self.sql(
            """INSERT INTO dunning_consent (partner_id, channel, purpose, event, kind, source,
                      effective_at, create_date, create_uid)
               SELECT partner_id, channel, purpose, event, kind, source, effective_at,
                      create_date - interval '30 days', create_uid
                 FROM dunning_consent WHERE id = %s""",
            self.consent.id,
        )
        forged = self.env["dunning.consent"].search([], order="id desc", limit=1)
        (text,) = self.problems()["dunning.consent", forged.id]
        self.assertIn("“given” was put in afterwards: everything of", text)
        self.assertFalse(self.seal(), "the old is not looked through for facts to seal")
        # whoever also knows how to get it sealed
        self.seals._write_seal(0, list(forged.sudo()._facts().values()), None)
        (text,) = self.problems()["dunning.consent", forged.id]
        self.assertIn("was sealed only after everything of that time had been", text)

    def test_a_hold_made_behind_the_program_s_back_is_found(self):
        self.seal()
        self.sql(
            """INSERT INTO dunning_hold (company_id, partner_id, user_id, scope, reason, date_from)
               VALUES (%s, %s, %s, 'debtor', 'dispute', %s)""",
            self.company.id,
            self.rosa.id,
            self.env.uid,
            self.hold.date_from,
        )
        forged = self.env["dunning.hold"].search([], order="id desc", limit=1)
        self.assertIn(("dunning.hold", forged.id), self.problems())
        self.seal()
        trace = self.env["dunning.trace"].sudo().search([("res_id", "=", forged.id)])
        self.assertEqual(trace.kind, "found")

    def test_changes_of_the_chain_itself_are_named(self):
        self.seal()
        self.message.sudo()._update_state(("read",), "read", "once more")
        self.seal()
        seals = self.seals.search([("chain", "=", self.company.id)], order="number")
        entry = self.entries.search([("seal_id", "=", seals[0].id)], limit=1)
        named = self.env[entry.model].browse(entry.res_id)
        for query in (
            SQL("UPDATE dunning_seal_entry SET at = '2020' WHERE id = %s", entry.id),
            SQL("UPDATE dunning_seal_entry SET partner = 1 WHERE id = %s", entry.id),
            SQL("UPDATE dunning_seal_entry SET leaves = '{}' WHERE id = %s", entry.id),
        ):
            with self.subTest(query.code):
                self.assertNamed(query, named)
        for query, seal in (
            (SQL("DELETE FROM dunning_seal_entry WHERE id = %s", entry.id), seals[0]),
            (SQL("UPDATE dunning_seal SET root = previous WHERE id = %s", seals[0].id), seals[0]),
            (
                SQL("UPDATE dunning_seal SET sealed_at = '2020-01-01' WHERE id = %s", seals[0].id),
                seals[0],
            ),
            (SQL("DELETE FROM dunning_seal WHERE id = %s", seals[0].id), seals[1]),
            (SQL("UPDATE dunning_seal SET number = 9 WHERE id = %s", seals[1].id), seals[1]),
        ):
            with self.subTest(query.code):
                self.assertNamed(query, seal)

    def test_facts_that_are_taken_out_of_a_seal_are_noticed(self):
        self.seal()
        query = SQL(
            "DELETE FROM dunning_seal_entry WHERE model = 'dunning.message' AND res_id = %s",
            self.message.id,
        )
        seal = self.seals.search([("chain", "=", self.company.id)], order="number", limit=1)
        self.assertNamed(query, seal)

    # === merges ===

    def test_merged_contacts_keep_what_was_sealed_of_both(self):
        other = self.create_debtor("Rosa Q.", phone="+51 987 654 321")
        self.seal()
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge([self.rosa.id, other.id], other)
        self.assertFalse(self.rosa.exists())
        self.assertEqual(self.message.partner_id, other)
        self.assertFalse(self.problems())
        self.seal()
        self.assertFalse(self.problems())

    # === scheduled actions ===

    def test_the_scheduled_action_seals_every_chain(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_latam_dunning.ir_cron_seal").method_direct_trigger()
        self.assertFalse(self.seal())
        self.assertTrue(self.seals.search([("chain", "=", self.company.id)]))

    def test_the_weekly_check_tells_the_officers(self):
        self.seal()
        officer = self.env.ref("base.user_admin")
        self.seals._cron_check()
        before = self.env["mail.message"].search_count([("subject", "=", "Evidence was changed")])
        self.assertFalse(before)
        self.sql("UPDATE dunning_message SET body = 'forged' WHERE id = %s", self.message.id)
        with self.assertLogs("odoo.addons.l10n_latam_dunning", "ERROR"):
            self.seals._cron_check()
        told = self.env["mail.message"].search([("subject", "=", "Evidence was changed")])
        self.assertIn(officer.partner_id, told.partner_ids)
        self.assertIn(f"dunning.message/{self.message.id}", told[0].body)
