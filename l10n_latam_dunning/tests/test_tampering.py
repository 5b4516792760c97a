import io
import tempfile
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path

from odoo.tools import SQL

from ..core.evidence import verify
from .common import WEDNESDAY
from .evidence import EvidenceCommon


class TestTampering(EvidenceCommon):
    """Every kind of fact, and every way to falsify it behind the program's back."""

    def setUp(self):
        super().setUp()
        self.live()
        self.luis = self.create_debtor("Luis Soto", phone="+51 987 111 222")
        self.create_invoice(self.luis, days=-8)
        self.clock.move_to(WEDNESDAY + timedelta(days=8))
        self.propose()
        self.env["dunning.hold"].create({"partner_id": self.luis.id, "reason": "dispute"})
        self.deliver()
        self.env["dunning.message"].sudo().search(
            [("partner_id", "=", self.luis.id), ("state", "in", ("queued", "waiting"))]
        )._update_state(("queued", "waiting"), "cancelled")
        self.answer_page(self.luis)
        for partner in (self.rosa, self.luis):
            self.env["dunning.access.log"]._log("export", partner, reason="a reason", count=1)
        self.seal()

    def examples(self):
        """{model: (a record of Rosa, one of Luis or nothing)}, for every model that is evidence."""
        found = {}
        for Model in self.env["dunning.evidence"]._evidence_models():
            name = "message_id.partner_id" if Model._name == "dunning.event" else "partner_id"
            one = Model.search([(name, "=", self.rosa.id)], order="id", limit=1)
            two = Model.search([(name, "=", self.luis.id)], order="id", limit=1)
            self.assertTrue(one, f"make an example of {Model._name} in EvidenceCommon")
            found[Model._name] = (one, two)
        return found

    def found_after(self, *queries):
        """What the check names after changes that are undone again."""
        self.env.flush_all()
        with self.env.cr.savepoint() as savepoint:
            self.env.cr.execute("SET LOCAL session_replication_role = replica")
            for query in queries:
                self.env.cr.execute(query)
            self.env.cr.execute("SET LOCAL session_replication_role = origin")
            found = self.problems()
            savepoint.rollback()
        self.env.invalidate_all()
        return found

    def table(self, record):
        return SQL.identifier(record._table)

    def test_nothing_is_named_before(self):
        self.assertFalse(self.problems())

    def test_a_deleted_record_of_any_kind_is_named(self):
        for name, (one, _two) in self.examples().items():
            with self.subTest(model=name):
                found = self.found_after(
                    SQL("DELETE FROM %s WHERE id = %s", self.table(one), one.id)
                )
                self.assertIn((name, one.id), found)

    def test_a_record_of_any_kind_that_is_given_to_another_person_is_named(self):
        for name, (one, _two) in self.examples().items():
            if name == "dunning.event":
                query = SQL(
                    "UPDATE dunning_event SET message_id = %s WHERE id = %s",
                    self.examples()["dunning.message"][1].id,
                    one.id,
                )
            else:
                query = SQL(
                    "UPDATE %s SET partner_id = %s WHERE id = %s",
                    self.table(one),
                    self.luis.id,
                    one.id,
                )
            with self.subTest(model=name):
                self.assertIn((name, one.id), self.found_after(query))

    def test_two_records_of_any_kind_that_are_swapped_are_both_named(self):
        for name, (one, two) in self.examples().items():
            if not two:
                continue
            table = self.table(one)
            with self.subTest(model=name):
                found = self.found_after(
                    SQL("UPDATE %s SET id = -1 WHERE id = %s", table, one.id),
                    SQL("UPDATE %s SET id = %s WHERE id = %s", table, one.id, two.id),
                    SQL("UPDATE %s SET id = %s WHERE id = -1", table, two.id),
                )
                self.assertLessEqual({(name, one.id), (name, two.id)}, set(found))

    def test_a_record_of_any_kind_that_is_put_in_with_an_old_date_is_named(self):
        for name, (one, _two) in self.examples().items():
            columns = [
                field.name
                for field in one._fields.values()
                if field.store and field.column_type and field.name != "id"
            ]
            own = {
                "key": SQL("key || 'x'"),
                "reference": SQL("reference || 'x'"),
                "once": SQL("NULL"),
                "provider_ref": SQL("NULL"),
                "create_date": SQL("create_date - interval '30 days'"),
                "write_date": SQL("write_date - interval '30 days'"),
                "history": SQL(
                    '(SELECT jsonb_agg(step || \'{"at": "2026-01-01 10:00:00"}\')'
                    " FROM jsonb_array_elements(history) step)"
                ),
            }
            names = SQL(", ").join(SQL.identifier(column) for column in columns)
            values = SQL(", ").join(own.get(column, SQL.identifier(column)) for column in columns)
            table = self.table(one)
            query = SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s WHERE id = %s",
                table, names, values, table, one.id,
            )  # fmt: skip
            with self.subTest(model=name):
                self.assertTrue(
                    {res_id for model, res_id in self.found_after(query) if model == name}
                )

    def test_facts_of_any_kind_that_change_places_in_the_chain_are_named(self):
        for name, (one, _two) in self.examples().items():
            entry = self.entries.search([("model", "=", name), ("res_id", "=", one.id)], limit=1)
            other = self.entries.search(
                [("seal_id", "=", entry.seal_id.id), ("id", "!=", entry.id)], limit=1
            )
            swap = [
                SQL("UPDATE dunning_seal_entry SET position = -1 WHERE id = %s", entry.id),
                SQL(
                    "UPDATE dunning_seal_entry SET position = %s WHERE id = %s",
                    entry.position,
                    other.id,
                ),
                SQL(
                    "UPDATE dunning_seal_entry SET position = %s WHERE id = %s",
                    other.position,
                    entry.id,
                ),
            ]
            with self.subTest(model=name):
                self.assertIn(("dunning.seal", entry.seal_id.id), self.found_after(*swap))

    def test_a_fact_of_any_kind_that_is_dated_back_in_the_chain_is_named(self):
        for name, (one, _two) in self.examples().items():
            query = SQL(
                """UPDATE dunning_seal_entry SET at = '2020-01-01T00:00:00Z'
                    WHERE model = %s AND res_id = %s""",
                name,
                one.id,
            )
            with self.subTest(model=name):
                self.assertIn((name, one.id), self.found_after(query))

    def test_a_seal_without_its_facts_and_facts_without_their_seal_are_named(self):
        seal = self.seals.search([("chain", "=", self.company.id)], order="number desc", limit=1)
        found = self.found_after(SQL("DELETE FROM dunning_seal_entry WHERE seal_id = %s", seal.id))
        self.assertIn(("dunning.seal", seal.id), found)
        found = self.found_after(SQL("DELETE FROM dunning_seal WHERE id = %s", seal.id))
        self.assertIn(("dunning.seal", seal.id), found)

    def test_a_tail_that_was_cut_off_does_not_fit_an_older_copy(self):
        """Inside the database, seals that are gone with all that they held leave no trace: that is
        what the copies outside are for."""
        older = self.file()
        seal = self.seals.search([("chain", "=", self.company.id)], order="number desc", limit=1)
        self.sql("SET LOCAL session_replication_role = replica")
        self.sql("DELETE FROM dunning_seal_entry WHERE seal_id = %s", seal.id)
        self.sql("DELETE FROM dunning_seal WHERE id = %s", seal.id)
        self.sql("SET LOCAL session_replication_role = origin")
        with tempfile.TemporaryDirectory() as folder:
            old, new = Path(folder) / "old.zip", Path(folder) / "new.zip"
            old.write_bytes(older)
            new.write_bytes(self.file())
            out = io.StringIO()
            with redirect_stdout(out):
                code = verify.main([str(new), "--against", str(old)], "en")
        self.assertEqual(code, 1, out.getvalue())
        self.assertRegex(out.getvalue(), r"seal \d+(, known from elsewhere,)? is not")

    def file(self):
        return self.env["dunning.dossier"]._make(
            self.company, self.rosa, kind="complaint", lang="en_US", masked=True, reason="1"
        )[0]
