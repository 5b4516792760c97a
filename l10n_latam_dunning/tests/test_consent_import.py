from datetime import timedelta

from odoo.tools import file_open

from .common import WEDNESDAY, DunningCommon

FIELDS = ["partner_id", "channel", "event", "effective_at", "proof", "source"]
OPTIONS = {
    "has_headers": True,
    "separator": ",",
    "quoting": '"',
    "encoding": "utf-8",
    "date_format": "%Y-%m-%d",
    "datetime_format": "%Y-%m-%d %H:%M:%S",
    "skip": 0,
}
SAID = "2026-03-31 10:00:00"


class TestConsentImport(DunningCommon):
    """Consents from files, through Odoo's own importer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.tz = "America/Lima"
        cls.debtors = cls.env["res.partner"].create(
            [
                {
                    "name": f"Debtor {index:03}",
                    "ref": f"C-{index:03}",
                    "phone": f"+51 987 600 {index:03}",
                    "country_id": cls.peru.id,
                }
                for index in range(200)
            ]
        )

    def facts(self):
        return self.env["dunning.consent"].search([])

    def run_file(self, lines, names=FIELDS, dryrun=False):
        """The importer's answer for lines of CSV, as the client asks for it."""
        text = "\n".join([",".join(names), *(",".join(line) for line in lines)])
        wizard = self.env["base_import.import"].create(
            {
                "res_model": "dunning.consent",
                "file": text.encode(),
                "file_name": "consents.csv",
                "file_type": "text/csv",
            }
        )
        return wizard.execute_import(list(names), list(names), dict(OPTIONS), dryrun=dryrun)

    def load(self, *rows, names=FIELDS):
        return self.env["dunning.consent"].load(list(names), [list(row) for row in rows])

    def line(self, index, **changes):
        told = {
            "partner_id": f"Debtor {index:03}",
            "channel": "WhatsApp",
            "event": "Granted",
            "effective_at": SAID,
            "proof": f"Contract {index}",
            "source": "Signed form",
            **changes,
        }
        return [told[name] for name in FIELDS]

    def test_of_200_lines_exactly_the_six_bad_ones_are_named_and_nothing_is_half_done(self):
        lines = [self.line(index) for index in range(200)]
        lines[3] = self.line(3, partner_id="Nobody SA")
        lines[40] = self.line(40, effective_at="2027-01-01 10:00:00")
        lines[77] = self.line(77, proof="")
        lines[120] = self.line(120, channel="Telegram")
        lines[150] = self.line(150, effective_at="31/31/2026")
        lines[199] = self.line(199, effective_at="")
        for dryrun in (True, False):
            answer = self.run_file(lines, dryrun=dryrun)
            told = {message["rows"]["from"]: message["message"] for message in answer["messages"]}
            self.assertEqual(
                told,
                {
                    3: "Nobody has “Nobody SA” as name, tax identification or reference.",
                    40: "2027-01-01 10:00:00 lies ahead. Only what was said already is recorded.",
                    77: "A consent needs its proof: write where it is, such as contract, page and "
                    "clause.",
                    120: "“Telegram” is not known as Channel. Write one of: Call, E-mail, SMS, "
                    "WhatsApp.",
                    150: "“31/31/2026” is no day. Write it as 2026-03-31 or 2026-03-31 15:30:00.",
                    199: "The day on which it was said is missing.",
                },
            )
            self.assertFalse(answer["ids"])
            self.assertFalse(self.facts())
        self.assertFalse(self.debtors.message_ids.filtered(lambda note: "Consent" in note.body))

    def test_a_dry_run_records_nothing_and_the_run_all(self):
        lines = [self.line(index) for index in range(200)]
        self.assertFalse(self.run_file(lines, dryrun=True)["messages"])
        self.assertFalse(self.facts())
        self.assertFalse(self.run_file(lines)["messages"])
        facts = self.facts()
        self.assertEqual(facts.partner_id, self.debtors)
        fact = facts.filtered(lambda fact: fact.partner_id == self.debtors[7])
        self.assertEqual(
            (fact.channel, fact.event, fact.kind, fact.source, fact.proof),
            ("whatsapp", "granted", "opt_in", "form", "Contract 7"),
        )
        self.assertEqual(str(fact.effective_at), "2026-03-31 15:00:00", "the user's own zone")
        self.assertEqual(fact.contact_point_id.value, "+51987600007")
        self.assertEqual(set(self.debtors.mapped("dunning_consent_state")), {"granted"})
        self.assertIn("Consent granted for WhatsApp (Signed form", self.notes_on(self.debtors[7]))

    def test_a_debtor_is_found_by_name_tax_number_reference_and_ids(self):
        names = ["partner_id", *FIELDS[1:]]
        rosa = self.create_debtor("Rosa Quispe", consent=False, vat="20512333797", ref="R-1")
        self.env["ir.model.data"].create(
            {"module": "__import__", "name": "rosa", "model": "res.partner", "res_id": rosa.id}
        )
        day = 1
        for name, text in [
            ("partner_id", "rosa quispe"),
            ("partner_id", "20512333797"),
            ("partner_id", "PE 20.512.333-797".removeprefix("PE ")),
            ("partner_id", "R-1"),
            ("partner_id/.id", str(rosa.id)),
            ("partner_id/id", "__import__.rosa"),
        ]:
            with self.subTest(text):
                day += 1
                row = [text, "sms", "granted", f"2026-03-{day:02} 10:00:00", "Contract 7", "form"]
                answer = self.load(row, names=[name, *names[1:]])
                self.assertFalse(answer["messages"])
                fact = self.env["dunning.consent"].browse(answer["ids"])
                self.assertEqual(fact.partner_id, rosa)

    def test_a_contact_stands_for_its_company_and_two_debtors_of_one_name_are_not_guessed(self):
        company = self.create_debtor("ACME", consent=False, is_company=True)
        self.env["res.partner"].create({"name": "Ana Ríos", "parent_id": company.id})
        answer = self.load(self.line(0, partner_id="Ana Ríos"))
        self.assertEqual(self.env["dunning.consent"].browse(answer["ids"]).partner_id, company)
        for _twin in range(2):
            self.create_debtor("Juan Pérez", consent=False)
        (message,) = self.load(self.line(0, partner_id="Juan Pérez"))["messages"]
        self.assertIn("may be any of 2 debtors", message["message"])

    def test_what_is_on_record_or_in_the_file_already_is_not_recorded_twice(self):
        self.assertTrue(self.load(self.line(0))["ids"])
        (message,) = self.load(self.line(0))["messages"]
        self.assertIn("on record already", message["message"])
        (message,) = self.load(self.line(1), self.line(1))["messages"]
        self.assertIn("the same as row 1", message["message"])

    def test_words_of_every_installed_language_are_understood(self):
        Spanish = self.env["dunning.consent"].with_context(lang="es_419")
        labels = dict(Spanish._fields["event"]._description_selection(Spanish.env))
        row = self.line(0, channel="WHATSAPP", event=labels["withdrawn"].upper())
        self.assertTrue(self.load(row)["ids"])
        self.assertEqual(self.facts().event, "withdrawn")

    def test_a_file_without_a_needed_column_says_which(self):
        cases = [
            (["channel", *FIELDS[2:]], "Map a column to the debtor."),
            (["partner_id", *FIELDS[2:]], "Channel is missing: Call, E-mail, SMS, WhatsApp."),
        ]
        for names, words in cases:
            line = dict(zip(FIELDS, self.line(0), strict=True))
            with self.subTest(words):
                (message,) = self.load([line[name] for name in names], names=names)["messages"]
                self.assertEqual(message["message"], words)

    def test_a_withdrawal_from_a_file_stops_what_waits(self):
        debtor = self.create_debtor()
        self.create_invoice(debtor, days=-8)
        message = self.propose()
        yesterday = WEDNESDAY - timedelta(days=1)
        row = self.line(0, partner_id=debtor.name, event="Withdrawn", effective_at=str(yesterday))
        self.assertTrue(self.load(row)["ids"])
        self.assertEqual(message.state, "cancelled")

    def test_the_template_that_is_offered_can_be_imported(self):
        (template,) = self.env["dunning.consent"].get_import_templates()
        with file_open(template["template"].lstrip("/"), "rb") as file:
            content = file.read()
        self.create_debtor("Rosa Quispe Mamani", consent=False)
        wizard = self.env["base_import.import"].create(
            {
                "res_model": "dunning.consent",
                "file": content,
                "file_name": "dunning_consent.xlsx",
                "file_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            }
        )
        options = {"has_headers": True, "quoting": '"', "sheet": ""}
        preview = wizard.parse_preview(options)
        self.assertNotIn("error", preview)
        matches = [
            preview["matches"].get(index, [False])[0] for index in range(len(preview["headers"]))
        ]
        self.assertNotIn(False, matches)
        answer = wizard.execute_import(matches, preview["headers"], preview["options"])
        self.assertFalse(answer["messages"])
        self.assertEqual(len(answer["ids"]), 3)

    def test_lines_cost_few_queries_each(self):
        counts = []
        for lines in (range(2), range(2, 102)):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.load(*(self.line(index) for index in lines))
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        # Odoo's converter looks each debtor and contact point up by its id
        self.assertLess(counts[1] - counts[0], 98 * 2 + 10)
